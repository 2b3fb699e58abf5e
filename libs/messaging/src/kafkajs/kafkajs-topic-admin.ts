import { setTimeout as delay } from 'node:timers/promises';
import kafkajs, { type Admin, type Kafka } from 'kafkajs';
import type { TopicAdmin, TopicDescription, TopicToCreate } from '../client/index.ts';
import { protocolErrorOf } from './kafkajs-failure.ts';

const { ConfigResourceTypes } = kafkajs;

const leaderWaitMs = 30_000;
const leaderPauseMs = 50;
const notYet: ReadonlySet<string | undefined> = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'LEADER_NOT_AVAILABLE']);

export class KafkajsTopicAdmin implements TopicAdmin {
  private constructor(private readonly admin: Admin) {}

  static async open(kafka: Kafka): Promise<KafkajsTopicAdmin> {
    const admin = kafka.admin({ retry: { initialRetryTime: 100, maxRetryTime: 1000, retries: 3 } });
    try {
      await admin.connect();
    } catch (error) {
      await admin.disconnect().catch(() => undefined);
      throw error;
    }
    return new KafkajsTopicAdmin(admin);
  }

  async clusterId(): Promise<string | null> {
    return (await this.admin.describeCluster()).clusterId || null;
  }

  list(): Promise<string[]> {
    return this.admin.listTopics();
  }

  async describe(topics: ReadonlyMap<string, readonly string[]>): Promise<Map<string, TopicDescription>> {
    // Of all topics, since kafkajs fails where one of those that are named is missing.
    const present = (await this.admin.fetchTopicMetadata()).topics.filter(({ name }) => topics.has(name));
    const configs = await this.configsOf(
      present.map(({ name }) => [name, topics.get(name) ?? []] as const).filter(([, names]) => names.length > 0),
    );
    return new Map(
      present.map(({ name, partitions }) => [name, { partitions: partitions.length, config: configs.get(name) ?? {} }]),
    );
  }

  private async configsOf(
    topics: readonly (readonly [name: string, configNames: readonly string[]])[],
  ): Promise<Map<string, Record<string, string>>> {
    if (topics.length === 0) return new Map();
    const { resources } = await this.admin.describeConfigs({
      includeSynonyms: false,
      resources: topics.map(([name, configNames]) => ({
        type: ConfigResourceTypes.TOPIC,
        name,
        configNames: [...configNames],
      })),
    });
    return new Map(
      resources.map(({ resourceName, configEntries }) => [
        resourceName,
        Object.fromEntries(configEntries.map(({ configName, configValue }) => [configName, configValue])),
      ]),
    );
  }

  async create(topics: readonly TopicToCreate[]): Promise<void> {
    await this.admin.createTopics({
      waitForLeaders: false,
      topics: topics.map(({ name, partitions, config }) => ({
        topic: name,
        numPartitions: partitions,
        // -1 leaves it to the broker: 1 on a single node, its default on a cluster.
        replicationFactor: -1,
        configEntries: Object.entries(config).map(([key, value]) => ({ name: key, value })),
      })),
    });
    await this.waitForLeaders(topics.map(({ name }) => name));
  }

  /** kafkajs gives up where a broker has not heard of the topic yet, which on a cluster is common right after its creation. */
  private async waitForLeaders(topics: readonly string[]): Promise<void> {
    const deadlineMs = Date.now() + leaderWaitMs;
    for (;;) {
      try {
        const metadata = await this.admin.fetchTopicMetadata({ topics: [...topics] });
        if (metadata.topics.every(({ partitions }) => partitions.every(({ leader }) => leader >= 0))) return;
      } catch (error) {
        if (!notYet.has(protocolErrorOf(error)) || Date.now() >= deadlineMs) throw error;
      }
      await delay(leaderPauseMs);
    }
  }

  async deleteRecords(topic: string, before: ReadonlyMap<number, number>): Promise<void> {
    const partitions = [...before].map(([partition, offset]) => ({ partition, offset: String(offset) }));
    // kafkajs looks for the leaders in what it knows, and asks for nothing: it has to be made to know the topic.
    await this.admin.fetchTopicOffsets(topic);
    await this.admin.deleteTopicRecords({ topic, partitions });
  }

  async close(): Promise<void> {
    await this.admin.disconnect();
  }
}
