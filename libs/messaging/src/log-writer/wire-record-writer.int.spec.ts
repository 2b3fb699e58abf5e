import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { describeOnEveryEngine } from '@headwater/testkit/engines';
import kafkajs from 'kafkajs';
import { askUntilServed } from '../../fixtures/test-kafka.ts';
import type { RecordToWrite } from '../client/index.ts';
import { WireRecordWriter } from './wire-record-writer.ts';

const { Kafka, logLevel } = kafkajs;

interface Read {
  readonly partition: number;
  readonly key: string | null;
  readonly value: string | null;
  readonly timestamp: string;
  readonly headers: Record<string, string | string[]>;
}

describeOnEveryEngine('a writer on the wire', (engine) => {
  const kafka = () =>
    new Kafka({ brokers: engine.bootstrapServers.split(','), logLevel: logLevel.NOTHING, retry: { retries: 50 } });

  async function newTopic(partitions: number): Promise<string> {
    const topic = `wire-writer-${randomUUID()}`;
    const admin = kafka().admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic, numPartitions: partitions }], waitForLeaders: false });
    await askUntilServed(() => admin.fetchTopicOffsets(topic));
    await admin.disconnect();
    return topic;
  }

  const open = (): Promise<WireRecordWriter> =>
    WireRecordWriter.open({ clientId: 'test', bootstrapServers: engine.bootstrapServers.split(',') });

  async function read(topic: string, count: number): Promise<Read[]> {
    const consumer = kafka().consumer({ groupId: `wire-writer-${randomUUID()}`, maxWaitTimeInMs: 50 });
    const records: Read[] = [];
    const done = Promise.withResolvers<undefined>();
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await consumer.run({
      eachMessage: ({ partition, message: { key, value, timestamp, headers } }) => {
        const texts = Object.entries(headers ?? {}).map(([name, item]) => [
          name,
          Array.isArray(item) ? item.map(String) : String(item),
        ]);
        records.push({
          partition,
          key: key?.toString() ?? null,
          value: value?.toString() ?? null,
          timestamp,
          headers: Object.fromEntries(texts) as Read['headers'],
        });
        if (records.length === count) done.resolve(undefined);
        return Promise.resolve();
      },
    });
    await done.promise;
    await consumer.disconnect();
    return records;
  }

  it('writes keys, values, headers and timestamps as they are', async () => {
    const topic = await newTopic(1);
    const writer = await open();
    const timestampMs = 1_700_000_000_123;
    await writer.write(topic, [
      { key: 'ü', value: Buffer.from('one'), headers: { a: '1', b: ['2', Buffer.from('ß')] }, timestampMs },
      { key: Buffer.from('k'), value: null, timestampMs: timestampMs - 5_000_000_000 },
      { key: null, value: Buffer.alloc(0), timestampMs: timestampMs + 9_000_000_000 },
      { key: '', value: Buffer.alloc(300_000, 'x'), timestampMs },
    ]);
    const records = await read(topic, 4);
    expect(records[0]).toMatchObject({ key: 'ü', value: 'one', headers: { a: '1', b: ['2', 'ß'] } });
    expect(records[1]).toMatchObject({ key: 'k', value: null, headers: {} });
    expect(records[2]).toMatchObject({ key: null, value: '' });
    expect(records[3]).toMatchObject({ key: '', value: 'x'.repeat(300_000) });
    const times = [timestampMs, timestampMs - 5_000_000_000, timestampMs + 9_000_000_000, timestampMs];
    expect(records.map(({ timestamp }) => Number(timestamp))).toEqual(times);
    await writer.close();
  });

  it('keeps the order of each key over many calls, and places keys as other clients do', async () => {
    const topic = await newTopic(5);
    const writer = await open();
    const other = kafka().producer();
    await other.connect();
    for (let round = 0; round < 10; round++) {
      const records: RecordToWrite[] = [];
      for (let number = 0; number < 50; number++)
        records.push({ key: `key-${number}`, value: Buffer.from(String(round)) });
      await writer.write(topic, records);
    }
    for (let number = 0; number < 50; number++)
      await other.send({ topic, messages: [{ key: `key-${number}`, value: '10' }] });
    await other.disconnect();
    await writer.close();
    const records = await read(topic, 550);
    for (let number = 0; number < 50; number++) {
      const ofKey = records.filter(({ key }) => key === `key-${number}`);
      expect(ofKey.map(({ value }) => Number(value))).toEqual([...Array(11).keys()]);
      expect(new Set(ofKey.map(({ partition }) => partition)).size).toBe(1);
    }
  });

  it('says of a topic that is not there that it may be tried again, and of a record that is too large that it may not', async () => {
    const writer = await open();
    await expect(writer.write(`absent-${randomUUID()}`, [{ key: 'a', value: null }])).rejects.toMatchObject({
      then: 'retry',
    });
    const topic = await newTopic(1);
    const large = { key: 'a', value: Buffer.alloc(3_000_000) };
    await expect(writer.write(topic, [large])).rejects.toMatchObject({ then: 'refused' });
    await writer.close();
  });

  it('writes records once that are written again after a failure in between', async () => {
    const topic = await newTopic(1);
    const writer = await open();
    const first = [{ key: 'a', value: Buffer.from('first') }];
    await writer.write(topic, first);
    // As after an answer that was lost: the numbers are those of the records before.
    (writer as unknown as { sequenceOf: Map<string, number> }).sequenceOf.set(`${topic}/0`, 0);
    await writer.write(topic, first);
    await writer.write(topic, [{ key: 'a', value: Buffer.from('second') }]);
    expect((await read(topic, 2)).map(({ value }) => value)).toEqual(['first', 'second']);
    await writer.close();
  });
});

describe('a writer on the wire without a broker', () => {
  it('is not opened', async () => {
    const opening = WireRecordWriter.open({ clientId: 'test', bootstrapServers: ['127.0.0.1:1'] });
    await expect(opening).rejects.toThrow('ECONNREFUSED');
  });
});
