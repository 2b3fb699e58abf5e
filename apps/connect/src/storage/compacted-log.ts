/**
 * A compacted topic of one partition as a log that every worker reads from its beginning: Kafka Connect's way of keeping definitions,
 * states and offsets. Records are applied in order, on all workers the same; `readToEnd` waits until everything that was written
 * before the call is applied here.
 */
import { Logger } from '@nestjs/common';
import { type KafkaClient, type LogReader, type MessageProducer } from '@headwater/messaging';

/** Applies a record: synchronously, since the next one follows. */
export type ApplyRecord = (key: string, value: string | null, offset: number) => void;

const PARTITION = 0;
const MAX_BUFFERED_BYTES = 8 * 1024 * 1024;

export class CompactedLog {
  private readonly logger = new Logger('CompactedLog');
  private readonly reader: LogReader;
  private applied = 0;
  private readonly waiting = new Set<{ readonly offset: number; readonly resolve: () => void }>();

  constructor(
    client: KafkaClient,
    private readonly producer: MessageProducer,
    readonly topic: string,
    private readonly apply: ApplyRecord,
  ) {
    this.reader = client.openLogReader(
      {
        isolation: 'read-committed',
        maxWaitMs: 500,
        maxBytesPerPartition: 1024 * 1024,
        maxBufferedBytesPerPartition: MAX_BUFFERED_BYTES,
      },
      {
        onArrival: () => this.takeAll(),
        // Somebody has made the topic anew.
        onOffsetOutOfRange: (_topic, _partition, offset) =>
          void this.begin().catch((error: unknown) =>
            this.logger.error(`${topic} does not go on at offset ${offset}: ${textOf(error)}`),
          ),
      },
    );
  }

  /** The offset after the last record that was applied. */
  get position(): number {
    return this.applied;
  }

  /** Begins to read. Resolves when what is there now is applied. @throws when no broker answers. */
  async start(): Promise<void> {
    await this.begin();
    await this.readToEnd();
  }

  /** @throws when no broker answers. */
  async readToEnd(): Promise<void> {
    const { latest } = (await this.reader.offsets(this.topic, [PARTITION])).get(PARTITION)!;
    await this.reached(latest);
  }

  /** Resolves when everything below the offset is applied. */
  reached(offset: number): Promise<void> {
    if (this.applied >= offset) return Promise.resolve();
    return new Promise((resolve) => this.waiting.add({ offset, resolve }));
  }

  /** Resolves when the broker has acknowledged the record; null deletes the key's. */
  async write(key: string, value: unknown): Promise<void> {
    const bytes = value === null ? null : Buffer.from(JSON.stringify(value));
    await this.producer.sendEncoded({ topic: this.topic, key, value: bytes });
  }

  async close(): Promise<void> {
    await this.reader.close();
    for (const { resolve } of this.waiting) resolve();
  }

  private async begin(): Promise<void> {
    const { earliest } = (await this.reader.offsets(this.topic, [PARTITION])).get(PARTITION)!;
    this.applied = Math.max(this.applied, earliest);
    this.reader.assign(this.topic, PARTITION, earliest);
  }

  private takeAll(): void {
    for (let chunk = this.reader.take(this.topic, PARTITION); chunk; chunk = this.reader.take(this.topic, PARTITION)) {
      const cursor = chunk.records();
      while (cursor.next()) {
        if (cursor.keyStart < 0) continue;
        const key = cursor.source.toString('utf8', cursor.keyStart, cursor.keyEnd);
        const value = cursor.valueStart < 0 ? null : cursor.source.toString('utf8', cursor.valueStart, cursor.valueEnd);
        this.applyOne(key, value, cursor.offset);
      }
      this.applied = chunk.nextOffset;
    }
    for (const wait of this.waiting) {
      if (this.applied < wait.offset) continue;
      this.waiting.delete(wait);
      wait.resolve();
    }
  }

  /** A record that is none of ours must not stop the ones behind it. */
  private applyOne(key: string, value: string | null, offset: number): void {
    try {
      this.apply(key, value, offset);
    } catch (error) {
      this.logger.error(`${this.topic}: the record of key ${key} at offset ${offset} is left out: ${textOf(error)}`);
    }
  }
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
