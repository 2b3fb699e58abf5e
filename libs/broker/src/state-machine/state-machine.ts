/** What a state machine is made of: its records, its replay, and the outcomes of operations on it. */
import type { TransactionMarker } from '../protocol/index.ts';

/** A key and a value as they lie in a log; a null value is a tombstone for its key. */
export interface StateRecord {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
}

/** Where and when a record was written. */
export interface RecordPosition {
  readonly offset: number;
  readonly timestampMs: number;
  /** Of the producer whose transaction the record is part of; undefined outside of transactions. */
  readonly producerId?: number | undefined;
}

/** On whose behalf records are written within a transaction. */
export interface Producer {
  readonly producerId: number;
  readonly producerEpoch: number;
}

/** Translates between a machine's typed records and the bytes of the log. */
export interface RecordCodec<R> {
  encode(record: R): StateRecord;
  /** Undefined for a record of a kind or version that this release does not know: it is left out of the replay. */
  decode(record: StateRecord): R | undefined;
}

/**
 * State that is made of a log's records and of nothing else.
 *
 * Operations look at the state and decide; they return records. Only `replay` changes the state that those records describe, both
 * while the log is loaded and when an operation's records were just appended, so that a restart arrives at the same state. What no
 * record describes (who waits for an answer, running timers) is soft: it may change in an operation, and `reset` drops it.
 */
export interface StateMachine<R> {
  replay(record: R, position: RecordPosition): void;
  /** The end of a producer's transaction, in a log that holds records of transactions. */
  replayMarker?(marker: TransactionMarker): void;
  /**
   * Records that make the state as it is now when they are replayed into an empty machine, in order. A machine without it has its log
   * kept whole (or compacted). Called to its end at once.
   */
  snapshot?(): Iterable<R>;
  /** Forgets all state, durable and soft: cancels timers and fails whoever still waits for an answer with `reason`. */
  reset(reason: Error): void;
  /** Called when the whole log has been replayed, before the first operation: the place to start timers for what was found. */
  loaded(): void;
}

/** What an operation decided. */
export interface Outcome<R, T> {
  /** Appended as one batch: a crash leaves all of them or none. */
  readonly records: readonly R[];
  /** Writes the records as part of this producer's transaction. */
  readonly transaction?: Producer | undefined;
  /**
   * Given to the caller when the records, and all that was appended before them, are durable. A promise is awaited after that:
   * another operation, or `reset`, settles it.
   */
  readonly reply: T | Promise<T>;
  /** Runs at once after the records were replayed: soft changes that go with them. Not called when the log refuses them. */
  readonly onApplied?: (() => void) | undefined;
  /** Runs when the records are durable, before the reply leaves: releases others who wait for the same change. */
  readonly onDurable?: (() => void) | undefined;
}
