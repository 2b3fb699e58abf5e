/** What an operator sees of one topic, and changes of it. */
import { Injectable } from '@nestjs/common';
import { topics as contracts, type TopicContract } from '@headwater/contracts';
import { Problem } from '@headwater/service-kit';
import kafkajs, { type Admin } from 'kafkajs';
import { ClusterAdmin } from '../cluster/cluster-admin.ts';
import { ClusterClient } from '../cluster/cluster-client.ts';
import { askingKafka } from '../cluster/kafka-problem.ts';
import type { AddPartitionsRequest, AlterConfigsRequest, CreateTopicRequest } from './topic-requests.ts';
import type { TopicConfig, TopicContractView, TopicDetails } from './topic-details.ts';

const TOPIC_RESOURCE = kafkajs.ConfigResourceTypes.TOPIC;
/** Values of these names are the topic's own (DescribeConfigs, KIP-226). */
const OWN_SOURCE = 1;
const DEFAULT_SOURCE = 5;

@Injectable()
export class TopicDesk {
  constructor(
    private readonly admin: ClusterAdmin,
    private readonly client: ClusterClient,
  ) {}

  /** @throws {Problem} 404 when there is no such topic */
  details(topic: string): Promise<TopicDetails> {
    return askingKafka(async () => {
      const { described, offsets, configs } = await this.admin.use((admin) => describe(admin, topic));
      const numbers = described.map(({ partitionId }) => partitionId);
      const sizes = await this.client.kafka.logSizes(topic, numbers);
      const ranges = new Map(offsets.map(({ partition, low, high }) => [partition, { low, high }]));
      const partitions = described
        .map(({ partitionId, leader, replicas, isr }) => ({
          partition: partitionId,
          leader,
          replicas,
          inSyncReplicas: isr,
          begin: Number(ranges.get(partitionId)?.low ?? 0),
          end: Number(ranges.get(partitionId)?.high ?? 0),
          bytes: sizes.get(partitionId) ?? null,
        }))
        .toSorted((left, right) => left.partition - right.partition);
      const bytes = [...sizes.values()].reduce((sum, size) => sum + size, 0);
      return { name: topic, partitions, bytes, configs, contract: contractOf(topic) };
    });
  }

  async create({ name, partitions, replicationFactor = -1, configs = {} }: CreateTopicRequest): Promise<void> {
    const configEntries = Object.entries(textsOf(configs)).map(([key, value]) => ({ name: key, value }));
    const topic = { topic: name, numPartitions: partitions, replicationFactor, configEntries };
    const isNew = await askingKafka(() =>
      this.admin.use((admin) => admin.createTopics({ topics: [topic], waitForLeaders: false })),
    );
    if (!isNew) throw Problem.conflict('topic-already-exists', `There is a topic ${name} already`);
  }

  /** Sets and resets values of the topic's own; the others stay as they are. */
  async alter(topic: string, { set = {}, reset = [] }: AlterConfigsRequest): Promise<void> {
    await askingKafka(() =>
      this.admin.use(async (admin) => {
        const { configs } = await describe(admin, topic);
        const own = configs.filter(({ source, name }) => source === 'topic' && !reset.includes(name));
        const values = { ...Object.fromEntries(own.map(({ name, value }) => [name, value ?? ''])), ...textsOf(set) };
        const configEntries = Object.entries(values).map(([name, value]) => ({ name, value }));
        const resources = [{ type: TOPIC_RESOURCE, name: topic, configEntries }];
        await admin.alterConfigs({ validateOnly: false, resources });
      }),
    );
  }

  async addPartitions(topic: string, { count }: AddPartitionsRequest): Promise<void> {
    await askingKafka(() => this.admin.use((admin) => admin.createPartitions({ topicPartitions: [{ topic, count }] })));
  }

  async delete(topic: string): Promise<void> {
    await askingKafka(() => this.admin.useAlone((admin) => admin.deleteTopics({ topics: [topic] })));
  }
}

async function describe(admin: Admin, topic: string) {
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
  const described = topics[0]?.partitions ?? [];
  if (described.length === 0) throw Problem.notFound('topic-unknown', `There is no topic ${topic}`);
  const [offsets, { resources }] = await Promise.all([
    admin.fetchTopicOffsets(topic),
    admin.describeConfigs({ resources: [{ type: TOPIC_RESOURCE, name: topic }], includeSynonyms: false }),
  ]);
  const entries = resources[0]?.configEntries ?? [];
  const configs = entries
    .map((entry): TopicConfig => {
      // The types of the client say less than the broker does.
      const { configName, configValue, readOnly, isSensitive, configSource } = entry as Omit<
        typeof entry,
        'configSource'
      > & {
        readonly configSource: number;
      };
      const source = configSource === OWN_SOURCE ? 'topic' : configSource === DEFAULT_SOURCE ? 'default' : 'broker';
      return { name: configName, value: isSensitive ? null : configValue, source, isReadOnly: readOnly };
    })
    .toSorted((left, right) => left.name.localeCompare(right.name));
  return { described, offsets, configs };
}

/** Kafka's values are texts; numbers and booleans of JSON are taken as what they look like. */
function textsOf(values: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      if (typeof value === 'string') return [name, value];
      if (typeof value === 'number' || typeof value === 'boolean') return [name, String(value)];
      throw Problem.badRequest('config-invalid', `The value of ${name} must be a text`);
    }),
  );
}

const knownTopics: readonly TopicContract[] = Object.values(contracts);

function contractOf(name: string): TopicContractView | null {
  const found = knownTopics.find((topic) => topic.name === name);
  if (found === undefined) return null;
  const { doc, owner, subscribers, keyFields, events } = found;
  return { doc, owner, subscribers, keyFields, events: Object.keys(events) };
}
