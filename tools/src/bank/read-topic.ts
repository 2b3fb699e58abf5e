/** All that a topic holds, by contract. It was written by programs of this build, so the contract's schema is the writer's. */
import type { EventContract, TopicContract } from '@headwater/contracts';
import { mendRequestQueueTimers } from '@headwater/messaging';
import kafkajs from 'kafkajs';

const { Kafka, logLevel } = kafkajs;

/** Confluent's wire format: a zero byte and the schema's id. */
const prefixBytes = 5;

export async function readTopic<Value>(
  bootstrapServers: string,
  topic: TopicContract,
  event: EventContract<string, Value>,
): Promise<Value[]> {
  mendRequestQueueTimers();
  const kafka = new Kafka({ brokers: [bootstrapServers], logLevel: logLevel.NOTHING, retry: { retries: 20 } });
  const admin = kafka.admin();
  await admin.connect();
  const ends = (await admin.fetchTopicOffsets(topic.name)).filter(({ high }) => Number(high) > 0);
  await admin.disconnect();
  const open = new Map(ends.map(({ partition, high }) => [partition, Number(high)]));
  const values: Value[] = [];
  if (open.size === 0) return values;
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const consumer = kafka.consumer({ groupId: `bank-${topic.name}-${Date.now()}`, maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic.name], fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachBatch: ({ batch }) => {
      for (const { value } of batch.messages) if (value) values.push(event.decode(value.subarray(prefixBytes)));
      if (Number(batch.lastOffset()) + 1 >= (open.get(batch.partition) ?? 0)) open.delete(batch.partition);
      if (open.size === 0) resolve(undefined);
      return Promise.resolve();
    },
  });
  await promise;
  await consumer.disconnect();
  return values;
}
