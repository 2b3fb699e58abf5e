import assert, { Assert } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { deadLetterTopicOf, type EventContract, type EventValue, type TopicContract } from '@headwater/contract-kit';
import { createKafkajsClient, EventCodec, MessageProducer, systemClock, TopicSetup } from '@headwater/messaging';
import { TopicOffsets, TopicReader, type PartitionOffsets, type TopicSource } from '../topics/index.ts';

/** A message to deliver; its id stays the same when it is delivered again. */
export interface GivenMessage {
  readonly topic: TopicContract;
  readonly event: EventContract;
  readonly value: unknown;
  readonly messageId: string;
}

/** A message of a topic, by contract. Without an id of its own it gets a new one. */
export function message<
  Topic extends TopicContract,
  Event extends Topic['events'][keyof Topic['events']] & EventContract,
>(topic: Topic, event: Event, value: EventValue<Event>, messageId: string = randomUUID()): GivenMessage {
  return { topic, event, value, messageId };
}

/** A consumer that runs: the broker that it is connected to, and its subscriptions. */
export interface ConsumerToSpecify {
  readonly source: TopicSource;
  readonly subscriptions: readonly { readonly topic: TopicContract; readonly group: string }[];
  /** How long the consumer may take for what it is given; 60,000 by default. */
  readonly timeoutMs?: number;
}

/** What follows from messages. Each delivers them and waits until all subscriptions have committed all of them. */
export interface ConsumedMessages {
  /** Runs assertions of the test's own: on tables, on the API. */
  thenSee(look: () => Promise<void> | void): Promise<void>;
  /** Values of the messages that were written to a topic since `when`, in the order of each partition. */
  thenPublished(topic: TopicContract, expected: readonly unknown[]): Promise<void>;
  /** How many of the delivered records the group put aside. */
  thenDeadLettered(topic: TopicContract, group: string, count: number): Promise<void>;
  /** Delivers the same messages again, with their ids, and compares what `read` answers before and after. */
  thenRedeliveryChangesNothing(read: () => Promise<unknown>): Promise<void>;
}

export interface ConsumerSpecification extends AsyncDisposable {
  /** Delivers messages, in order, and waits for their effects. */
  given(...messages: readonly GivenMessage[]): { when(...messages: readonly GivenMessage[]): ConsumedMessages };
  close(): Promise<void>;
}

/** A decoded record is of a class of its schema's; what is expected of it is written as a literal. */
const values: { deepEqual(actual: unknown, expected: unknown): void } = new Assert({
  diff: 'simple',
  strict: true,
  skipPrototype: true,
});

const DEFAULT_TIMEOUT_MS = 60_000;
const POLL_MS = 20;

/**
 * Checks a running consumer by messages in and what it does:
 *
 *     await using feed = await specifyConsumer({ source: broker, subscriptions: [{ topic: topics.likes, group }] });
 *     await feed.given(message(topics.posts, postPublished, post)).when(message(topics.likes, likeChanged, like))
 *       .thenSee(async () => expect(await totalsOf(post)).toEqual({ likes: 1 }));
 */
export async function specifyConsumer(consumer: ConsumerToSpecify): Promise<ConsumerSpecification> {
  const delivery = await Delivery.open(consumer);
  return {
    given: (...before) => ({
      when: (...messages) => {
        const deliver = (topic?: string): Promise<PartitionOffsets> => deliverAll(delivery, before, messages, topic);
        return consumedBy(delivery, deliver, messages);
      },
    }),
    close: () => delivery.close(),
    [Symbol.asyncDispose]: () => delivery.close(),
  };
}

/** Delivers everything. @returns where a topic ended before the messages of `when`. */
async function deliverAll(
  delivery: Delivery,
  before: readonly GivenMessage[],
  messages: readonly GivenMessage[],
  topic: string | undefined,
): Promise<PartitionOffsets> {
  await delivery.deliver(before);
  const ends = topic === undefined ? new Map<number, bigint>() : await delivery.offsets.endsOf(topic);
  await delivery.deliver(messages);
  return ends;
}

function consumedBy(
  delivery: Delivery,
  deliver: (topic?: string) => Promise<PartitionOffsets>,
  messages: readonly GivenMessage[],
): ConsumedMessages {
  return {
    thenSee: async (look) => {
      await deliver();
      await look();
    },
    thenPublished: async (topic, expected) => {
      const before = await deliver(topic.name);
      values.deepEqual(await delivery.valuesSince(topic, before), expected);
    },
    thenDeadLettered: async (topic, group, count) => {
      const name = deadLetterTopicOf(topic, group);
      const before = await deliver(name);
      assert.equal(total(await delivery.offsets.endsOf(name)) - total(before), count, `records in ${name}`);
    },
    thenRedeliveryChangesNothing: async (read) => {
      await deliver();
      const once = await read();
      await delivery.deliver(messages);
      assert.deepEqual(await read(), once, 'a redelivery changed something');
    },
  };
}

const total = (ends: PartitionOffsets): number => [...ends.values()].reduce((sum, end) => sum + Number(end), 0);

/** Puts messages in, and knows when they are consumed. */
class Delivery {
  private readonly codec: EventCodec;
  private readonly producer: MessageProducer;
  private readonly topicSetup: TopicSetup;
  private readonly ready = new Set<string>();

  private constructor(
    private readonly consumer: ConsumerToSpecify,
    readonly offsets: TopicOffsets,
  ) {
    const { bootstrapServers, registryUrl } = consumer.source;
    const clock = systemClock;
    const client = createKafkajsClient({
      clientId: 'specification',
      bootstrapServers: bootstrapServers.split(','),
      clock,
    });
    this.codec = new EventCodec(registryUrl, clock);
    this.producer = new MessageProducer(client, this.codec);
    this.topicSetup = new TopicSetup(client, clock);
  }

  static async open(consumer: ConsumerToSpecify): Promise<Delivery> {
    return new Delivery(consumer, await TopicOffsets.open(consumer.source));
  }

  async deliver(messages: readonly GivenMessage[]): Promise<void> {
    for (const given of messages) {
      await this.prepare(given.topic);
      // Contracts were matched when the message was made.
      await this.producer.send(given.topic, given.event, given.value, { messageId: given.messageId });
    }
    await this.consumed();
  }

  async valuesSince(topic: TopicContract, starts: PartitionOffsets): Promise<unknown[]> {
    const ends = await this.offsets.endsOf(topic.name);
    await using reader = await TopicReader.start(this.consumer.source, [topic]);
    const all = await reader.take(topic, () => true, total(ends));
    return all
      .filter(({ partition, offset }) => BigInt(offset) >= (starts.get(partition) ?? 0n))
      .map(({ value }) => value);
  }

  async close(): Promise<void> {
    await this.producer.close();
    await this.offsets.close();
  }

  private async prepare(topic: TopicContract): Promise<void> {
    if (this.ready.has(topic.name)) return;
    await this.topicSetup.ensure([topic]);
    await this.codec.register([topic]);
    this.ready.add(topic.name);
  }

  /** Resolves when the groups have committed the ends of their topics. */
  private async consumed(): Promise<void> {
    const timeoutMs = this.consumer.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    const deadlineMs = performance.now() + timeoutMs;
    for (const { topic, group } of this.consumer.subscriptions) {
      const ends = await this.offsets.endsOf(topic.name);
      for (;;) {
        const behind = await this.offsets.behind(group, topic.name, ends);
        if (behind === 0) break;
        const text = `group ${group} has ${behind} records of ${topic.name} still to do after ${timeoutMs} ms: does its consumer run?`;
        assert.ok(performance.now() < deadlineMs, text);
        await delay(POLL_MS);
      }
    }
  }
}
