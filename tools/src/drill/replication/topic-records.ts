import { randomUUID } from 'node:crypto';
import { mendRequestQueueTimers } from '@headwater/messaging';
import kafkajs from 'kafkajs';

const { Kafka, logLevel } = kafkajs;

export interface TopicRecord {
  readonly partition: number;
  readonly offset: bigint;
  readonly key: string | null;
  readonly value: string | null;
  readonly messageId: string | undefined;
}

function kafkaAt(bootstrapServers: string): InstanceType<typeof Kafka> {
  mendRequestQueueTimers();
  return new Kafka({ brokers: [bootstrapServers], logLevel: logLevel.NOTHING, retry: { retries: 30 } });
}

export async function createTopic(bootstrapServers: string, topic: string, partitions: number): Promise<void> {
  const admin = kafkaAt(bootstrapServers).admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: partitions }], waitForLeaders: true });
  await admin.disconnect();
}

/** All records of a topic, each partition in order of offset. */
export async function readTopic(bootstrapServers: string, topic: string): Promise<TopicRecord[]> {
  const kafka = kafkaAt(bootstrapServers);
  const admin = kafka.admin();
  await admin.connect();
  const ends = new Map((await admin.fetchTopicOffsets(topic)).map(({ partition, high }) => [partition, BigInt(high)]));
  await admin.disconnect();
  const records: TopicRecord[] = [];
  const left = new Set([...ends].filter(([, end]) => end > 0n).map(([partition]) => partition));
  if (left.size === 0) return records;
  const consumer = kafka.consumer({ groupId: `drill-${randomUUID()}`, maxWaitTimeInMs: 50 });
  const done = Promise.withResolvers<undefined>();
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await consumer.run({
    eachBatch: ({ batch: { partition, messages } }) => {
      for (const { offset, key, value, headers } of messages) {
        const messageId = headers?.['message-id']?.toString();
        records.push({
          partition,
          offset: BigInt(offset),
          key: key?.toString() ?? null,
          value: value?.toString() ?? null,
          messageId,
        });
        if (BigInt(offset) + 1n >= ends.get(partition)!) left.delete(partition);
      }
      if (left.size === 0) done.resolve(undefined);
      return Promise.resolve();
    },
  });
  await done.promise;
  await consumer.disconnect();
  return records;
}
