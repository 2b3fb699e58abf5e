/** What the toolkit's benches ask of topics. */
import { randomUUID } from 'node:crypto';
import kafkajs from 'kafkajs';
import type { Stage } from './stage.ts';

const { Kafka, logLevel } = kafkajs;

export const partitions = 6;

/** Creates a topic whose records bear the time at which the broker appended them. */
export async function newTopic(stage: Stage, kind: string): Promise<string> {
  const topic = stage.newName(kind);
  await newTopicNamed(stage, topic);
  return topic;
}

export async function newTopicNamed(
  { bootstrapServers }: Stage,
  topic: string,
  config: Readonly<Record<string, string>> = { 'message.timestamp.type': 'LogAppendTime' },
): Promise<void> {
  await withAdmin(bootstrapServers, async (admin) => {
    const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }));
    await admin.createTopics({ topics: [{ topic, numPartitions: partitions, configEntries }], waitForLeaders: true });
  });
}

/** How many records a topic holds. */
export async function countRecords(bootstrapServers: string, topic: string): Promise<number> {
  await using counter = await RecordCounter.open(bootstrapServers, topic);
  return await counter.count();
}

/** Asks again and again how many records a topic holds, on one connection. */
export class RecordCounter implements AsyncDisposable {
  readonly #admin: kafkajs.Admin;
  readonly #topic: string;

  private constructor(admin: kafkajs.Admin, topic: string) {
    this.#admin = admin;
    this.#topic = topic;
  }

  static async open(bootstrapServers: string, topic: string): Promise<RecordCounter> {
    const admin = new Kafka({ brokers: [bootstrapServers], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    return new RecordCounter(admin, topic);
  }

  async count(): Promise<number> {
    const offsets = await this.#admin.fetchTopicOffsets(this.#topic);
    return offsets.reduce((sum, { low, high }) => sum + Number(high) - Number(low), 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#admin.disconnect();
  }
}

async function withAdmin<Result>(
  bootstrapServers: string,
  work: (admin: kafkajs.Admin) => Promise<Result>,
): Promise<Result> {
  const admin = new Kafka({ brokers: [bootstrapServers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}

export interface AppendedRecord {
  readonly value: Buffer | null;
  /** When the broker appended it, in milliseconds of the epoch. */
  readonly appendedMs: number;
}

/** Reads a topic from its beginning until it has given so many records. */
export async function readRecords(
  bootstrapServers: string,
  topic: string,
  wanted: number,
): Promise<readonly AppendedRecord[]> {
  const kafka = new Kafka({ brokers: [bootstrapServers], logLevel: logLevel.NOTHING });
  const consumer = kafka.consumer({ groupId: `bench-${randomUUID()}`, maxWaitTimeInMs: 100 });
  await consumer.connect();
  const records: AppendedRecord[] = [];
  const all = Promise.withResolvers<undefined>();
  try {
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await consumer.run({
      eachBatch: ({ batch }) => {
        for (const { value, timestamp } of batch.messages) records.push({ value, appendedMs: Number(timestamp) });
        if (records.length >= wanted) all.resolve(undefined);
        return Promise.resolve();
      },
    });
    await all.promise;
    return records;
  } finally {
    await consumer.disconnect();
  }
}
