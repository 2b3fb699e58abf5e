import { setTimeout as delay } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import type { TopicSource } from './topic-reader.ts';

const { Kafka, KafkaJSProtocolError, logLevel } = kafkajs;

const LOOK_MS = 20;

/** Offsets by partition. */
export type PartitionOffsets = ReadonlyMap<number, bigint>;

/** Where topics end, and how far groups have come. */
export class TopicOffsets implements AsyncDisposable {
  private constructor(private readonly admin: kafkajs.Admin) {}

  static async open({ bootstrapServers }: Pick<TopicSource, 'bootstrapServers'>): Promise<TopicOffsets> {
    const admin = new Kafka({ brokers: bootstrapServers.split(','), logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    return new TopicOffsets(admin);
  }

  /** The topic's ends; empty when there is no such topic. */
  async endsOf(topic: string): Promise<PartitionOffsets> {
    while ((await this.admin.listTopics()).includes(topic)) {
      try {
        const offsets = await this.admin.fetchTopicOffsets(topic);
        return new Map(offsets.map(({ partition, high }) => [partition, BigInt(high)]));
      } catch (error) {
        // A broker that has heard of the topic and does not lead it yet: kafkajs does not ask again.
        if (!(error instanceof KafkaJSProtocolError) || !error.retriable) throw error;
        await delay(LOOK_MS);
      }
    }
    return new Map();
  }

  /** How many records before `ends` a group has not committed. */
  async behind(groupId: string, topic: string, ends: PartitionOffsets): Promise<number> {
    const committed = new Map(
      (await this.committedBy(groupId, topic)).map(({ partition, offset }) => [partition, BigInt(offset)]),
    );
    let behind = 0;
    for (const [partition, end] of ends) {
      const offset = committed.get(partition) ?? 0n;
      behind += Math.max(0, Number(end - (offset < 0n ? 0n : offset)));
    }
    return behind;
  }

  /** Nothing while the group's coordinator is still loading: it is asked again. */
  private async committedBy(groupId: string, topic: string): Promise<readonly kafkajs.PartitionOffset[]> {
    try {
      const [of] = await this.admin.fetchOffsets({ groupId, topics: [topic] });
      return of?.partitions ?? [];
    } catch (error) {
      if (error instanceof KafkaJSProtocolError && error.retriable) return [];
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.admin.disconnect();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
