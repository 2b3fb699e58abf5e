/**
 * Reading partitions by offset, without a group: what restores a table or feeds a stream processor. Records are read in place, one
 * after another, so that a million of them costs no million objects.
 */

import type { RawHeaders } from './kafka-client.ts';

/** How far what was read may go. */
export type Isolation = 'read-uncommitted' | 'read-committed';

/**
 * A walk over records. The fields are of the record that the last `next` came to; a walk has one such place and reuses it. A key or
 * value that is null starts at -1.
 */
export interface RecordCursor {
  /** Goes to the next record; false at the end. @throws {Error} when the bytes are no record batch, or of an unknown compression. */
  next(): boolean;
  readonly offset: number;
  /** Milliseconds since the epoch. */
  readonly timestampMs: number;
  /** The bytes that the ranges below lie in. */
  readonly source: Buffer;
  readonly keyStart: number;
  readonly keyEnd: number;
  readonly valueStart: number;
  readonly valueEnd: number;
  /** The record's headers, decoded for this call. */
  headers(): RawHeaders;
}

/** What one fetch brought of one partition. */
export interface FetchedChunk {
  readonly topic: string;
  readonly partition: number;
  /** Where the walk after this chunk begins: past control records and aborted transactions too. */
  readonly nextOffset: number;
  readonly bytes: number;
  /** From the offset that was asked for on; data records only, without aborted ones when reading committed. */
  records(): RecordCursor;
}

/** Where a partition begins and ends. */
export interface OffsetRange {
  /** The first offset that is still there. */
  readonly earliest: number;
  /** The offset after the last that can be read: the high watermark, or the last stable offset when reading committed. */
  readonly latest: number;
}

/** Takes what arrives. */
export interface LogReaderListener {
  /** Chunks of the partition wait to be taken, or it is known to have come to its end. */
  onArrival(topic: string, partition: number): void;
  /** The offset is not in the log any more (retention) or not yet; nothing is read until `assign` is called again. */
  onOffsetOutOfRange(topic: string, partition: number, offset: number): void;
}

/** How a reader of partitions fetches. */
export interface LogReaderOptions {
  readonly isolation: Isolation;
  /** How long a fetch without records waits at the broker. */
  readonly maxWaitMs: number;
  /**
   * A fetch waits until there are so many bytes, or for `maxWaitMs`; default 1: whatever there is comes at once. More spares a reader
   * who is in no hurry a fetch for nearly every record.
   */
  readonly minBytes?: number;
  readonly maxBytesPerPartition: number;
  /** A partition is not fetched further while this many of its bytes wait to be taken. */
  readonly maxBufferedBytesPerPartition: number;
  /** How long a question for offsets waits for a partition's leader; default 10 s: of a new topic brokers hear one after another. */
  readonly leaderWaitMs?: number;
}

/** The topic has no such partition, or is not there. */
export class NoSuchPartition extends Error {
  override readonly name = 'NoSuchPartition';
}

/**
 * Reads assigned partitions ahead, bounded; reconnects and follows leaders on its own, for ever. Offsets are numbers, exact up to 2^53.
 */
export interface LogReader {
  /** Begins to read there; what was read before of the partition is dropped. */
  assign(topic: string, partition: number, offset: number): void;
  unassign(topic: string, partition: number): void;
  /** The next chunk of a partition, in order. */
  take(topic: string, partition: number): FetchedChunk | undefined;
  /** Whether everything was taken that could be read when the broker last answered. False before its first answer. */
  isCaughtUp(topic: string, partition: number): boolean;
  /** What can be read then, as the last answer said; undefined before the first. */
  endOffset(topic: string, partition: number): number | undefined;
  /**
   * Asks the brokers; what is asked at once, of however many topics, goes together. With `sinceMs` (milliseconds since the epoch)
   * `earliest` is the first record of that time or later.
   * @throws {NoSuchPartition} or when they do not answer, or nobody leads a partition for `leaderWaitMs`.
   */
  offsets(topic: string, partitions: readonly number[], sinceMs?: number): Promise<Map<number, OffsetRange>>;
  close(): Promise<void>;
}
