/** What a client sees of a cluster: where the load goes, who leads it, and how it is replicated. */
import { mendRequestQueueTimers } from '@headwater/messaging';
import kafkajs, { type Admin } from 'kafkajs';

const { Kafka, ConfigResourceTypes, logLevel } = kafkajs;

export interface PartitionName {
  readonly topic: string;
  readonly partition: number;
}

/** End offsets by `topic/partition`. */
export type Ends = ReadonlyMap<string, number>;

export class ClusterClient {
  readonly #admin: Admin;

  private constructor(admin: Admin) {
    this.#admin = admin;
  }

  static async connect(bootstrapServers: readonly string[]): Promise<ClusterClient> {
    mendRequestQueueTimers();
    const kafka = new Kafka({ brokers: [...bootstrapServers], logLevel: logLevel.NOTHING, retry: { retries: 30 } });
    const admin = kafka.admin();
    await admin.connect();
    return new ClusterClient(admin);
  }

  /** Of the topics that hold events; those of the cluster and of connect's work are left out. */
  async ends(): Promise<Ends> {
    const topics = (await this.#admin.listTopics()).filter((topic) => !/^_|^connect-/.test(topic));
    const ends = new Map<string, number>();
    for (const topic of topics)
      for (const { partition, high } of await this.#admin.fetchTopicOffsets(topic))
        ends.set(`${topic}/${partition}`, Number(high));
    return ends;
  }

  /** Which partition has grown most, and who leads it now. */
  async busiest(before: Ends): Promise<PartitionName & { readonly leader: number; readonly records: number }> {
    const growth = [...(await this.ends())].map(([name, end]) => [name, end - (before.get(name) ?? 0)] as const);
    const [name = '', records = 0] = growth.sort(([, one], [, other]) => other - one)[0] ?? [];
    const at = name.lastIndexOf('/');
    const topic = name.slice(0, at);
    const partition = Number(name.slice(at + 1));
    return { topic, partition, records, leader: await this.leaderOf({ topic, partition }) };
  }

  async leaderOf({ topic, partition }: PartitionName): Promise<number> {
    const { topics } = await this.#admin.fetchTopicMetadata({ topics: [topic] });
    return topics[0]?.partitions.find(({ partitionId }) => partitionId === partition)?.leader ?? -1;
  }

  /** Topics, the registry's included, whose partitions have not so many replicas or that do with fewer in sync. */
  async weakTopics(replicas: number, minInSync: number): Promise<string[]> {
    const names = await this.#admin.listTopics();
    const { topics } = await this.#admin.fetchTopicMetadata({ topics: names });
    const weak = topics.filter(({ partitions }) => partitions.some((each) => each.replicas.length !== replicas));
    const { resources } = await this.#admin.describeConfigs({
      includeSynonyms: false,
      resources: names.map((name) => ({
        type: ConfigResourceTypes.TOPIC,
        name,
        configNames: ['min.insync.replicas'],
      })),
    });
    // A topic of the cluster's own says for itself how many it needs.
    const lenient = resources.filter(
      ({ resourceName, configEntries }) =>
        !resourceName.startsWith('__') && Number(configEntries[0]?.configValue) !== minInSync,
    );
    return [...new Set([...weak.map(({ name }) => name), ...lenient.map(({ resourceName }) => resourceName)])];
  }

  async close(): Promise<void> {
    await this.#admin.disconnect();
  }
}
