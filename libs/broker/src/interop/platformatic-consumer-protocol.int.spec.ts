/** @platformatic/kafka, unmodified, as a member of next-generation groups (KIP-848), alone and beside classic members (KIP-848's migration). */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import {
  Admin,
  Consumer,
  MessagesStreamFallbackModes,
  MessagesStreamModes,
  Producer,
  stringDeserializers,
  stringSerializers,
  type Message,
} from '@platformatic/kafka';
import kafkajs from 'kafkajs';
import { describeOnEveryEngine, type KafkaEngine } from '@headwater/testkit/engines';
import { Arrivals } from './arrivals.ts';
import { eventually } from './eventually.ts';
import { ledTopic } from './led-topic.ts';

const { Kafka, logLevel } = kafkajs;

type Text = Message<string, string, string, string>;

const PARTITIONS = 4;

interface Member extends AsyncDisposable {
  readonly values: Arrivals<string>;
  /** Leaves the group; may be called again. */
  readonly leave: () => Promise<void>;
}

describeOnEveryEngine('@platformatic/kafka in next-generation groups', (engine: KafkaEngine) => {
  let admin: Admin;
  const client = () => ({
    clientId: 'interop',
    bootstrapBrokers: [engine.bootstrapServers],
    retries: 300,
    retryDelay: 100,
  });
  beforeAll(() => {
    admin = new Admin(client());
  });
  afterAll(() => admin.close());

  async function newTopic(): Promise<string> {
    const topic = `topic-${randomUUID()}`;
    await admin.createTopics({ topics: [topic], partitions: PARTITIONS, replicas: 1 });
    await ledTopic(engine, topic, PARTITIONS);
    return topic;
  }

  /** One message to each partition; its value names the round and the partition. */
  async function sendRound(topic: string, round: string): Promise<string[]> {
    const producer = new Producer({ ...client(), serializers: stringSerializers });
    const rounds = Array.from({ length: PARTITIONS }, (_, partition) => `${round}-${partition}`);
    await producer.send({ messages: rounds.map((value, partition) => ({ topic, partition, key: '', value })) });
    await producer.close();
    return rounds;
  }

  async function join(topic: string, groupId: string): Promise<Member> {
    const consumer = new Consumer<string, string, string, string>({
      ...client(),
      groupId,
      groupProtocol: 'consumer',
      deserializers: stringDeserializers,
    });
    const values = new Arrivals<string>();
    const stream = await consumer.consume({
      topics: [topic],
      mode: MessagesStreamModes.COMMITTED,
      fallbackMode: MessagesStreamFallbackModes.EARLIEST,
      autocommit: true,
      maxWaitTime: 50,
    });
    stream.on('data', (message: Text) => values.add(message.value));
    let left: Promise<void> | undefined;
    const leave = () => (left ??= stream.close().then(() => consumer.close(true)));
    return { values, leave, [Symbol.asyncDispose]: leave };
  }

  /** A member of the classic protocol; of another client, as the classic members of this one do not bear a generation that ends. */
  async function joinClassic(topic: string, groupId: string): Promise<Member> {
    const kafka = new Kafka({ brokers: [engine.bootstrapServers], clientId: 'interop', logLevel: logLevel.NOTHING });
    const consumer = kafka.consumer({
      groupId,
      sessionTimeout: 60_000,
      heartbeatInterval: 100,
      maxWaitTimeInMs: 50,
    });
    const values = new Arrivals<string>();
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      eachMessage: ({ message }) => {
        values.add(message.value?.toString() ?? '');
        return Promise.resolve();
      },
    });
    let left: Promise<void> | undefined;
    const leave = () => (left ??= consumer.disconnect());
    return { values, leave, [Symbol.asyncDispose]: leave };
  }

  const valuesOf = (...members: Member[]) => members.flatMap(({ values }) => values.all);

  /** Sends rounds until one was shared by all members; each of its messages has arrived somewhere. */
  async function untilShared(topic: string, members: readonly Member[]): Promise<void> {
    for (let round = 0; ; round++) {
      const name = `shared-${round}-${randomUUID()}`;
      const sent = await sendRound(topic, name);
      await eventually(() => Promise.resolve(sent.every((value) => valuesOf(...members).includes(value))));
      const sharers = members.filter((member) => valuesOf(member).some((value) => value.startsWith(name)));
      if (sharers.length === members.length) return;
    }
  }

  it('a member reads everything, and another one goes on where it has committed', async () => {
    const [topic, groupId] = [await newTopic(), `group-${randomUUID()}`];
    const first = await sendRound(topic, 'first');
    await using before = await join(topic, groupId);
    await before.values.until((all) => first.every((value) => all.includes(value)));
    expect(new Set(valuesOf(before))).toEqual(new Set(first));
    await before.leave();
    const second = await sendRound(topic, 'second');
    await using after = await join(topic, groupId);
    await after.values.until((all) => second.every((value) => all.includes(value)));
    expect(new Set(valuesOf(after))).toEqual(new Set(second));
  });

  it('members share the partitions, and those that stay take over from one that leaves', async () => {
    const [topic, groupId] = [await newTopic(), `group-${randomUUID()}`];
    await using one = await join(topic, groupId);
    await using other = await join(topic, groupId);
    await untilShared(topic, [one, other]);
    await one.leave();
    const last = await sendRound(topic, 'last');
    await eventually(() => Promise.resolve(last.every((value) => valuesOf(other).includes(value))));
  });

  it('shares a group with a classic member of kafkajs, whichever of them came first, and whichever stays', async () => {
    for (const isClassicFirst of [true, false]) {
      const [topic, groupId] = [await newTopic(), `group-${randomUUID()}`];
      const [first, second] = isClassicFirst ? [joinClassic, join] : [join, joinClassic];
      await using one = await first(topic, groupId);
      await untilShared(topic, [one]);
      await using other = await second(topic, groupId);
      await untilShared(topic, [one, other]);
      await one.leave();
      const last = await sendRound(topic, 'last');
      await eventually(() => Promise.resolve(last.every((value) => valuesOf(other).includes(value))));
    }
  }, 120_000);
});
