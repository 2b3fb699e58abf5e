/**
 * The registry's log in a Kafka that is not ours, by a client: the topic `_schemas`, one partition, compacted, with the replication
 * that the cluster gives a topic. Confluent's registry keeps its schemas in the same topic, in the same records.
 *
 * One registry writes to it at a time. Its offsets follow one another without a gap then, so that the offset of an append is known
 * although the client is not told it; another's record between two of ours only makes it higher.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { WriteFailure, type KafkaClient, type LogReader, type RecordWriter } from '@headwater/messaging/kafka';
import type { SchemaLog, SchemaLogEntry, SchemaLogFollower, SchemaLogRecord } from '@headwater/schema-registry';

const PARTITION = 0;
const MAX_WAIT_MS = 500;
const READ_BYTES = 1024 * 1024;
/** Longer than a cluster takes to find that a leader is dead and to elect another. */
const PATIENCE_MS = 30_000;
const RETRY_MS = 200;

export class KafkaSchemaLog implements SchemaLog {
  readonly #client: KafkaClient;
  readonly #topic: string;
  #writer: RecordWriter;
  #probe: LogReader;
  #lastAppend: Promise<unknown> = Promise.resolve();
  #nextOffset: number;

  private constructor(client: KafkaClient, topic: string, writer: RecordWriter, probe: LogReader, nextOffset: number) {
    this.#client = client;
    this.#topic = topic;
    this.#writer = writer;
    this.#probe = probe;
    this.#nextOffset = nextOffset;
  }

  /**
   * Creates the topic when it is missing.
   * @throws an Error whose message is one line: no broker answers, or the topic is not one that can hold schemas.
   */
  static async open(client: KafkaClient, topic = '_schemas'): Promise<KafkaSchemaLog> {
    await prepareTopic(client, topic);
    const probe = openReader(client, () => undefined);
    const { latest } = await endOf(probe, topic);
    return new KafkaSchemaLog(client, topic, await client.openWriter(), probe, latest);
  }

  append(entries: readonly SchemaLogEntry[]): Promise<{ readonly lastOffset: number }> {
    const appended = this.#lastAppend.then(() => this.#appendNow(entries));
    this.#lastAppend = appended.catch(() => undefined);
    return appended;
  }

  async follow(deliver: (records: readonly SchemaLogRecord[]) => void): Promise<SchemaLogFollower> {
    const follower = new Follower(this.#client, this.#topic, deliver);
    await follower.catchUp();
    return { close: () => follower.close() };
  }

  /** Disconnects; followers are closed by who opened them. */
  async close(): Promise<void> {
    await this.#lastAppend;
    await Promise.all([this.#writer.close(), this.#probe.close()]);
  }

  async #appendNow(entries: readonly SchemaLogEntry[]): Promise<{ readonly lastOffset: number }> {
    await this.#write(entries);
    // The end that a new leader tells may lie behind for a moment: never before what is known to be there.
    const { latest } = await retried(() => endOf(this.#probe, this.#topic));
    this.#nextOffset = Math.max(latest, this.#nextOffset + entries.length);
    return { lastOffset: this.#nextOffset - 1 };
  }

  /** A record that was written twice, since an answer was lost, says the same twice. */
  #write(entries: readonly SchemaLogEntry[]): Promise<void> {
    const records = entries.map(({ key, value }) => ({ key, value, partition: PARTITION }));
    return retried(async () => {
      try {
        await this.#writer.write(this.#topic, records);
      } catch (error) {
        if (error instanceof WriteFailure && error.then === 'reset') {
          await this.#writer.close();
          this.#writer = await this.#client.openWriter();
        }
        throw error;
      }
    });
  }
}

class Follower {
  readonly #topic: string;
  readonly #deliver: (records: readonly SchemaLogRecord[]) => void;
  readonly #reader: LogReader;
  readonly #caughtUp = Promise.withResolvers<undefined>();
  #position = 0;
  #target = Number.POSITIVE_INFINITY;
  #isClosed = false;

  constructor(client: KafkaClient, topic: string, deliver: (records: readonly SchemaLogRecord[]) => void) {
    this.#topic = topic;
    this.#deliver = deliver;
    this.#reader = openReader(client, () => this.#takeAll());
  }

  /** Delivers what the log holds now. */
  async catchUp(): Promise<void> {
    try {
      const { earliest, latest } = await retried(() => endOf(this.#reader, this.#topic));
      this.#position = earliest;
      this.#target = latest;
      this.#reader.assign(this.#topic, PARTITION, earliest);
      this.#tellWhenCaughtUp();
      await this.#caughtUp.promise;
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#reader.close();
  }

  #takeAll(): void {
    for (;;) {
      const chunk = this.#isClosed ? undefined : this.#reader.take(this.#topic, PARTITION);
      if (chunk === undefined) break;
      const records: SchemaLogRecord[] = [];
      const cursor = chunk.records();
      while (cursor.next()) {
        const { offset, timestampMs, source, keyStart, keyEnd, valueStart, valueEnd } = cursor;
        const bytesAt = (start: number, end: number) => (start < 0 ? null : Buffer.from(source.subarray(start, end)));
        records.push({ offset, timestampMs, key: bytesAt(keyStart, keyEnd), value: bytesAt(valueStart, valueEnd) });
      }
      if (records.length > 0) this.#deliver(records);
      this.#position = chunk.nextOffset;
    }
    this.#tellWhenCaughtUp();
  }

  #tellWhenCaughtUp(): void {
    if (this.#position >= this.#target) this.#caughtUp.resolve(undefined);
  }
}

function openReader(client: KafkaClient, onArrival: () => void): LogReader {
  return client.openLogReader(
    {
      isolation: 'read-uncommitted',
      maxWaitMs: MAX_WAIT_MS,
      maxBytesPerPartition: READ_BYTES,
      maxBufferedBytesPerPartition: 8 * READ_BYTES,
    },
    {
      onArrival,
      onOffsetOutOfRange: (topic, _partition, offset) => {
        // Nothing deletes from a compacted topic but its deletion: what is served would be no longer what is stored.
        throw new Error(`${topic} has no offset ${offset} any more: it was deleted; start the registry anew`);
      },
    },
  );
}

async function prepareTopic(client: KafkaClient, topic: string): Promise<void> {
  const admin = await client.openAdmin();
  try {
    const describe = async () => (await admin.describe(new Map([[topic, ['cleanup.policy']]]))).get(topic);
    let found = await describe();
    if (found === undefined) {
      await admin.create([{ name: topic, partitions: 1, config: { 'cleanup.policy': 'compact' } }]);
      found = await retried(async () => {
        const created = await describe();
        if (created === undefined) throw new Error(`topic ${topic} was created and is not there`);
        return created;
      });
    }
    const policy = found.config['cleanup.policy'];
    if (found.partitions !== 1 || policy !== 'compact')
      throw new Error(
        `The topic ${topic} has ${found.partitions} partitions and cleanup.policy=${String(policy)}, and a registry needs 1 and compact: alter it, or use another cluster.`,
      );
  } finally {
    await admin.close();
  }
}

async function endOf(
  reader: LogReader,
  topic: string,
): Promise<{ readonly earliest: number; readonly latest: number }> {
  const range = (await reader.offsets(topic, [PARTITION])).get(PARTITION);
  if (range === undefined) throw new Error(`nobody tells the end of ${topic}`);
  return range;
}

/** Again while it fails of what passes: a leader that is elected, a broker that restarts. */
async function retried<T>(work: () => Promise<T>): Promise<T> {
  const deadlineMs = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const isFinal = error instanceof WriteFailure && error.then === 'refused';
      if (isFinal || performance.now() > deadlineMs) throw error;
      await delay(RETRY_MS);
    }
  }
}
