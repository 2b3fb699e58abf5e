/** @platformatic/kafka, unmodified: flexible versions throughout, topics by id. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  Admin,
  Consumer,
  ConfigResourceTypes,
  IncrementalAlterConfigOperationTypes,
  MessagesStreamFallbackModes,
  MessagesStreamModes,
  Producer,
  stringDeserializers,
  stringSerializers,
  type Message,
} from '@platformatic/kafka';
import { describeOnEveryEngine, type KafkaEngine } from '@headwater/testkit/engines';
import { Arrivals } from './arrivals.ts';
import { eventually } from './eventually.ts';
import { ledTopic } from './led-topic.ts';
import { storedValues } from './stored-values.ts';

type Text = Message<string, string, string, string>;
type TextConsumer = Consumer<string, string, string, string>;

let broker: KafkaEngine;
let admin: Admin;
/** It asks again for as long as a coordinator takes to load on a busy machine. */
const client = () => ({
  clientId: 'interop',
  bootstrapBrokers: [broker.bootstrapServers],
  retries: 300,
  retryDelay: 100,
});

async function newTopic(partitions = 1): Promise<string> {
  const topic = `topic-${randomUUID()}`;
  const [created] = await admin.createTopics({ topics: [topic], partitions, replicas: 1 });
  expect(created).toMatchObject({ name: topic, partitions, replicas: 1 });
  await ledTopic(broker, topic, partitions);
  return topic;
}

const newProducer = (options: { idempotent?: boolean } = {}) =>
  new Producer({ ...client(), ...options, serializers: stringSerializers });

interface Member extends AsyncDisposable {
  readonly consumer: TextConsumer;
  /** Leaves the group; may be called again. */
  readonly leave: () => Promise<void>;
}

/** A member of a group that leaves at the end of its scope, and whose messages arrive in `arrivals`. */
async function join(topic: string, groupId: string, arrivals: Arrivals<Text>): Promise<Member> {
  const consumer = new Consumer({ ...client(), groupId, deserializers: stringDeserializers });
  const stream = await consumer.consume({
    topics: [topic],
    mode: MessagesStreamModes.COMMITTED,
    fallbackMode: MessagesStreamFallbackModes.EARLIEST,
    autocommit: false,
    sessionTimeout: 60_000,
    heartbeatInterval: 200,
    maxWaitTime: 100,
  });
  stream.on('data', (message: Text) => arrivals.add(message));
  let left: Promise<void> | undefined;
  const leave = () => (left ??= stream.close().then(() => consumer.close(true)));
  return { consumer, leave, [Symbol.asyncDispose]: leave };
}

const values = (messages: readonly Text[]) => messages.map(({ value }) => value);

describeOnEveryEngine('@platformatic/kafka', (engine) => {
  beforeAll(() => {
    broker = engine;
    admin = new Admin(client());
  });
  afterAll(() => admin.close());

  describe('a @platformatic/kafka producer and a consumer in a group', () => {
    it.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const)(
      'exchange keys, values, headers and times (compression %s)',
      async (compression) => {
        const topic = await newTopic();
        const producer = newProducer();
        const timestamp = BigInt(Date.now());
        const large = 'large '.repeat(20_000);
        const { offsets } = await producer.send({
          compression,
          messages: [
            { topic, key: 'a', value: 'one', headers: { trace: 'x' }, timestamp },
            { topic, key: 'ä€😀', value: large, timestamp: timestamp + 1n },
          ],
        });
        expect(offsets).toEqual([{ topic, partition: 0, offset: 0n }]);
        await producer.close();

        const arrivals = new Arrivals<Text>();
        await using member = await join(topic, `group-${randomUUID()}`, arrivals);
        const received = await arrivals.atLeast(2);
        await member.leave();
        expect(values(received)).toEqual(['one', large]);
        expect(await storedValues(engine, topic, 0)).toEqual(['one', large]);
        expect(received.map(({ key }) => key)).toEqual(['a', 'ä€😀']);
        expect(received.map((message) => message.timestamp)).toEqual([timestamp, timestamp + 1n]);
        expect([...received[0]!.headers]).toEqual([['trace', 'x']]);
      },
    );

    it('keep order and count with an idempotent producer', async () => {
      const topic = await newTopic();
      const producer = newProducer({ idempotent: true });
      for (let index = 0; index < 20; index++) {
        const { offsets } = await producer.send({ acks: -1, messages: [{ topic, value: `${index}` }] });
        expect(offsets![0]!.offset).toBe(BigInt(index));
      }
      await producer.close();
      const arrivals = new Arrivals<Text>();
      await using member = await join(topic, `group-${randomUUID()}`, arrivals);
      expect(values(await arrivals.atLeast(20))).toEqual(Array.from({ length: 20 }, (_, index) => `${index}`));
      await member.leave();
    });
  });

  describe('@platformatic/kafka consumers of one group', () => {
    it('go on where the group has committed', async () => {
      const topic = await newTopic();
      const groupId = `group-${randomUUID()}`;
      const producer = newProducer();
      await producer.send({ messages: ['a', 'b', 'c'].map((value) => ({ topic, value })) });
      await producer.close();
      const before = new Arrivals<Text>();
      await using first = await join(topic, groupId, before);
      const received = await before.atLeast(3);
      await received[1]!.commit();
      await first.leave();

      const after = new Arrivals<Text>();
      await using second = await join(topic, groupId, after);
      expect(values(await after.atLeast(1))).toEqual(['c']);
      const committed = await second.consumer.listCommittedOffsets({ topics: [{ topic, partitions: [0] }] });
      expect(committed.get(topic)).toEqual([2n]);
      await second.leave();
    });

    it('share the partitions, and take over those of a member that leaves', async () => {
      const topic = await newTopic(4);
      const groupId = `group-${randomUUID()}`;
      const joined = new Arrivals<undefined>();
      await using one = await join(topic, groupId, new Arrivals());
      one.consumer.on('consumer:group:join', () => joined.add(undefined));
      const owned = ({ consumer }: Member) => consumer.assignments?.flatMap(({ partitions }) => partitions) ?? [];
      expect(owned(one)).toHaveLength(4);
      await using two = await join(topic, groupId, new Arrivals());
      await joined.until(() => owned(one).length === 2);
      expect([...owned(one), ...owned(two)].sort()).toEqual([0, 1, 2, 3]);
      await two.leave();
      await joined.until(() => owned(one).length === 4);
      await one.leave();
    });
  });

  describe('the @platformatic/kafka admin client', () => {
    it('creates, lists, extends and deletes topics', async () => {
      const topic = await newTopic(2);
      await eventually(async () => (await admin.listTopics()).includes(topic));
      await admin.createPartitions({ topics: [{ name: topic, count: 3, assignments: null }] });
      await eventually(async () => {
        const { topics } = await admin.metadata({ topics: [topic], forceUpdate: true });
        return topics.get(topic)?.partitionsCount === 3;
      });
      await admin.deleteTopics({ topics: [topic] });
      await eventually(async () => !(await admin.listTopics()).includes(topic));
    });

    it('reads and changes configs one by one', async () => {
      const topic = await newTopic();
      const resource = { resourceType: ConfigResourceTypes.TOPIC, resourceName: topic };
      const change = {
        name: 'retention.ms',
        configOperation: IncrementalAlterConfigOperationTypes.SET,
        value: '12345',
      };
      await admin.incrementalAlterConfigs({ resources: [{ ...resource, configs: [change] }] });
      const described = async () => {
        const [answer] = await admin.describeConfigs({ resources: [resource] });
        return answer!.configs.find(({ name }) => name === 'retention.ms');
      };
      await eventually(async () => (await described())?.value === '12345');
      expect(await described()).toMatchObject({ readOnly: false, configSource: 1 });
    });

    it('finds offsets, deletes records and tells the size of the logs', async () => {
      const topic = await newTopic();
      const producer = newProducer();
      for (const value of ['a', 'b', 'c']) await producer.send({ messages: [{ topic, value }] });
      await producer.close();
      const deleted = await admin.deleteRecords({
        topics: [{ name: topic, partitions: [{ partition: 0, offset: 2n }] }],
      });
      expect(deleted).toEqual([{ name: topic, partitions: [{ partition: 0, lowWatermark: 2n }] }]);
      const offsetAt = async (timestamp: bigint) => {
        const [listed] = await admin.listOffsets({
          topics: [{ name: topic, partitions: [{ partitionIndex: 0, timestamp }] }],
        });
        return listed!.partitions[0]!.offset;
      };
      expect([await offsetAt(-2n), await offsetAt(-1n)]).toEqual([2n, 3n]);
      const [directories] = await admin.describeLogDirs({ topics: [{ name: topic, partitions: [0] }] });
      expect(directories!.results[0]!.topics[0]!.partitions[0]!.partitionSize).toBeGreaterThan(0n);
    });

    it('lists and describes groups, moves and deletes their offsets, and deletes them', async () => {
      const topic = await newTopic();
      const groupId = `group-${randomUUID()}`;
      await using member = await join(topic, groupId, new Arrivals());
      expect((await admin.listGroups()).get(groupId)).toMatchObject({ state: 'Stable', protocolType: 'consumer' });
      const group = (await admin.describeGroups({ groups: [groupId] })).get(groupId)!;
      expect(group.state).toBe('Stable');
      expect([...group.members.values()]).toMatchObject([{ clientId: 'interop', clientHost: '/127.0.0.1' }]);
      await member.leave();

      const partitionOffsets = [{ partition: 0, offset: 7n }];
      await admin.alterConsumerGroupOffsets({ groupId, topics: [{ name: topic, partitionOffsets }] });
      const offsetsOf = async () => (await admin.listConsumerGroupOffsets({ groups: [groupId] }))[0]!.topics;
      expect(await offsetsOf()).toMatchObject([
        { name: topic, partitions: [{ partitionIndex: 0, committedOffset: 7n }] },
      ]);
      await admin.deleteConsumerGroupOffsets({ groupId, topics: [{ name: topic, partitionIndexes: [0] }] });
      expect(await offsetsOf()).toEqual([]);
      await admin.alterConsumerGroupOffsets({ groupId, topics: [{ name: topic, partitionOffsets }] });
      await admin.deleteGroups({ groups: [groupId] });
      expect((await admin.listGroups()).has(groupId)).toBe(false);
    });
  });
});
