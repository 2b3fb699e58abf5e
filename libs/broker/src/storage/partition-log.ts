import type { Chunks } from '../protocol/index.ts';
import type { LogConfig } from './log-config.ts';
import type { LogSnapshots } from './log-snapshots.ts';

/** How an append is checked. */
export interface AppendOptions {
  /** `client`: everything, sequence numbers included; `coordinator`: the producer's epoch only. */
  readonly origin: 'client' | 'coordinator';
  /** Epoch written into the batches; default: the log's latest, 0 in a new log. It never falls. */
  readonly leaderEpoch?: number;
}

/** Where an append landed. */
export interface AppendResult {
  readonly baseOffset: number;
  readonly lastOffset: number;
  /** The broker's time under `LogAppendTime`, else -1. */
  readonly logAppendTimeMs: number;
  readonly logStartOffset: number;
  /** The batch was appended before by the same producer: the offsets are those of the first time, nothing was written. */
  readonly duplicate: boolean;
  /**
   * Resolves when the records are durable (and so visible to reads). Rejects with KAFKA_STORAGE_ERROR when they could not be
   * written: they are gone, their offsets go to later records. Need not be awaited.
   */
  readonly durable: Promise<void>;
}

export interface ReadOptions {
  /** Returns the first batch even when it is larger than `maxBytes`; default true. */
  readonly minOneMessage?: boolean;
  /** Nothing at or after `lastStableOffset` is returned; default false. */
  readonly committedOnly?: boolean;
}

/** Whole batches, as stored. */
export interface LogRead {
  /**
   * Read-only views, some shared with other readers. Empty at the end of the log. Who has sent a piece may `release(piece)` it,
   * once, so that its memory is used again; it must not be looked at afterwards.
   */
  readonly records: Chunks;
  readonly sizeBytes: number;
  /** Offset after the last batch returned; the offset asked for when there is none. */
  readonly nextOffset: number;
  /** Of a read with `committedOnly` that found records: the transactions whose records among them were aborted. */
  readonly abortedTransactions?: readonly AbortedTransaction[];
}

export interface TimestampOffset {
  readonly timestampMs: number;
  readonly offset: number;
  readonly leaderEpoch: number;
}

/** A transaction whose records, from `firstOffset` on, readers of committed records leave out up to its marker. */
export interface AbortedTransaction {
  readonly producerId: number;
  readonly firstOffset: number;
}

/** A producer that wrote to the partition with idempotence, as DescribeProducers shows it. */
export interface ActiveProducer {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly lastSequence: number;
  readonly lastTimestampMs: number;
  readonly coordinatorEpoch: number;
  /** -1 without a transaction. */
  readonly currentTransactionStartOffset: number;
}

/**
 * One partition's records on disk, in Kafka's format.
 *
 * Offsets are given in the order of the calls to `append`. Bytes are written as they came, only base offset and leader epoch
 * (and under LogAppendTime timestamp and CRC) are set, in place, in the buffers that were given: the caller hands them over until
 * the append is durable or has failed. What the log holds longer, for readers at its end, it retains (`lent-memory.ts`).
 */
export interface PartitionLog {
  readonly topic: string;
  readonly partition: number;
  /** Canonical uuid. */
  readonly topicId: string;
  readonly config: LogConfig;
  /** First offset that may be read. */
  readonly logStartOffset: number;
  /** Offset of the next record to be appended; records from `highWatermark` to here are being written. */
  readonly logEndOffset: number;
  /** The durable end: everything below is visible and survives what `flush` promises. */
  readonly highWatermark: number;
  /** Everything below belongs to no transaction, or to one that is over; at most the high watermark. */
  readonly lastStableOffset: number;
  /** Bytes of all segments' records. */
  readonly sizeBytes: number;
  readonly leaderEpoch: number;
  /** Snapshots of the state that the records make, kept beside the log for who writes them. */
  readonly snapshots: LogSnapshots;

  /**
   * Checks batches and gives them offsets, at once; writes them with all else that waits (group commit).
   * @throws KafkaError CORRUPT_MESSAGE, MESSAGE_TOO_LARGE, RECORD_LIST_TOO_LARGE, INVALID_RECORD, INVALID_TIMESTAMP,
   *   UNSUPPORTED_FOR_MESSAGE_FORMAT, OUT_OF_ORDER_SEQUENCE_NUMBER, INVALID_PRODUCER_EPOCH, INVALID_TXN_STATE,
   *   TRANSACTION_COORDINATOR_FENCED, KAFKA_STORAGE_ERROR.
   *   Nothing of the call was appended then.
   */
  append(records: Chunks, options: AppendOptions): AppendResult;

  /**
   * Reads whole batches from the one that holds `offset` on, below the high watermark: at once from memory near the end of
   * the log, else a promise of one read from the file. Batches before `offset` in the first batch are the reader's to skip.
   * @throws (or rejects with) KafkaError OFFSET_OUT_OF_RANGE outside `logStartOffset..highWatermark`, KAFKA_STORAGE_ERROR.
   */
  read(offset: number, maxBytes: number, options?: ReadOptions): LogRead | Promise<LogRead>;

  /** Aborted transactions with records from `from` on and below `to`, by rising offset of their markers. */
  abortedTransactions(from: number, to: number): AbortedTransaction[];

  /** First record whose timestamp is at or after `timestampMs`; undefined when there is none. */
  offsetForTimestamp(timestampMs: number): Promise<TimestampOffset | undefined>;
  /** Record with the largest timestamp (KIP-734); undefined in an empty log. */
  maxTimestamp(): Promise<TimestampOffset | undefined>;

  /** Last offset (exclusive) of the largest epoch at or below `leaderEpoch` (KIP-101); -1/-1 when it is not known. */
  endOffsetForEpoch(leaderEpoch: number): { readonly leaderEpoch: number; readonly endOffset: number };

  /**
   * Moves `logStartOffset` up to `offset` (-1: the high watermark) and resolves with it when that is durable; whole segments
   * below are removed. @throws KafkaError OFFSET_OUT_OF_RANGE beyond the high watermark.
   */
  deleteRecordsBefore(offset: number): Promise<number>;

  /** Calls back after each move of the high watermark, and after the log was deleted; not for what is there already. */
  onHighWatermark(listener: (highWatermark: number) => void): () => void;

  /** Takes effect at the next append, read and retention check. */
  updateConfig(config: LogConfig): void;

  /** Whether the producer has a transaction open here, in this epoch. */
  hasOpenTransaction(producerId: number, producerEpoch: number): boolean;

  /** Idempotent producers that the log still remembers. */
  activeProducers(): ActiveProducer[];
}
