/**
 * The registry's log on the broker of the same process: the topic `_schemas`, one partition, compacted.
 *
 * Records are delivered in offset order by one pump per follower, which runs again when the high watermark moved while it ran.
 */
import type { LocalClient } from '@headwater/broker-core';
import type { SchemaLog, SchemaLogEntry, SchemaLogFollower, SchemaLogRecord } from '@headwater/schema-registry';

const TOPIC = '_schemas';
const PARTITION = 0;
const READ_BYTES = 1024 * 1024;
const RETRY_MS = 200;

export class BrokerSchemaLog implements SchemaLog {
  readonly #client: LocalClient;

  private constructor(client: LocalClient) {
    this.#client = client;
  }

  /** Creates the topic when it is missing. */
  static async open(client: LocalClient): Promise<BrokerSchemaLog> {
    await client.createTopic(TOPIC, { partitions: 1, config: { 'cleanup.policy': 'compact' } });
    return new BrokerSchemaLog(client);
  }

  async append(entries: readonly SchemaLogEntry[]): Promise<{ readonly lastOffset: number }> {
    const { baseOffset } = await this.#client.append(TOPIC, PARTITION, entries);
    return { lastOffset: baseOffset + entries.length - 1 };
  }

  async follow(deliver: (records: readonly SchemaLogRecord[]) => void): Promise<SchemaLogFollower> {
    const follower = new Follower(this.#client, deliver);
    await follower.catchUp();
    return { close: () => follower.close() };
  }
}

class Follower {
  readonly #client: LocalClient;
  readonly #deliver: (records: readonly SchemaLogRecord[]) => void;
  readonly #unsubscribe: () => void;
  #nextOffset: number;
  #pump: Promise<void> | undefined;
  #hasNews = false;
  #isClosed = false;

  constructor(client: LocalClient, deliver: (records: readonly SchemaLogRecord[]) => void) {
    this.#client = client;
    this.#deliver = deliver;
    this.#nextOffset = client.logStartOffset(TOPIC, PARTITION);
    this.#unsubscribe = client.onAppend(TOPIC, PARTITION, () => this.#wake());
  }

  /** Delivers what the log holds now; rejects when it cannot be read. */
  async catchUp(): Promise<void> {
    try {
      await this.#startPump();
    } catch (error) {
      await this.close();
      throw error;
    }
    if (this.#hasNews) this.#wake();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#unsubscribe();
    await this.#pump?.catch(() => undefined);
  }

  #wake(): void {
    this.#hasNews = true;
    if (this.#pump !== undefined || this.#isClosed) return;
    this.#startPump().then(
      () => {
        if (this.#hasNews) this.#wake();
      },
      () => {
        // A passing fault of the disk: the records are there still.
        const timer = setTimeout(() => this.#wake(), RETRY_MS);
        timer.unref();
      },
    );
  }

  #startPump(): Promise<void> {
    const pump = this.#readToEnd().finally(() => {
      this.#pump = undefined;
    });
    this.#pump = pump;
    return pump;
  }

  async #readToEnd(): Promise<void> {
    for (;;) {
      this.#hasNews = false;
      const { records, nextOffset, highWatermark } = await this.#client.read(
        TOPIC,
        PARTITION,
        this.#nextOffset,
        READ_BYTES,
      );
      // Closing waits for this pump, and nothing is delivered once it was asked for.
      if (this.#isClosed) return;
      if (records.length > 0) this.#deliver(records);
      this.#nextOffset = nextOffset;
      if (nextOffset >= highWatermark) return;
    }
  }
}
