import type { ClientConfig } from 'pg';
import { type MakeEncoding } from './envelope.ts';
import {
  ReplicationError,
  type ReplicationObserver,
  type ReplicationStatus,
  type TableName,
} from '../replication/index.ts';

/** A table and where its changes go. */
export interface CapturedTable {
  /** `public` by default. */
  readonly schema?: string;
  readonly table: string;
  readonly topic: string;
  /** Column whose value, as text, is the record's key; changes of one value stay in order. */
  readonly key: string;
  /** Whether a delete is followed by a record without value, which lets compaction forget the key; true by default. */
  readonly tombstones?: boolean;
  /** What becomes of TRUNCATE: a record of op `t` without key (refused by a compacted topic), or nothing; `skip` by default. */
  readonly truncate?: 'publish' | 'skip';
}

export interface CaptureOptions {
  /** The database, as the driver `pg` takes it. The role needs REPLICATION, and SELECT for the initial snapshot. */
  readonly connection: ClientConfig;
  /** Logical name in `source.name`; also the name of the slot and the publication: lower-case letters, digits, underscores. */
  readonly name: string;
  readonly tables: readonly CapturedTable[];
  /** `initial` (default) publishes the rows that are there before the first change; `never` begins with the changes. */
  readonly snapshot?: 'initial' | 'never';
  /** After a lost slot: `stop` (default) with an error, or read everything anew. */
  readonly onLostSlot?: 'stop' | 'snapshot';
  /** A record that the broker will never take stops the capture (default), or is left out with a loud word. */
  readonly onRefused?: 'stop' | 'skip';
  /** Header that carries an id which a repeated change has again (rows of the snapshot have none); no header by default. */
  readonly messageIdHeader?: string;
  /** How values are written; Debezium's envelope as JSON by default. */
  readonly encoding?: MakeEncoding;
  /** Where it is kept how far the capture is; the table `change_captures` of the captured database by default. */
  readonly progress?: CaptureProgress;
  /** See `ReplicationOptions`. */
  readonly leaseMs?: number;
  readonly confirmMs?: number;
  readonly heartbeatMs?: number;
  readonly retryMs?: number;
  readonly maxBufferedBytes?: number;
  readonly maxBatchBytes?: number;
  readonly maxBackoffMs?: number;
  readonly observer?: CaptureObserver;
}

/** `snapshot` while the initial snapshot is under way, then `stream`. */
export type CapturePhase = 'snapshot' | 'stream';

/** Remembers how far a capture is, beyond its process. A slot that is missing although the phase is `stream` was lost. */
export interface CaptureProgress {
  /** Undefined for a capture that never began. */
  phase(): Promise<CapturePhase | undefined>;
  /** Resolves when it is kept. @param rows of the snapshot, when it is complete */
  enter(phase: CapturePhase, rows?: number): Promise<void>;
  /** What a person does to have it forgotten, for error messages. */
  readonly forgetting: string;
}

/** What happens in a capture, for metrics and logs. Called synchronously; must not throw. */
export interface CaptureObserver extends ReplicationObserver {
  /** Rows of a table that the initial snapshot has published so far. */
  snapshotRows?(table: TableName, rows: number): void;
  snapshotEnded?(rows: number): void;
  /** The slot was lost, and everything is read anew. */
  slotLost?(reason: string): void;
  /** The table's columns are others than before. */
  schemaChanged?(table: TableName, columns: readonly string[]): void;
  /** A record that the broker will never take was left out. */
  refused?(topic: string, key: string | null, error: unknown): void;
}

export interface CaptureStatus extends ReplicationStatus {
  /** Rows that the initial snapshot under way has published; undefined when none is under way. */
  readonly snapshotRows: number | undefined;
}

export interface TableToCapture extends Required<CapturedTable> {
  readonly schema: string;
}

/** Fills in the defaults. @throws RangeError */
export function tablesToCapture(tables: readonly CapturedTable[]): Map<string, TableToCapture> {
  const byName = new Map<string, TableToCapture>();
  for (const table of tables) {
    const full = { schema: 'public', tombstones: true, truncate: 'skip' as const, ...table };
    const name = tableKey(full);
    if (byName.has(name)) throw new RangeError(`table ${name} is captured twice`);
    byName.set(name, full);
  }
  return byName;
}

export function tableKey({ schema, table }: TableName): string {
  return `${schema}.${table}`;
}

/** @throws ReplicationError when the key cannot be known of updates and deletes, or not at all */
export function assertKey(
  { schema, table, key }: TableToCapture,
  columns: readonly { readonly name: string; readonly isIdentity: boolean }[],
): number {
  const index = columns.findIndex(({ name }) => name === key);
  if (index < 0) {
    throw new ReplicationError(
      'KEY_COLUMN_MISSING',
      `table ${schema}.${table} has no column ${key}, which is to be the key: choose another key, or publish the column`,
    );
  }
  if (!columns[index]!.isIdentity) {
    throw new ReplicationError(
      'REPLICA_IDENTITY_INSUFFICIENT',
      `deletes from ${schema}.${table} do not tell ${key}, which is the key: ALTER TABLE ${schema}.${table} REPLICA IDENTITY FULL, ` +
        `or REPLICA IDENTITY USING INDEX with a unique index that has ${key}`,
    );
  }
  return index;
}
