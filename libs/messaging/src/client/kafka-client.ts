/**
 * What this lib asks of a Kafka client. One folder implements it (`kafkajs`), so that another client is that folder's change.
 */
import type { CopartitionedListener, CopartitionedMember, CopartitionedOptions } from './copartitioned-member.ts';
import type { LogReader, LogReaderListener, LogReaderOptions } from './log-reader.ts';
import type { WorkGroupListener, WorkGroupMember, WorkGroupOptions } from './work-group.ts';

/** A header may occur several times; its values keep their order. */
export type RawHeaders = Readonly<Record<string, Buffer | readonly Buffer[]>>;

/** A record as it lies in the log: bytes, undecoded. */
export interface RawRecord {
  readonly offset: bigint;
  readonly timestampMs: number;
  readonly key: Buffer | null;
  /** `null` is a tombstone. */
  readonly value: Buffer | null;
  readonly headers: RawHeaders;
}

/** A record that is not written yet. */
export interface RecordToWrite {
  readonly key: Buffer | string | null;
  readonly value: Buffer | null;
  readonly headers?: Readonly<Record<string, string | Buffer | readonly (string | Buffer)[]>>;
  /** Milliseconds since the epoch; now, when not given. */
  readonly timestampMs?: number;
  /** Where it goes; the writer's partitioner chooses when not given. */
  readonly partition?: number;
  /** What the partitioner hashes in the key's place, where a topic is partitioned by a part of its key. */
  readonly partitionKey?: string;
}

/** A run of records of one partition, in order of offset. */
export interface FetchedRecords {
  readonly partition: number;
  /** Where the fetch began. */
  readonly fetchOffset: bigint;
  /** Where the next fetch of the partition begins: past the last record, control records included. */
  readonly nextOffset: bigint;
  /** The offset that the next record of the partition will get. */
  readonly highWatermark: bigint;
  readonly records: readonly RawRecord[];
}

/** How a group member tells what happens. Every call but `onRecords` must return at once. */
export interface GroupListener {
  /** A new generation: whatever belonged to the one before is stale. */
  onAssigned(partitions: readonly number[]): void;
  /** The membership ended (rebalance to come, connection lost): no commit will be taken any more. */
  onRevoked(): void;
  /**
   * Takes records. The member fetches on when the promise resolves, so a promise that waits slows fetching down; it must resolve
   * within a heartbeat. `false`: not taken, fetch them again.
   */
  onRecords(fetched: FetchedRecords): Promise<boolean>;
  /** The last moment at which the current generation's offsets can be committed before it rebalances. */
  onRebalancing(): void;
}

/** Which group is joined on which topic, and how its member fetches. */
export interface GroupMemberOptions {
  readonly groupId: string;
  readonly topic: string;
  /** Where a group starts that has committed nothing. */
  readonly startFrom: 'earliest' | 'latest';
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  /** How long a fetch without records waits, and so the longest that a resumed partition waits. */
  readonly maxWaitMs: number;
  readonly maxBytesPerPartition: number;
  /**
   * `read-committed` hides what transactions have not committed, and starts a partition only when the offsets that an earlier owner's
   * transaction left pending are decided (KIP-447). `read-uncommitted` when not given.
   */
  readonly isolation?: 'read-uncommitted' | 'read-committed';
}

/** Who commits: one member in one generation of its group. The coordinator refuses offsets of any other (KIP-447). */
export interface GroupMembership {
  readonly groupId: string;
  readonly memberId: string;
  readonly generation: number;
}

/**
 * One member of a consumer group on one topic. It connects, joins, rejoins and reconnects on its own, for ever; nothing that a
 * listener does reaches the client under it.
 */
export interface GroupMember {
  /** When a fetch or a heartbeat last succeeded, in milliseconds since the epoch; 0 before the first. */
  readonly lastContactMs: number;
  /** The membership of the current generation; undefined while the member has none. */
  readonly membership: GroupMembership | undefined;
  pause(partition: number): void;
  resume(partition: number): void;
  /** Fetches from here next. */
  seek(partition: number, offset: bigint): void;
  /** Commits offsets (of the next record to process) by partition. @throws when the broker did not take them. */
  commit(offsets: ReadonlyMap<number, bigint>): Promise<void>;
  /** Leaves the group and disconnects. */
  close(): Promise<void>;
}

/** A connection of one idempotent producer: `acks=all`, sequence numbers, one request of a topic at a time. */
export interface RecordWriter {
  /**
   * Writes records of one topic in order. Calls for one topic must not overlap.
   * @throws {WriteFailure}
   */
  write(topic: string, records: readonly RecordToWrite[]): Promise<void>;
  close(): Promise<void>;
}

/** Who the transactional producer is. */
export interface TransactionalWriterOptions {
  /** One for each process (or partition) that writes; opening a writer fences every earlier one of the same id. */
  readonly transactionalId: string;
  /** A transaction that is not ended by then is aborted by the broker. From 1,000 to the broker's `transaction.max.timeout.ms`. */
  readonly transactionTimeoutMs: number;
  /** Codec of the batches; `none` when not given. */
  readonly compression?: CompressionCodec;
  /**
   * For transactions of many records, uncompressed and without headers, each with its partition: the client's own path on the wire is
   * taken, which costs a fraction for each record.
   */
  readonly bulk?: boolean;
}

/**
 * A transactional producer: records of several topics and the offsets they were made from become visible together or never.
 *
 *     await writer.begin();
 *     await writer.write('totals', records);
 *     await writer.sendOffsets(membership, 'likes', new Map([[0, 120n]]));
 *     await writer.commit();
 *
 * One transaction at a time; calls of one writer must not overlap. Every call may throw {@link TransactionFailure}.
 */
export interface TransactionalWriter {
  readonly transactionalId: string;
  /** Begins a transaction. Costs no round trip. */
  begin(): Promise<void>;
  /** Writes records of one topic in order, as part of the transaction. */
  write(topic: string, records: readonly RecordToWrite[]): Promise<void>;
  /** Adds the group's offsets (of the next record to process, by partition of the topic). */
  sendOffsets(membership: GroupMembership, topic: string, offsets: ReadonlyMap<number, bigint>): Promise<void>;
  /** Ends it: from here on read-committed readers see everything, and the offsets are committed. */
  commit(): Promise<void>;
  /** Ends it: nothing of it will ever be seen by a read-committed reader. */
  abort(): Promise<void>;
  /** Aborts what is open, if it can, and disconnects. */
  close(): Promise<void>;
}

/** Why a transaction could not go on, and what may follow. */
export class TransactionFailure extends Error {
  override readonly name = 'TransactionFailure';

  constructor(
    message: string,
    /**
     * `abort`: nothing of it will be seen; call `abort`, then the same work may be done again by the same writer.
     * `reopen`: whether it was committed is not known to the writer. Close it, open another of the same id (which decides the old
     * transaction), and read the group's offsets again: they tell.
     * `fenced`: another writer of this id has taken over, or the membership is of a past generation. The member must end its work on
     * these partitions.
     * `refused`: the broker will never take these records.
     */
    readonly then: 'abort' | 'reopen' | 'fenced' | 'refused',
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Codecs of record batches (KIP-110 added zstd). */
export type CompressionCodec = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';

/** Chooses the partition of a record, from 0 to `partitions - 1`. */
export type Partitioner = (record: RecordToWrite, topic: string, partitions: number) => number;

/** How records are written. */
export interface WriterOptions {
  /** `none` when not given. */
  readonly compression?: CompressionCodec;
  /** Java's default when not given: murmur2 of the (partition) key, keyless records in turn. */
  readonly partitioner?: Partitioner;
}

/** Why a write failed, and what may follow. */
export class WriteFailure extends Error {
  override readonly name = 'WriteFailure';

  constructor(
    message: string,
    /**
     * `retry`: the same records may be written again by the same writer; what was taken before is recognized.
     * `reset`: the writer is of no more use (its sequence numbers are); a new one may write them, at the risk of a duplicate.
     * `refused`: the broker will never take these records.
     */
    readonly then: 'retry' | 'reset' | 'refused',
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A topic as it is set up. */
export interface TopicDescription {
  readonly partitions: number;
  /** Values that hold for this topic, be they its own or the broker's defaults. */
  readonly config: Readonly<Record<string, string>>;
}

/** A topic as it shall be set up. */
export interface TopicToCreate {
  readonly name: string;
  readonly partitions: number;
  readonly config: Readonly<Record<string, string>>;
}

/** Looks at topics and creates them. */
export interface TopicAdmin {
  /** The id of the cluster; null when it has none. */
  clusterId(): Promise<string | null>;
  /** The names of all topics. */
  list(): Promise<string[]>;
  /** What exists of the named topics. `configNames` says which values of each are asked for. */
  describe(topics: ReadonlyMap<string, readonly string[]>): Promise<Map<string, TopicDescription>>;
  /** Creates topics; one that another process created meanwhile is no error. */
  create(topics: readonly TopicToCreate[]): Promise<void>;
  /** Lets the broker delete the records before each offset (by partition): nobody needs them any more. */
  deleteRecords(topic: string, before: ReadonlyMap<number, number>): Promise<void>;
  close(): Promise<void>;
}

/** What messaging needs of a Kafka. */
export interface KafkaClient {
  /** Where brokers are asked for first, `host:port` each. */
  readonly bootstrapServers: readonly string[];
  joinGroup(options: GroupMemberOptions, listener: GroupListener): GroupMember;
  /** Joins a group for partition numbers, the same of every topic, without reading. */
  joinCopartitioned(options: CopartitionedOptions, listener: CopartitionedListener): CopartitionedMember;
  /** Joins a group whose members share work of their own kind. */
  joinWorkGroup(options: WorkGroupOptions, listener: WorkGroupListener): WorkGroupMember;
  /** Reads partitions by offset, without a group. Opens no connection yet. */
  openLogReader(options: LogReaderOptions, listener: LogReaderListener): LogReader;
  /** @throws when no broker answers. */
  openWriter(options?: WriterOptions): Promise<RecordWriter>;
  /**
   * Opens a transactional producer: fences earlier ones of its id and ends what they left open (InitProducerId).
   * @throws {TransactionFailure} or when no broker answers.
   */
  openTransactionalWriter(options: TransactionalWriterOptions): Promise<TransactionalWriter>;
  /**
   * What a group has committed, by partition; -1 where nothing is. Waits until no transaction has offsets of it pending (KIP-447), so
   * that what is answered is decided. @throws when no broker answers.
   */
  committedOffsets(groupId: string, topic: string, partitions: readonly number[]): Promise<Map<number, bigint>>;
  /** Has a group without members go on at these offsets of the topic, by partition. @throws when its coordinator refuses. */
  setOffsets(groupId: string, topic: string, offsets: ReadonlyMap<number, number>): Promise<void>;
  /** Bytes that partitions of a topic take on their leaders' disks; without those that have none. @throws when a leader does not answer. */
  logSizes(topic: string, partitions: readonly number[]): Promise<Map<number, number>>;
  /** @throws when no broker answers. */
  openAdmin(): Promise<TopicAdmin>;
}
