import type { Clock, PartitionLog } from '../storage/index.ts';
import type { BrokerConfig } from './config/broker-config.ts';
import type { TopicConfig } from './config/topic-config.ts';
import type {
  AlterConfigsRequest,
  AlterConfigsResponse,
  CreatePartitionsRequest,
  CreatePartitionsResponse,
  CreateTopicsRequest,
  CreateTopicsResponse,
  DeleteTopicsRequest,
  DeleteTopicsResponse,
  DescribeConfigsRequest,
  DescribeConfigsResponse,
  IncrementalAlterConfigsRequest,
  IncrementalAlterConfigsResponse,
} from './messages.ts';
import type { TopicImage } from './topic-image.ts';

/** What follows a change of the metadata; wired to the storage by the server. Called when the change is durable, awaited before the answer. */
export interface PartitionStore {
  /** Also called for what exists already (after a crash between the change and the call): it must then do nothing. */
  createPartitions(topic: TopicImage, partitions: readonly number[], config: TopicConfig): Promise<void>;
  deleteTopic(topic: TopicImage): Promise<void>;
  /** A topic's own settings, or the broker's defaults under it, were changed. */
  configChanged(topic: TopicImage, config: TopicConfig): void;
}

export interface ClusterMetadataOptions {
  /** The log of `__cluster_metadata-0`. */
  readonly log: PartitionLog;
  /** Of this node: static configuration as given at start. */
  readonly properties: Readonly<Record<string, string>>;
  readonly partitions: PartitionStore;
  readonly clusterId: string;
  readonly clock?: Clock;
  readonly randomUuid?: () => string;
  readonly onProblem?: (message: string, cause: unknown) => void;
}

/** The cluster's metadata and the operations on it. Request handlers answer with error codes in the response; nothing expected is thrown. */
export class ClusterMetadata {
  /** Replays the log; then calls `createPartitions` for every topic, so that logs that a crash left out exist. */
  static load(_options: ClusterMetadataOptions): Promise<ClusterMetadata> {
    return Promise.reject(new Error('The metadata room is being laid'));
  }

  declare readonly clusterId: string;
  declare readonly nodeId: number;
  /** Effective now, dynamic settings included. */
  declare readonly brokerConfig: BrokerConfig;
  declare topic: (name: string) => TopicImage | undefined;
  declare topicById: (topicId: string) => TopicImage | undefined;
  /** All topics, by name. */
  declare topics: () => TopicImage[];
  declare topicConfig: (name: string) => TopicConfig | undefined;

  declare createTopics: (request: CreateTopicsRequest, apiVersion: number) => Promise<CreateTopicsResponse>;
  declare deleteTopics: (request: DeleteTopicsRequest, apiVersion: number) => Promise<DeleteTopicsResponse>;
  declare createPartitions: (request: CreatePartitionsRequest) => Promise<CreatePartitionsResponse>;
  declare describeConfigs: (request: DescribeConfigsRequest) => DescribeConfigsResponse;
  declare incrementalAlterConfigs: (request: IncrementalAlterConfigsRequest) => Promise<IncrementalAlterConfigsResponse>;
  declare alterConfigs: (request: AlterConfigsRequest) => Promise<AlterConfigsResponse>;

  /**
   * Creates the topic with `num.partitions` partitions when it is missing (whether `auto.create.topics.enable` allows it is the
   * caller's question). @throws KafkaError INVALID_TOPIC_EXCEPTION for a name that cannot be.
   */
  declare autoCreateTopic: (name: string) => Promise<TopicImage>;
  /** Creates a topic unless it exists; for the broker's own topics and the in-process client. @throws KafkaError as CreateTopics answers. */
  declare ensureTopic: (
    name: string,
    options: { readonly partitions?: number; readonly config?: Readonly<Record<string, string>> },
  ) => Promise<TopicImage>;
  /** The next producer id; ids come in blocks of 1,000 that are recorded before the first is given out, so that none is given twice. */
  declare allocateProducerId: () => Promise<number>;
  declare close: () => Promise<void>;
}
