/**
 * Reads topics from their beginning in a group of its own, decodes by contract, and lets a test wait for what it expects.
 * Messages are kept in the order in which they were read, which is that of the log within a partition.
 */
import { randomUUID } from 'node:crypto';
import { type TopicContract } from '@headwater/contract-kit';
import { mendRequestQueueTimers } from '@headwater/messaging';
import kafkajs, { type EachMessagePayload } from 'kafkajs';

const { Kafka, logLevel } = kafkajs;

/** A record of a topic, decoded. A tombstone has neither name nor value. */
export interface ReadMessage<Value = unknown> {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: string | null;
  /** Full name of the event. */
  readonly name: string;
  readonly value: Value;
  readonly messageId: string | undefined;
}

/** Where to read; a running broker of the testkit fits. */
export interface TopicSource {
  readonly bootstrapServers: string;
  readonly registryUrl: string;
}

type Matches = (message: ReadMessage<never>) => boolean;

export class TopicReader implements AsyncDisposable {
  private readonly messages: ReadMessage[] = [];
  private readonly schemas = new Map<number, Promise<{ name: string; text: string }>>();
  private readonly waiting = new Set<() => void>();
  private failure: unknown;
  private readonly consumer: kafkajs.Consumer;
  private readonly topics: ReadonlyMap<string, TopicContract>;

  private constructor(
    private readonly source: TopicSource,
    topics: readonly TopicContract[],
  ) {
    mendRequestQueueTimers();
    this.topics = new Map(topics.map((topic) => [topic.name, topic]));
    const kafka = new Kafka({
      brokers: source.bootstrapServers.split(','),
      logLevel: logLevel.NOTHING,
      retry: { retries: 20 },
    });
    this.consumer = kafka.consumer({ groupId: `topic-reader-${randomUUID()}`, maxWaitTimeInMs: 100 });
  }

  /** The topics must exist. */
  static async start(source: TopicSource, topics: readonly TopicContract[]): Promise<TopicReader> {
    const reader = new TopicReader(source, topics);
    await reader.consumer.connect();
    await reader.consumer.subscribe({ topics: topics.map(({ name }) => name), fromBeginning: true });
    await reader.consumer.run({ eachMessage: (payload) => reader.keep(payload) });
    return reader;
  }

  /** The messages of a topic that match and were read so far. */
  seen<Value>(topic: TopicContract, matches: (message: ReadMessage<Value>) => boolean): ReadMessage<Value>[] {
    return this.messages.filter(
      (message): message is ReadMessage<Value> =>
        message.topic === topic.name && (matches as Matches)(message as ReadMessage<never>),
    );
  }

  /** Waits until so many messages of a topic match, and answers all that do. The test's own time-out is the limit. */
  async take<Value>(
    topic: TopicContract,
    matches: (message: ReadMessage<Value>) => boolean,
    count: number,
  ): Promise<ReadMessage<Value>[]> {
    for (;;) {
      if (this.failure !== undefined) throw this.failure as Error;
      const found = this.seen(topic, matches);
      if (found.length >= count) return found;
      await new Promise<void>((resolve) => this.waiting.add(resolve));
    }
  }

  async close(): Promise<void> {
    await this.consumer.disconnect();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  private async keep({ topic, partition, message }: EachMessagePayload): Promise<void> {
    try {
      const { name, value } =
        message.value === null ? { name: '', value: null } : await this.decode(topic, message.value);
      const messageId = message.headers?.['message-id']?.toString();
      this.messages.push({
        topic,
        partition,
        offset: Number(message.offset),
        key: message.key?.toString() ?? null,
        name,
        value,
        messageId,
      });
    } catch (error) {
      this.failure = error;
    }
    for (const wake of this.waiting) wake();
    this.waiting.clear();
  }

  /** Confluent's wire format: a zero byte, the schema's id, the Avro body. */
  private async decode(topic: string, bytes: Buffer): Promise<{ name: string; value: unknown }> {
    const { name, text } = await this.schemaOf(bytes.readUInt32BE(1));
    const event = this.topics.get(topic)?.events[name];
    if (!event) throw new Error(`topic ${topic} carries a ${name}, which its contract does not know`);
    return { name, value: event.decoderFor(text)(bytes.subarray(5)) };
  }

  private schemaOf(id: number): Promise<{ name: string; text: string }> {
    const known = this.schemas.get(id) ?? this.fetchSchema(id);
    this.schemas.set(id, known);
    return known;
  }

  private async fetchSchema(id: number): Promise<{ name: string; text: string }> {
    const response = await fetch(`${this.source.registryUrl}/schemas/ids/${id}`);
    if (!response.ok) throw new Error(`the registry answers ${response.status} for schema ${id}`);
    const { schema } = (await response.json()) as { schema: string };
    const { name, namespace } = JSON.parse(schema) as { name: string; namespace?: string };
    return { name: namespace === undefined ? name : `${namespace}.${name}`, text: schema };
  }
}
