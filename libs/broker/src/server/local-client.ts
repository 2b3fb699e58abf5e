import { batchesIn, decodeRecords, encodeBatch, ErrorCode, KafkaError, type Chunks } from '../protocol/index.ts';
import type { ClusterMetadata } from '../metadata/index.ts';
import type { Clock, LogStorage, PartitionLog } from '../storage/index.ts';

/** A record read through the {@link LocalClient}. */
export interface LocalRecord {
  readonly offset: number;
  /** Milliseconds since 1970. */
  readonly timestampMs: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly { readonly key: string; readonly value: Buffer | null }[];
}

/** A record to append through the {@link LocalClient}; its time is the broker's clock. */
export interface LocalAppend {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers?: readonly { readonly key: string; readonly value: Buffer | null }[];
}

/**
 * The broker's log without a socket, for what runs in the same process (the schema registry).
 * Errors are `KafkaError`s with the protocol's codes.
 */
export interface LocalClient {
  /** Creates the topic and resolves when it can be written; also when it exists already (its settings stay). */
  createTopic(
    name: string,
    options?: { readonly partitions?: number; readonly config?: Readonly<Record<string, string>> },
  ): Promise<void>;
  /** Appends the records as one batch and resolves when they are durable. */
  append(topic: string, partition: number, records: readonly LocalAppend[]): Promise<{ readonly baseOffset: number }>;
  /**
   * Reads durable records from `offset` on: about `maxBytes` of them, at least one batch when there is one.
   * `nextOffset` is where the next read goes on (compaction leaves gaps).
   */
  read(
    topic: string,
    partition: number,
    offset: number,
    maxBytes: number,
  ): Promise<{ readonly records: readonly LocalRecord[]; readonly nextOffset: number; readonly highWatermark: number }>;
  /** First retained offset of the partition. */
  logStartOffset(topic: string, partition: number): number;
  /** Calls `listener` after each move of the partition's high watermark, until the returned function is called. */
  onAppend(topic: string, partition: number, listener: () => void): () => void;
}

/** What a {@link LocalClient} works on. */
export interface LocalClientOptions {
  readonly metadata: ClusterMetadata;
  readonly storage: LogStorage;
  readonly clock: Clock;
}

/** Makes the client of a running broker. */
export function localClient({ metadata, storage, clock }: LocalClientOptions): LocalClient {
  const logOf = (topic: string, partition: number): PartitionLog => {
    const log = storage.get(topic, partition);
    if (log === undefined)
      throw new KafkaError(
        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
        `There is no partition ${partition} of topic ${topic} here`,
      );
    return log;
  };
  return {
    createTopic: async (name, options = {}) => {
      await metadata.ensureTopic(name, options);
    },
    append: async (topic, partition, records) => {
      const timestampMs = clock.now();
      const batch = encodeBatch({
        baseOffset: 0,
        records: records.map(({ key, value, headers }) => ({ key, value, headers: headers ?? [], timestampMs })),
      });
      const { baseOffset, durable } = logOf(topic, partition).append([batch], { origin: 'client' });
      await durable;
      return { baseOffset };
    },
    read: async (topic, partition, offset, maxBytes) => {
      const log = logOf(topic, partition);
      const read = await log.read(offset, maxBytes);
      return {
        records: [...recordsOf(read.records, offset)],
        nextOffset: read.nextOffset,
        highWatermark: log.highWatermark,
      };
    },
    logStartOffset: (topic, partition) => logOf(topic, partition).logStartOffset,
    onAppend: (topic, partition, listener) => logOf(topic, partition).onHighWatermark(() => listener()),
  };
}

/** The records from `offset` on; the first batch may begin before it. */
function* recordsOf(batches: Chunks, offset: number): Generator<LocalRecord> {
  for (const batch of batchesIn(batches)) {
    if (batch.header.isControl) continue;
    for (const record of decodeRecords(batch)) {
      if (record.offset >= offset) yield record;
    }
  }
}
