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
