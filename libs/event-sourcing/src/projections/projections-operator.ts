/** What an operator sees of projections and asks of them, from any process that has the database. */
import { type SqlExecutor } from '../database/index.ts';
import { ProjectionError } from './projection-error.ts';

/** Events behind are counted up to here. */
const MOST_COUNTED = 1_000_000;

/** A projection as an operator sees it. */
export interface ProjectionStatus {
  readonly name: string;
  /** Of what filled the tables. */
  readonly version: number;
  readonly updatedAt: Date;
  /** Events that are stored but not applied; counted up to 1,000,000. */
  readonly behindEvents: number;
  /** Age of the oldest of them in milliseconds; 0 when there is none. */
  readonly behindMs: number;
  /** Why it stands still, if it does. */
  readonly failure: { readonly eventId: string; readonly reason: string; readonly since: Date } | undefined;
  readonly rebuild: ProjectionRebuildStatus | undefined;
  readonly rebuiltAt: Date | undefined;
}

/** How far a rebuild has come. */
export interface ProjectionRebuildStatus {
  /** `requested`: no process that runs the projection has taken it up yet. */
  readonly state: 'requested' | 'running';
  /** Of the tables to come. */
  readonly version: number | undefined;
  readonly events: number;
  readonly totalEvents: number;
  readonly startedAt: Date | undefined;
}

interface StatusRow {
  readonly name: string;
  readonly version: number;
  readonly updated_at: Date;
  readonly failed_at: Date | null;
  readonly failed_event: string | null;
  readonly last_error: string | null;
  readonly rebuild_requested_at: Date | null;
  readonly rebuild_version: number | null;
  readonly rebuild_started_at: Date | null;
  readonly rebuild_events: string | null;
  readonly rebuild_total: string | null;
  readonly rebuilt_at: Date | null;
  readonly behind_events: number;
  readonly behind_ms: number;
}

/** Shows projections and asks for rebuilds, from any process that reaches the database. */
export class ProjectionsOperator {
  constructor(private readonly sql: SqlExecutor) {}

  /** All projections that have ever run on the database, by name. */
  async status(): Promise<ProjectionStatus[]> {
    const rows = await this.sql.query<StatusRow[]>(
      `SELECT p.*, coalesce(behind.count, 0)::int AS behind_events,
         coalesce(extract(epoch FROM clock_timestamp() - behind.oldest) * 1000, 0)::float8 AS behind_ms
       FROM projections p CROSS JOIN LATERAL (
         SELECT count(*), min(created_at) AS oldest FROM (
           SELECT created_at FROM events e WHERE (e.xid, e.global_position) > (p.xid, p.position) LIMIT ${MOST_COUNTED}
         ) later
       ) behind ORDER BY name`,
    );
    return rows.map(statusOf);
  }

  /** Has the tables built anew; a process that runs the projection takes it up. @throws ProjectionError UNKNOWN_PROJECTION */
  async requestRebuild(name: string): Promise<void> {
    const [, count] = await this.sql.query<[unknown, number]>(
      'UPDATE projections SET rebuild_requested_at = clock_timestamp() WHERE name = $1',
      [name],
    );
    if (count === 0) {
      const known = (await this.status()).map((projection) => projection.name).join(', ') || 'none';
      throw new ProjectionError(
        'UNKNOWN_PROJECTION',
        `there is no projection ${name} on this database; there is: ${known}`,
      );
    }
    await this.sql.query(`SELECT pg_notify('projections', '')`);
  }
}

function statusOf(row: StatusRow): ProjectionStatus {
  const failure =
    row.failed_at === null
      ? undefined
      : { eventId: row.failed_event ?? '', reason: row.last_error ?? '', since: row.failed_at };
  return {
    name: row.name,
    version: row.version,
    updatedAt: row.updated_at,
    behindEvents: row.behind_events,
    behindMs: Math.max(0, row.behind_ms),
    failure,
    rebuild: rebuildOf(row),
    rebuiltAt: row.rebuilt_at ?? undefined,
  };
}

function rebuildOf(row: StatusRow): ProjectionRebuildStatus | undefined {
  if (row.rebuild_version === null && row.rebuild_requested_at === null) return undefined;
  return {
    state: row.rebuild_version === null ? 'requested' : 'running',
    version: row.rebuild_version ?? undefined,
    events: Number(row.rebuild_events ?? 0),
    totalEvents: Number(row.rebuild_total ?? 0),
    startedAt: row.rebuild_started_at ?? undefined,
  };
}
