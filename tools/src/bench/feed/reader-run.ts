import { randomUUID } from 'node:crypto';
import { topics } from '@headwater/contracts';
import kafkajs from 'kafkajs';
import type { Stage } from './stage.ts';

const { Kafka, logLevel } = kafkajs;

/** Records a second that the client reads when nothing is done with them, from the moment it has its partitions to the last batch. */
export async function readsPerSecond({ bootstrapServers, likes }: Stage): Promise<number> {
  const kafka = new Kafka({ brokers: [bootstrapServers], logLevel: logLevel.NOTHING });
  const consumer = kafka.consumer({ groupId: `bench-${randomUUID()}`, maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topics: [topics.likes.name], fromBeginning: true });
  const all = Promise.withResolvers<number>();
  let joinedMs = 0;
  let read = 0;
  consumer.on(consumer.events.GROUP_JOIN, () => {
    joinedMs = performance.now();
  });
  await consumer.run({
    eachBatch: ({ batch }) => {
      read += batch.messages.length;
      if (read >= likes) all.resolve(performance.now() - joinedMs);
      return Promise.resolve();
    },
  });
  const tookMs = await all.promise;
  await consumer.disconnect();
  return (likes / tookMs) * 1000;
}
