import type { ClientConfig } from 'pg';
import { type ReplicationError } from './replication-error.ts';

/** A table by schema and name. */
export interface TableName {
  readonly schema: string;
  readonly table: string;
}

export interface ReplicationOptions {
  /** The database, as the driver `pg` takes it. The role needs REPLICATION. */
  readonly connection: ClientConfig;
  /** Name of the replication slot: lower-case letters, digits and underscores. Readers of one slot stand by for each other. */
  readonly slot: string;
  /** Name of the publication, made when it is missing. */
  readonly publication: string;
  readonly tables: readonly TableName[];
  /** What the publication carries, if not everything. */
  readonly operations?: readonly ('insert' | 'update' | 'delete' | 'truncate')[];
  /** Values in PostgreSQL's binary instead of its text form. */
  readonly binary?: boolean;
  /** How long a silent reader keeps the slot, in milliseconds; 10,000 by default. It publishes in two thirds of that only. */
  readonly leaseMs?: number;
  /** How often the server is told what is safe, in milliseconds; 250 by default. */
  readonly confirmMs?: number;
  /** How often a message is written into the log so that a quiet database lets it go, in milliseconds; 10,000 by default. */
  readonly heartbeatMs?: number;
  /** How often a reader that stands by, or lost PostgreSQL, tries again, in milliseconds; 250 by default. */
  readonly retryMs?: number;
  /** Most bytes of the log that wait to be published, before reading stops; 2 MiB by default. A larger row goes alone. */
  readonly maxBufferedBytes?: number;
  /** Most bytes that are published at once; 512 KiB by default. */
  readonly maxBatchBytes?: number;
  /** Longest pause before a failed publication is tried again, in milliseconds; 5000 by default. */
  readonly maxBackoffMs?: number;
  readonly observer?: ReplicationObserver;
}

/** What happens while the log is read, for metrics and logs. Called synchronously; must not throw. */
export interface ReplicationObserver {
  /** Reading began, here. */
  streaming?(lsn: bigint): void;
  /** Another process has the slot; this one waits. */
  standingBy?(reason: string): void;
  /** Acknowledged by the broker. @param sinceCommitMs since the commit of the newest transaction among them */
  published?(changes: number, sinceCommitMs: number): void;
  /** The broker could not be reached; the same changes are tried again. */
  failed?(error: unknown, retryAfterMs: number): void;
  /** The slot went to another process while this one was not heard of; what it held was thrown away. */
  fenced?(): void;
  /** The connection ended; reading goes on from the confirmed place. */
  disconnected?(error: unknown): void;
  /** The reader stopped for good; a person has to act. */
  stopped?(error: ReplicationError): void;
}

/** What a reader of the log is doing: `failed` until a person has acted. */
export type ReplicationState = 'stopped' | 'connecting' | 'standby' | 'preparing' | 'streaming' | 'failed';

/** How a reader of the log fares. */
export interface ReplicationStatus {
  readonly state: ReplicationState;
  /** Why it stopped for good. */
  readonly failure: ReplicationError | undefined;
  /** PostgreSQL was told that everything before this is safe. */
  readonly confirmedLsn: bigint;
  /** End of the server's log when it was last asked, less the confirmed place, in bytes. */
  readonly lagBytes: number;
  /** Log that the server keeps for the slot, in bytes. */
  readonly retainedBytes: number;
  /** Bytes that wait in memory to be published. */
  readonly bufferedBytes: number;
  /** Changes that the broker acknowledged since the start. */
  readonly publishedChanges: number;
  /** Milliseconds since the commit of the transaction that was published last; undefined before the first. */
  readonly sinceCommitMs: number | undefined;
  /** Milliseconds since something went forward: a publication, a confirmation, or a look that found nothing to do. */
  readonly sinceProgressMs: number;
}

export type ReplicationSettings = Required<ReplicationOptions>;

const SLOT_NAME = /^[a-z0-9_]{1,63}$/;

/** Fills in the defaults. @throws RangeError */
export function replicationSettings(options: ReplicationOptions): ReplicationSettings {
  if (!SLOT_NAME.test(options.slot))
    throw new RangeError(
      `'${options.slot}' cannot name a slot: lower-case letters, digits and underscores, 63 at most`,
    );
  if (options.tables.length === 0) throw new RangeError(`slot ${options.slot} needs at least one table to read`);
  const numbers = {
    leaseMs: options.leaseMs ?? 10_000,
    confirmMs: options.confirmMs ?? 250,
    heartbeatMs: options.heartbeatMs ?? 10_000,
    retryMs: options.retryMs ?? 250,
    maxBufferedBytes: options.maxBufferedBytes ?? 2_097_152,
    maxBatchBytes: options.maxBatchBytes ?? 524_288,
    maxBackoffMs: options.maxBackoffMs ?? 5000,
  };
  for (const [name, value] of Object.entries(numbers)) {
    if (!Number.isSafeInteger(value) || value < 1)
      throw new RangeError(`replication option ${name} must be a whole number of at least 1, not ${value}`);
  }
  return {
    ...numbers,
    connection: options.connection,
    slot: options.slot,
    publication: options.publication,
    tables: options.tables,
    operations: options.operations ?? ['insert', 'update', 'delete', 'truncate'],
    binary: options.binary ?? false,
    observer: options.observer ?? {},
  };
}
