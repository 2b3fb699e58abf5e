/** The rows of the table `projections`: how far each read model is. */
import { type SqlExecutor } from '../database/index.ts';
import { START_OF_LOG, type GlobalPosition } from '../event-store/index.ts';

/** A read model as its row says. */
export interface ProjectionState {
  readonly version: number;
  readonly position: GlobalPosition;
  readonly rebuildRequested: boolean;
  /** The rebuild under way; one of another version is of no use any more. */
  readonly rebuild: { readonly version: number; readonly position: GlobalPosition } | undefined;
}

interface StateRow {
  readonly version: number;
  readonly xid: string;
  readonly position: string;
  readonly requested: boolean;
  readonly rebuild_version: number | null;
  readonly rebuild_xid: string | null;
  readonly rebuild_position: string | null;
}

const positionOf = (xid: string | null, position: string | null): GlobalPosition => ({
  transactionId: BigInt(xid ?? 0),
  position: BigInt(position ?? 0),
});

const parameters = ({ transactionId, position }: GlobalPosition): [string, string] => [
  transactionId.toString(),
  position.toString(),
];

export async function findProjection(sql: SqlExecutor, name: string): Promise<ProjectionState | undefined> {
  const [row] = await sql.query<StateRow[]>(
    `SELECT version, xid, position, rebuild_requested_at IS NOT NULL AS requested,
       rebuild_version, rebuild_xid, rebuild_position
     FROM projections WHERE name = $1`,
    [name],
  );
  if (!row) return undefined;
  return {
    version: row.version,
    position: positionOf(row.xid, row.position),
    rebuildRequested: row.requested,
    rebuild:
      row.rebuild_version === null
        ? undefined
        : { version: row.rebuild_version, position: positionOf(row.rebuild_xid, row.rebuild_position) },
  };
}

/** @returns whether the row is new. */
export async function insertProjection(sql: SqlExecutor, name: string, version: number): Promise<boolean> {
  const rows = await sql.query<unknown[]>(
    `INSERT INTO projections (name, version, xid, position) VALUES ($1, $2, $3, $4)
     ON CONFLICT DO NOTHING RETURNING name`,
    [name, version, ...parameters(START_OF_LOG)],
  );
  return rows.length > 0;
}

async function affected(sql: SqlExecutor, statement: string, values: unknown[]): Promise<number> {
  const [, count] = await sql.query<[unknown, number]>(statement, values);
  return count;
}

/**
 * Moves the checkpoint, if it is still where the caller has read it. It must be the transaction's first write: whoever replaces
 * the tables holds this row, too.
 */
export async function moveCheckpoint(
  transaction: SqlExecutor,
  name: string,
  version: number,
  from: GlobalPosition,
  to: GlobalPosition,
): Promise<boolean> {
  const count = await affected(
    transaction,
    `UPDATE projections SET xid = $5, position = $6, updated_at = clock_timestamp(),
       failed_at = NULL, failed_event = NULL, last_error = NULL
     WHERE name = $1 AND version = $2 AND xid = $3::xid8 AND position = $4`,
    [name, version, ...parameters(from), ...parameters(to)],
  );
  return count === 1;
}

export async function startRebuild(sql: SqlExecutor, name: string, version: number): Promise<void> {
  await sql.query(
    `UPDATE projections SET rebuild_version = $2, rebuild_xid = $3, rebuild_position = $4, rebuild_started_at = clock_timestamp(),
       rebuild_events = 0, rebuild_total = (SELECT count(*) FROM events), rebuild_requested_at = NULL
     WHERE name = $1`,
    [name, version, ...parameters(START_OF_LOG)],
  );
}

/** Moves the rebuild's checkpoint, if it is still where the caller has read it; counts the events that were read. */
export async function moveRebuild(
  transaction: SqlExecutor,
  name: string,
  version: number,
  from: GlobalPosition,
  to: GlobalPosition,
): Promise<boolean> {
  const count = await affected(
    transaction,
    `UPDATE projections SET rebuild_xid = $5, rebuild_position = $6,
       rebuild_events = greatest(0, least(rebuild_total, rebuild_events + $7)), failed_at = NULL, failed_event = NULL, last_error = NULL
     WHERE name = $1 AND rebuild_version = $2 AND rebuild_xid = $3::xid8 AND rebuild_position = $4`,
    [name, version, ...parameters(from), ...parameters(to), (to.position - from.position).toString()],
  );
  return count === 1;
}

/** The rebuilt tables have taken the place of the old ones. */
export async function finishRebuild(sql: SqlExecutor, name: string): Promise<void> {
  await sql.query(
    `UPDATE projections SET version = rebuild_version, xid = rebuild_xid, position = rebuild_position,
       updated_at = clock_timestamp(), rebuilt_at = clock_timestamp(), rebuild_version = NULL, rebuild_xid = NULL,
       rebuild_position = NULL, rebuild_started_at = NULL, rebuild_events = NULL, rebuild_total = NULL
     WHERE name = $1`,
    [name],
  );
}

/** Makes the row the caller's until its transaction ends, so that nobody moves the checkpoint meanwhile. */
export async function lockProjection(transaction: SqlExecutor, name: string): Promise<void> {
  await transaction.query('SELECT FROM projections WHERE name = $1 FOR UPDATE', [name]);
}

/** Says where the projection stands still, and why; cleared when it moves on. */
export async function noteFailure(sql: SqlExecutor, name: string, eventId: string, reason: string): Promise<void> {
  await sql.query(
    `UPDATE projections SET failed_at = coalesce(failed_at, clock_timestamp()), failed_event = $2, last_error = $3
     WHERE name = $1`,
    [name, eventId, reason.slice(0, 2000)],
  );
}
