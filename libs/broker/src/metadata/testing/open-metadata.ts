/** A cluster's metadata on a real log in memory, for tests; its partition store notes what it is told. */
import { MemoryFileSystem, openLogStorage, type LogStorage } from '../../storage/index.ts';
import { ManualClock } from '../../state-machine/index.ts';
import {
  ClusterMetadata,
  metadataLogConfig,
  metadataTopicId,
  metadataTopicName,
  type PartitionStore,
  type TopicConfig,
  type TopicImage,
} from '../index.ts';
import type { CreateTopicsRequest } from '../messages.ts';

/** Logs by `topic-partition`, each with its topic's id, and the configuration last told of each topic. */
export class NotingPartitionStore implements PartitionStore {
  readonly logs = new Map<string, string>();
  readonly configs = new Map<string, TopicConfig>();
  /** Makes the next calls fail. */
  failure: Error | undefined;

  createPartitions(topic: TopicImage, partitions: readonly number[], config: TopicConfig): Promise<void> {
    if (this.failure !== undefined) return Promise.reject(this.failure);
    for (const partition of partitions) this.logs.set(`${topic.name}-${partition}`, topic.topicId);
    this.configs.set(topic.name, config);
    return Promise.resolve();
  }

  deleteTopic(topic: TopicImage): Promise<void> {
    for (const [log, topicId] of this.logs) if (topicId === topic.topicId) this.logs.delete(log);
    return Promise.resolve();
  }

  configChanged(topic: TopicImage, config: TopicConfig): void {
    this.configs.set(topic.name, config);
  }
}

export interface OpenMetadata {
  readonly metadata: ClusterMetadata;
  readonly store: NotingPartitionStore;
  readonly fileSystem: MemoryFileSystem;
  readonly storage: LogStorage;
  readonly clock: ManualClock;
}

export async function openMetadata(
  properties: Readonly<Record<string, string>> = {},
  fileSystem = new MemoryFileSystem(),
  store = new NotingPartitionStore(),
): Promise<OpenMetadata> {
  const clock = new ManualClock();
  const storage = await openLogStorage({ directory: '/data', fileSystem, clock });
  const log =
    storage.get(metadataTopicName, 0) ??
    (await storage.create(metadataTopicName, 0, { topicId: metadataTopicId, config: metadataLogConfig }));
  log.updateConfig(metadataLogConfig);
  const metadata = await ClusterMetadata.load({ log, properties, partitions: store, clusterId: 'cluster', clock });
  return { metadata, store, fileSystem, storage, clock };
}

type RequestedTopic = CreateTopicsRequest['topics'][number];

/** A CreateTopics request for one topic; what is left out is the protocol's "default". */
export function createRequest(
  name: string,
  topic: Partial<Omit<RequestedTopic, 'configs'>> & { readonly configs?: Readonly<Record<string, string | null>> } = {},
  validateOnly = false,
): CreateTopicsRequest {
  const configs = Object.entries(topic.configs ?? {}).map(([key, value]) => ({ name: key, value }));
  return {
    topics: [{ numPartitions: -1, replicationFactor: -1, assignments: [], ...topic, name, configs }],
    timeoutMs: 1000,
    validateOnly,
  };
}

/** The code and message that CreateTopics answers for one topic. */
export async function creationOf(
  { metadata }: OpenMetadata,
  ...request: Parameters<typeof createRequest>
): Promise<{ code: number; message: string | null | undefined }> {
  const [row] = (await metadata.createTopics(createRequest(...request))).topics;
  return { code: row!.errorCode, message: row!.errorMessage };
}
