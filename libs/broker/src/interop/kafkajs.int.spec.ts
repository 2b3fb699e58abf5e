/** kafkajs 2.2.4, unmodified: the oldest versions that this broker serves. */
import { randomUUID } from 'node:crypto';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { describeOnEveryEngine, type KafkaEngine } from '@headwater/testkit/engines';
import kafkajs, { type Admin, type Consumer, type KafkaMessage } from 'kafkajs';
import { compressFrameSync, decompressFrameSync } from 'lz4-napi';
import { compressSync, uncompressSync } from 'snappy';
import { Arrivals } from './arrivals.ts';
import { eventually } from './eventually.ts';
import { ledTopic } from './led-topic.ts';

const { CompressionCodecs, CompressionTypes, ConfigResourceTypes, Kafka, logLevel } = kafkajs;

/** kafkajs ships gzip alone and takes the others from its user. */
const codec = (compress: (data: Buffer) => Buffer, decompress: (data: Buffer) => Buffer) => () => ({
  compress: (encoder: { buffer: Buffer }) => Promise.resolve(compress(encoder.buffer)),
  decompress: (data: Buffer) => Promise.resolve(decompress(data)),
});
CompressionCodecs[CompressionTypes.Snappy] = codec(compressSync, (data) => uncompressSync(data) as Buffer);
CompressionCodecs[CompressionTypes.LZ4] = codec(compressFrameSync, decompressFrameSync);
CompressionCodecs[CompressionTypes.ZSTD] = codec(zstdCompressSync, zstdDecompressSync);

const compressionTypes = [
  CompressionTypes.None,
  CompressionTypes.GZIP,
  CompressionTypes.Snappy,
  CompressionTypes.LZ4,
  CompressionTypes.ZSTD,
];

/** Records older than the retention of a topic may be gone at once. */
const now = Date.now();

let broker: KafkaEngine;
let kafka: InstanceType<typeof Kafka>;
let admin: Admin;

async function newTopic(numPartitions = 1): Promise<string> {
  const topic = `topic-${randomUUID()}`;
  await admin.createTopics({ topics: [{ topic, numPartitions }], waitForLeaders: false });
  await ledTopic(broker, topic, numPartitions);
  return topic;
}

type Received = KafkaMessage & { readonly partition: number; readonly member: string };

/** A member of a group that leaves at the end of its scope, and whose messages arrive in `arrivals`. */
async function join(
  topic: string,
  groupId: string,
  arrivals: Arrivals<Received>,
  member = 'one',
  onAssigned: (partitions: readonly number[]) => void = () => undefined,
): Promise<Consumer & AsyncDisposable> {
  const consumer = kafka.consumer({ groupId, sessionTimeout: 60_000, heartbeatInterval: 200, maxWaitTimeInMs: 100 });
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => onAssigned(payload.memberAssignment[topic] ?? []));
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachMessage: ({ message, partition }) => {
      arrivals.add({ ...message, partition, member });
      return Promise.resolve();
    },
  });
  return Object.assign(consumer, { [Symbol.asyncDispose]: () => consumer.disconnect() });
}

const values = (received: readonly Received[]) => received.map(({ value }) => value?.toString());

describeOnEveryEngine('kafkajs', (engine) => {
  beforeAll(async () => {
    broker = engine;
    kafka = new Kafka({
      brokers: [engine.bootstrapServers],
      logLevel: logLevel.NOTHING,
      retry: { retries: 20, maxRetryTime: 1000 },
    });
    admin = kafka.admin();
    await admin.connect();
  });
  afterAll(() => admin.disconnect());

  describe('a kafkajs producer and a consumer in a group', () => {
    it.each(compressionTypes)('exchange keys, values, headers and times (compression %s)', async (compression) => {
      const topic = await newTopic();
      const producer = kafka.producer();
      await producer.connect();
      const messages = [
        { key: 'a', value: 'one', headers: { trace: 'x', list: ['1', '2'] }, timestamp: `${now + 1}` },
        { key: null, value: 'zwei ä€😀', timestamp: `${now + 2}` },
        { key: 'tombstone', value: null, timestamp: `${now + 3}` },
        { key: 'large', value: 'large '.repeat(20_000), timestamp: `${now + 4}` },
      ];
      const [written] = await producer.send({ topic, compression, messages });
      expect(written).toMatchObject({ topicName: topic, partition: 0, errorCode: 0, baseOffset: '0' });
      await producer.disconnect();

      const arrivals = new Arrivals<Received>();
      await using consumer = await join(topic, `group-${randomUUID()}`, arrivals);
      const received = await arrivals.atLeast(messages.length);
      await consumer.disconnect();
      expect(values(received)).toEqual(messages.map(({ value }) => value ?? undefined));
      expect(received.map(({ key }) => key?.toString() ?? null)).toEqual(messages.map(({ key }) => key));
      expect(received.map(({ timestamp }) => timestamp)).toEqual(messages.map(({ timestamp }) => timestamp));
      expect(received.map(({ offset }) => offset)).toEqual(['0', '1', '2', '3']);
      expect(received[0]!.headers).toEqual({ trace: Buffer.from('x'), list: [Buffer.from('1'), Buffer.from('2')] });
    });

    it('keep order and count with an idempotent producer and many requests at once', async () => {
      const topic = await newTopic(2);
      const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 5 });
      await producer.connect();
      const sends = Array.from({ length: 50 }, (_, index) =>
        producer.send({ topic, messages: [0, 1].map((partition) => ({ partition, value: `${partition}-${index}` })) }),
      );
      await Promise.all(sends);
      await producer.disconnect();

      const arrivals = new Arrivals<Received>();
      await using consumer = await join(topic, `group-${randomUUID()}`, arrivals);
      const received = await arrivals.atLeast(100);
      await consumer.disconnect();
      for (const partition of [0, 1]) {
        const own = received.filter((message) => message.partition === partition);
        expect(own.map(({ offset }) => Number(offset))).toEqual(Array.from({ length: 50 }, (_, index) => index));
        expect(new Set(values(own)).size).toBe(50);
      }
    });

    it('meet on a topic that the producer creates by writing to it', async () => {
      const topic = `automatic-${randomUUID()}`;
      const producer = kafka.producer({ allowAutoTopicCreation: true });
      await producer.connect();
      await producer.send({ topic, messages: [{ value: 'first' }] });
      await producer.disconnect();
      const arrivals = new Arrivals<Received>();
      await using consumer = await join(topic, `group-${randomUUID()}`, arrivals);
      expect(values(await arrivals.atLeast(1))).toEqual(['first']);
      await consumer.disconnect();
    });
  });

  describe('kafkajs consumers of one group', () => {
    it('go on where the group has committed', async () => {
      const topic = await newTopic();
      const groupId = `group-${randomUUID()}`;
      const producer = kafka.producer();
      await producer.connect();
      await producer.send({ topic, messages: ['a', 'b', 'c'].map((value) => ({ value })) });

      const before = new Arrivals<Received>();
      await using first = await join(topic, groupId, before);
      await before.atLeast(3);
      await first.commitOffsets([{ topic, partition: 0, offset: '2', metadata: 'two done' }]);
      await first.disconnect();

      await producer.send({ topic, messages: [{ value: 'd' }] });
      await producer.disconnect();
      const after = new Arrivals<Received>();
      await using second = await join(topic, groupId, after);
      const received = await after.atLeast(2);
      await second.disconnect();
      expect(values(received)).toEqual(['c', 'd']);
      const [offsets] = await admin.fetchOffsets({ groupId, topics: [topic] });
      expect(offsets!.partitions).toEqual([{ partition: 0, offset: '2', metadata: 'two done' }]);
    });

    it('share the partitions, and take over those of a member that leaves', async () => {
      const topic = await newTopic(4);
      const groupId = `group-${randomUUID()}`;
      const assigned = new Arrivals<{ member: string; partitions: readonly number[] }>();
      const arrivals = new Arrivals<Received>();
      const member = (name: string) =>
        join(topic, groupId, arrivals, name, (partitions) => assigned.add({ member: name, partitions }));
      const last = (name: string) => assigned.all.findLast((each) => each.member === name)?.partitions ?? [];
      await using one = await member('one');
      await using two = await member('two');
      await assigned.until(() => last('one').length === 2 && last('two').length === 2);
      expect([...last('one'), ...last('two')].sort()).toEqual([0, 1, 2, 3]);

      const producer = kafka.producer();
      await producer.connect();
      const send = (round: string) =>
        producer.send({ topic, messages: [0, 1, 2, 3].map((partition) => ({ partition, value: round })) });
      await send('shared');
      const shared = await arrivals.until((all) => all.length >= 4);
      expect(new Set(shared.map((message) => message.member))).toEqual(new Set(['one', 'two']));

      await two.disconnect();
      await assigned.until(() => last('one').length === 4);
      await send('alone');
      const alone = await arrivals.until((all) => values(all).filter((value) => value === 'alone').length >= 4);
      expect(new Set(alone.filter(({ value }) => value?.toString() === 'alone').map((each) => each.member))).toEqual(
        new Set(['one']),
      );
      await producer.disconnect();
      await one.disconnect();
    });
  });

  describe('the kafkajs admin client', () => {
    it('creates, describes, extends and deletes topics', async () => {
      const topic = await newTopic(2);
      expect(await admin.listTopics()).toContain(topic);
      await admin.createPartitions({ topicPartitions: [{ topic, count: 3 }] });
      await ledTopic(broker, topic, 3);
      const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
      expect(topics[0]!.partitions.map(({ partitionId, leader }) => [partitionId, leader])).toEqual([
        [0, 1],
        [1, 1],
        [2, 1],
      ]);
      expect(await admin.createTopics({ topics: [{ topic }] })).toBe(false);
      await admin.deleteTopics({ topics: [topic] });
      await eventually(async () => !(await admin.listTopics()).includes(topic));
    });

    it('names the cluster and its controller', async () => {
      const cluster = await admin.describeCluster();
      const [host, port] = engine.bootstrapServers.split(':');
      expect(cluster).toMatchObject({ controller: 1, brokers: [{ nodeId: 1, host, port: Number(port) }] });
      expect(cluster.clusterId).toMatch(/^[\w-]{22}$/);
    });

    it('reads and changes configs', async () => {
      const topic = await newTopic();
      const resource = { type: ConfigResourceTypes.TOPIC, name: topic };
      await admin.alterConfigs({
        validateOnly: false,
        resources: [{ ...resource, configEntries: [{ name: 'retention.ms', value: '12345' }] }],
      });
      const described = async () => {
        const { resources } = await admin.describeConfigs({ includeSynonyms: false, resources: [resource] });
        return new Map(resources[0]!.configEntries.map((entry) => [entry.configName, entry]));
      };
      await eventually(async () => (await described()).get('retention.ms')?.configValue === '12345');
      const entries = await described();
      expect(entries.get('retention.ms')).toMatchObject({ isDefault: false });
      expect(entries.get('cleanup.policy')).toMatchObject({ configValue: 'delete' });
    });

    it('finds offsets by time and deletes records', async () => {
      const topic = await newTopic();
      const producer = kafka.producer();
      await producer.connect();
      for (const index of [0, 1, 2, 3]) {
        await producer.send({
          topic,
          messages: [{ value: `${index}`, timestamp: `${now + index * 1000}` }],
        });
      }
      await producer.disconnect();
      const byTime = async (timestamp: number) =>
        (await admin.fetchTopicOffsetsByTimestamp(topic, timestamp))[0]!.offset;
      expect(await byTime(now + 1500)).toBe('2');
      await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '3' }] });
      const [offsets] = await admin.fetchTopicOffsets(topic);
      expect(offsets).toMatchObject({ partition: 0, low: '3', high: '4', offset: '4' });
      const arrivals = new Arrivals<Received>();
      await using consumer = await join(topic, `group-${randomUUID()}`, arrivals);
      expect(values(await arrivals.atLeast(1))).toEqual(['3']);
      await consumer.disconnect();
    });

    it('lists, describes, resets and deletes groups', async () => {
      const topic = await newTopic();
      const groupId = `group-${randomUUID()}`;
      const producer = kafka.producer();
      await producer.connect();
      await producer.send({ topic, messages: [{ value: 'a' }, { value: 'b' }] });
      await producer.disconnect();
      const arrivals = new Arrivals<Received>();
      await using consumer = await join(topic, groupId, arrivals);
      await arrivals.atLeast(2);
      const { groups } = await admin.listGroups();
      expect(groups).toContainEqual({ groupId, protocolType: 'consumer' });
      const described = await admin.describeGroups([groupId]);
      expect(described.groups[0]).toMatchObject({ groupId, state: 'Stable', protocol: 'RoundRobinAssigner' });
      expect(described.groups[0]!.members).toHaveLength(1);
      await consumer.disconnect();

      await admin.resetOffsets({ groupId, topic, earliest: true });
      const [offsets] = await admin.fetchOffsets({ groupId, topics: [topic], resolveOffsets: true });
      expect(offsets!.partitions).toMatchObject([{ partition: 0, offset: '0' }]);
      await admin.deleteGroups([groupId]);
      const after = await admin.listGroups();
      expect(after.groups.map((group) => group.groupId)).not.toContain(groupId);
    });
  });
});
