/**
 * The rooms of a running broker, wired: the metadata room creates and deletes partition logs through the storage, the group
 * room asks the metadata room about topics, the transaction room ends transactions in logs and in the group room. They never see
 * each other.
 */
import {
  ClusterMetadata,
  metadataLogConfig,
  metadataTopicId,
  metadataTopicName,
  type PartitionStore,
  type TopicConfig,
  type TopicImage,
} from '../metadata/index.ts';
import type { GroupSettings } from '../group/index.ts';
import type { LogStorage, PartitionLog } from '../storage/index.ts';
import { GroupService } from './group-service.ts';
import { TransactionService } from './transaction-service.ts';

export interface Rooms {
  readonly storage: LogStorage;
  readonly metadata: ClusterMetadata;
  readonly groups: GroupService;
  readonly transactions: TransactionService;
  /** Ends the coordinators, then closes the logs cleanly. */
  close(): Promise<void>;
}

export interface RoomsOptions {
  readonly storage: LogStorage;
  /** Static configuration as given at start. */
  readonly properties: Readonly<Record<string, string>>;
  readonly log: (line: string) => void;
}

/** Replays the metadata log and wires the rest to it. */
export async function loadRooms({ storage, properties, log }: RoomsOptions): Promise<Rooms> {
  const onProblem = (message: string, cause: unknown): void =>
    log(`${message} ${cause instanceof Error ? cause.message : String(cause)}`);
  const deletionListeners: ((topicName: string) => Promise<void>)[] = [];
  const metadata = await ClusterMetadata.load({
    log: await metadataLog(storage),
    properties,
    partitions: partitionStore(storage, async (name) => {
      await Promise.all(deletionListeners.map((listener) => listener(name)));
    }),
    clusterId: storage.clusterId,
    onProblem,
  });
  const groups = new GroupService(metadata, storage, {
    config: metadata.brokerConfig.group,
    topics: {
      get version() {
        return metadata.topicsVersion;
      },
      topicNames: () => metadata.topics().map(({ name }) => name),
      topicId: (name) => metadata.topic(name)?.topicId,
      topicName: (topicId) => metadata.topicById(topicId)?.name,
      partitionCount: (name) => metadata.topic(name)?.partitionCount ?? 0,
    },
    groupSettings: (groupId) => groupSettingsOf(metadata.groupSettings(groupId)),
    onProblem,
  });
  const transactions = new TransactionService({ metadata, storage, groups, onProblem });
  deletionListeners.push((name) => groups.topicDeleted(name));
  return {
    storage,
    metadata,
    groups,
    transactions,
    close: async () => {
      await transactions.close();
      await groups.close();
      await metadata.close();
      await storage.close();
    },
  };
}

/** What is set for one group, as the group room takes it. */
function groupSettingsOf(settings: ReadonlyMap<string, string>): GroupSettings {
  if (settings.size === 0) return {};
  const number = (name: string): number | undefined => (settings.has(name) ? Number(settings.get(name)) : undefined);
  return {
    sessionTimeoutMs: number('consumer.session.timeout.ms'),
    heartbeatIntervalMs: number('consumer.heartbeat.interval.ms'),
    assignmentIntervalMs: number('consumer.assignment.interval.ms'),
  };
}

async function metadataLog(storage: LogStorage): Promise<PartitionLog> {
  const existing = storage.get(metadataTopicName, 0);
  existing?.updateConfig(metadataLogConfig);
  return (
    existing ?? (await storage.create(metadataTopicName, 0, { topicId: metadataTopicId, config: metadataLogConfig }))
  );
}

function partitionStore(storage: LogStorage, topicDeleted: (name: string) => Promise<void>): PartitionStore {
  const createPartition = async (topic: TopicImage, partition: number, config: TopicConfig): Promise<void> => {
    const existing = storage.get(topic.name, partition);
    if (existing?.topicId === topic.topicId) {
      existing.updateConfig(config.log);
      return;
    }
    // A log of another id is what a crash left of a deleted topic of the same name.
    if (existing !== undefined) await storage.delete(topic.name, partition);
    await storage.create(topic.name, partition, { topicId: topic.topicId, config: config.log });
  };
  return {
    createPartitions: async (topic, partitions, config) => {
      await Promise.all(partitions.map((partition) => createPartition(topic, partition, config)));
    },
    deleteTopic: async (topic) => {
      await Promise.all(
        Array.from({ length: topic.partitionCount }, (_, partition) => storage.delete(topic.name, partition)),
      );
      await topicDeleted(topic.name);
    },
    configChanged: (topic, config) => {
      for (let partition = 0; partition < topic.partitionCount; partition++)
        storage.get(topic.name, partition)?.updateConfig(config.log);
    },
  };
}
