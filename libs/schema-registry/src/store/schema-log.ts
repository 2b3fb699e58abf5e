/**
 * The port through which the registry keeps its state: one partition of a compacted log (Confluent's `_schemas` topic).
 *
 * Adapters live outside this library: the bundled broker's log in-process, or any Kafka by a client. An adapter creates
 * the topic if it is missing (one partition, `cleanup.policy=compact`) and passes the suite in `schema-log-behaviors.ts`.
 *
 * Invariants that the registry relies on:
 * - `append` resolves only when the records are durable, and never reorders calls made one after another.
 * - `follow` delivers every retained record once, in offset order, its own appends included.
 * - Offsets may have gaps (compaction), and never go back.
 */

export interface SchemaLogEntry {
  readonly key: Buffer;
  /** `null` is a tombstone: compaction will drop the key. */
  readonly value: Buffer | null;
}

/** A record of the log, as it was read. */
export interface SchemaLogRecord {
  readonly offset: number;
  /** Milliseconds since 1970, as the log recorded it. */
  readonly timestampMs: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
}

/** A delivery of records that goes on until it is closed. */
export interface SchemaLogFollower {
  /** Stops delivering; resolves when no delivery is under way. The log itself stays open. */
  close(): Promise<void>;
}

/** Where the registry keeps its records: a log of one partition, compacted by key. */
export interface SchemaLog {
  /**
   * Appends the entries next to each other and resolves, with the offset of the last one, when they are durable.
   * Rejects when they may not have been stored; the caller must then expect either.
   */
  append(entries: readonly SchemaLogEntry[]): Promise<{ readonly lastOffset: number }>;

  /**
   * Replays the log from its first retained record, then follows it. Resolves once every record that was in the log
   * when the call was made has been delivered. `deliver` is synchronous and called with one or more records at a time,
   * in order. A passing fault of the log (a broker that restarts) is the adapter's to retry; the promise rejects
   * only when the log cannot be read at all.
   */
  follow(deliver: (records: readonly SchemaLogRecord[]) => void): Promise<SchemaLogFollower>;
}
