import { type SqlExecutor } from '../database/index.ts';

/** A state as it was at a version of its stream. */
export interface Snapshot {
  readonly version: number;
  /** JSON. */
  readonly state: unknown;
}

/** What a snapshot is of: one stream may have several, of different shapes. */
export interface SnapshotKey {
  readonly streamId: string;
  /** Which state, for example the decider's name. */
  readonly type: string;
  /** Of the state's shape and of the `evolve` that made it. Raise it when either changes: older snapshots are then not used. */
  readonly schemaVersion: number;
}

/** States kept so that not all events must be read again. Losing any of them costs time and nothing else. */
export class SnapshotStore {
  constructor(private readonly sql: SqlExecutor) {}

  async load({ streamId, type, schemaVersion }: SnapshotKey, within?: SqlExecutor): Promise<Snapshot | undefined> {
    const [row] = await (within ?? this.sql).query<{ version: string; state: unknown }[]>(
      'SELECT version, state FROM snapshots WHERE stream_id = $1 AND type = $2 AND schema_version = $3',
      [streamId, type, schemaVersion],
    );
    return row && { version: Number(row.version), state: row.state };
  }

  /** Keeps a snapshot unless there is one of a later version or of a newer shape: two releases may run side by side. */
  async save(
    { streamId, type, schemaVersion }: SnapshotKey,
    { version, state }: Snapshot,
    within?: SqlExecutor,
  ): Promise<void> {
    await (within ?? this.sql).query(
      `INSERT INTO snapshots AS s (stream_id, type, schema_version, version, state) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (stream_id, type) DO UPDATE
         SET schema_version = excluded.schema_version, version = excluded.version, state = excluded.state,
           created_at = excluded.created_at
         WHERE (s.schema_version, s.version) < (excluded.schema_version, excluded.version)`,
      [streamId, type, schemaVersion, version, JSON.stringify(state)],
    );
  }
}
