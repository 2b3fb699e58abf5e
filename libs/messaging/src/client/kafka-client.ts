/**
 * What this lib asks of a Kafka client. One folder implements it (`kafkajs`), so that another client is that folder's change.
 */

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

export interface RecordToWrite {
  readonly key: Buffer | string | null;
  readonly value: Buffer | null;
  readonly headers?: Readonly<Record<string, string | Buffer | readonly (string | Buffer)[]>>;
  /** Milliseconds since the epoch; now, when not given. */
  readonly timestampMs?: number;
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
}

/**
 * One member of a consumer group on one topic. It connects, joins, rejoins and reconnects on its own, for ever; nothing that a
 * listener does reaches the client under it.
 */
export interface GroupMember {
  /** When a fetch or a heartbeat last succeeded, in milliseconds since the epoch; 0 before the first. */
  readonly lastContactMs: number;
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

export interface TopicDescription {
  readonly partitions: number;
  /** Values that were set for this topic, not the broker's defaults. */
  readonly config: Readonly<Record<string, string>>;
}

export interface TopicToCreate {
  readonly name: string;
  readonly partitions: number;
  readonly config: Readonly<Record<string, string>>;
}

export interface TopicAdmin {
  /** What exists of the named topics. `configNames` says which values of each are asked for. */
  describe(topics: ReadonlyMap<string, readonly string[]>): Promise<Map<string, TopicDescription>>;
  /** Creates topics; one that another process created meanwhile is no error. */
  create(topics: readonly TopicToCreate[]): Promise<void>;
  close(): Promise<void>;
}

export interface KafkaClient {
  joinGroup(options: GroupMemberOptions, listener: GroupListener): GroupMember;
  /** @throws when no broker answers. */
  openWriter(): Promise<RecordWriter>;
  /** @throws when no broker answers. */
  openAdmin(): Promise<TopicAdmin>;
}
