import { randomUUID } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { describeOnEveryEngine, type KafkaEngine } from '@headwater/testkit/engines';
import kafkajs, { type Consumer, type Producer } from 'kafkajs';
import { eventually } from './eventually.ts';
import { ledTopic } from './led-topic.ts';

const { Kafka, logLevel } = kafkajs;

const clientOf = (engine: KafkaEngine): kafkajs.Kafka =>
  new Kafka({
    clientId: 'test',
    brokers: [engine.bootstrapServers],
    logLevel: logLevel.NOTHING,
    retry: { retries: 20, maxRetryTime: 1000 },
  });

/** A name that nobody else uses. */
const named = (name: string): string => `${name}-${randomUUID()}`;

async function transactional(kafka: kafkajs.Kafka, transactionalId: string): Promise<Producer> {
  const producer = kafka.producer({ transactionalId, maxInFlightRequests: 1, idempotent: true });
  await producer.connect();
  return producer;
}

async function topic(engine: KafkaEngine, about: string): Promise<string> {
  const name = named(about);
  const admin = clientOf(engine).admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic: name, numPartitions: 2 }], waitForLeaders: false });
  await ledTopic(engine, name, 2);
  await admin.disconnect();
  return name;
}

/** Values that a reader gets until it sees `last`. */
async function read(
  kafka: kafkajs.Kafka,
  from: string,
  last: string,
  options: { readonly readUncommitted?: boolean } = {},
): Promise<string[]> {
  const consumer: Consumer = kafka.consumer({ groupId: `reader-${randomUUID()}`, ...options });
  const values: string[] = [];
  try {
    await consumer.connect();
    await consumer.subscribe({ topic: from, fromBeginning: true });
    const seen = Promise.withResolvers<undefined>();
    await consumer.run({
      eachMessage: ({ message }) => {
        const value = message.value!.toString();
        values.push(value);
        if (value === last) seen.resolve(undefined);
        return Promise.resolve();
      },
    });
    await seen.promise;
  } finally {
    await consumer.disconnect();
  }
  return values;
}

async function committedOffset(kafka: kafkajs.Kafka, groupId: string, name: string): Promise<string | undefined> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const [offsets] = await admin.fetchOffsets({ groupId, topics: [name] });
    return offsets?.partitions.find(({ partition }) => partition === 0)?.offset;
  } finally {
    await admin.disconnect();
  }
}

describeOnEveryEngine('a transactional producer of kafkajs', (engine) => {
  it('shows readers of committed records what it committed, and nothing that it aborted', async () => {
    const kafka = clientOf(engine);
    const orders = await topic(engine, 'orders');
    const producer = await transactional(kafka, named('tx'));
    for (const [value, commit] of [
      ['first', true],
      ['lost', false],
      ['second', true],
      ['lost too', false],
      ['last', true],
    ] as const) {
      const transaction = await producer.transaction();
      await transaction.send({ topic: orders, messages: [{ key: 'k', value, partition: 0 }] });
      await (commit ? transaction.commit() : transaction.abort());
    }
    await producer.disconnect();
    expect(await read(kafka, orders, 'last')).toEqual(['first', 'second', 'last']);
    const all = ['first', 'lost', 'second', 'lost too', 'last'];
    expect(await read(kafka, orders, 'last', { readUncommitted: true })).toEqual(all);
  });

  it('commits offsets of a group with its records, or not at all', async () => {
    const kafka = clientOf(engine);
    const source = await topic(engine, 'in');
    const target = await topic(engine, 'out');
    const copier = named('copier');
    const producer = await transactional(kafka, named('tx'));
    const step = async (offset: string, commit: boolean): Promise<void> => {
      const transaction = await producer.transaction();
      await transaction.send({ topic: target, messages: [{ value: offset }] });
      await transaction.sendOffsets({
        consumerGroupId: copier,
        topics: [{ topic: source, partitions: [{ partition: 0, offset }] }],
      });
      expect(await committedOffset(kafka, copier, source)).not.toBe(offset);
      await (commit ? transaction.commit() : transaction.abort());
    };
    await step('5', true);
    // Apache Kafka answers when the transaction is decided, and carries it out afterwards; kafkajs asks for what is there already.
    await eventually(async () => (await committedOffset(kafka, copier, source)) === '5');
    await step('9', false);
    expect(await committedOffset(kafka, copier, source)).toBe('5');
    await producer.disconnect();
  });

  it('is fenced by a newer one of the same id, and its open transaction is aborted', async () => {
    const kafka = clientOf(engine);
    const fenced = await topic(engine, 'fenced');
    const id = named('tx');
    const zombie = await transactional(kafka, id);
    const started = await zombie.transaction();
    await started.send({ topic: fenced, messages: [{ value: 'zombie', partition: 0 }] });
    const heir = await transactional(kafka, id);
    const transaction = await heir.transaction();
    await transaction.send({ topic: fenced, messages: [{ value: 'heir', partition: 0 }] });
    await transaction.commit();
    await expect(started.send({ topic: fenced, messages: [{ value: 'late', partition: 1 }] })).rejects.toThrow(
      /epoch|fenced/i,
    );
    await expect(started.commit()).rejects.toThrow(/epoch|fenced/i);
    expect(await read(kafka, fenced, 'heir')).toEqual(['heir']);
    await Promise.all([zombie.disconnect(), heir.disconnect()]);
  });
});
