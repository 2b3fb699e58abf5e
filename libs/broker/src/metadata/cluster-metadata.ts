/**
 * The cluster's metadata: a state machine over `__cluster_metadata-0`, and the operations on it.
 *
 * A change is decided on the image, recorded, and, when the record is durable, carried out by the partition store; then it is shown
 * and answered. After a crash in between, `load` carries out what was recorded.
 */
import { ErrorCode, KafkaError, randomUuid } from '../protocol/index.ts';
import { systemClock, type Clock, type PartitionLog } from '../storage/index.ts';
import { StateMachineRuntime } from '../state-machine/index.ts';
import { brokerConfigOf, parseBrokerConfig, type BrokerConfig } from './config/broker-config.ts';
import { planConfigChanges, type ResourceChanges } from './config/config-changes.ts';
import { describeConfigs } from './config/config-description.ts';
import type { TopicConfig } from './config/topic-config.ts';
import { featureLevels } from './feature-levels.ts';
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
import { MetadataImage, resourceType } from './metadata-image.ts';
import { metadataRecordCodec, type MetadataRecord } from './metadata-record.ts';
import type { PartitionStore } from './partition-store.ts';
import { ProducerIdBlocks } from './producer-id-blocks.ts';
import { PublishedTopics } from './published-topics.ts';
import { RefusedCreations } from './refused-creations.ts';
import type { TopicImage } from './topic-image.ts';
import { planCreateTopics, type CreatedTopicRow } from './topics/creation-plan.ts';
import { planDeleteTopics } from './topics/deletion-plan.ts';
import { planCreatePartitions } from './topics/partition-increase-plan.ts';

export interface ClusterMetadataOptions {
  /** The log of `__cluster_metadata-0`, made with `metadataLogConfig`. */
  readonly log: PartitionLog;
  /** Static configuration of this node, by Kafka's names. */
  readonly properties: Readonly<Record<string, string>>;
  readonly partitions: PartitionStore;
  readonly clusterId: string;
  /** Default: the machine's. */
  readonly clock?: Clock;
  /** Makes topic ids; default: random ones. */
  readonly randomUuid?: () => string;
  /** What an operator should know: failed writes, reloads. */
  readonly onProblem?: (message: string, cause: unknown) => void;
}

/** Request handlers answer with error codes in the response; nothing expected is thrown by them. */
export class ClusterMetadata {
  readonly clusterId: string;
  readonly nodeId: number;
  readonly #options: ClusterMetadataOptions;
  readonly #image: MetadataImage;
  readonly #runtime: StateMachineRuntime<MetadataRecord>;
  readonly #topics: PublishedTopics;
  readonly #producerIds: ProducerIdBlocks;
  readonly #refused: RefusedCreations;
  /** Topics being created for those who only need them to exist. */
  readonly #ensuring = new Map<string, Promise<TopicImage>>();
  #brokerConfig: BrokerConfig;

  private constructor(options: ClusterMetadataOptions) {
    this.#options = options;
    this.clusterId = options.clusterId;
    this.#brokerConfig = parseBrokerConfig(options.properties);
    this.nodeId = this.#brokerConfig.nodeId;
    // Whichever of the two names was given, DescribeConfigs shows the node's number under both.
    const nodeId = String(this.nodeId);
    const fixedSettings = new Map(Object.entries({ ...options.properties, 'node.id': nodeId, 'broker.id': nodeId }));
    this.#image = new MetadataImage(this.nodeId, fixedSettings);
    this.#runtime = new StateMachineRuntime({
      name: '__cluster_metadata-0',
      log: options.log,
      machine: this.#image,
      codec: metadataRecordCodec,
      clock: options.clock ?? systemClock,
      loadingError: ErrorCode.KAFKA_STORAGE_ERROR,
      unavailableError: ErrorCode.KAFKA_STORAGE_ERROR,
      snapshots: this.#brokerConfig.metadataSnapshots,
      onProblem: options.onProblem,
    });
    this.#topics = new PublishedTopics(this.#image, options.partitions);
    this.#refused = new RefusedCreations({
      runtime: this.#runtime,
      image: this.#image,
      topics: this.#topics,
      clock: options.clock ?? systemClock,
      onProblem: options.onProblem,
    });
    this.#producerIds = new ProducerIdBlocks(this.#runtime, this.#image, this.nodeId);
  }

  /**
   * Replays the log; then has the logs of every topic made that a crash left out.
   * @throws BrokerConfigError for a bad static setting; Error when the log cannot be replayed; what the store throws.
   */
  static async load(options: ClusterMetadataOptions): Promise<ClusterMetadata> {
    const metadata = new ClusterMetadata(options);
    await metadata.#runtime.load();
    await metadata.#recordFeatures();
    metadata.#brokerConfig = brokerConfigOf(metadata.#image.brokerSettings());
    await Promise.all([...metadata.#image.topics()].map(({ name }) => metadata.#topics.open(name)));
    return metadata;
  }

  /** Effective now, dynamic settings included. */
  get brokerConfig(): BrokerConfig {
    return this.#brokerConfig;
  }

  topic(name: string): TopicImage | undefined {
    return this.#topics.get(name);
  }

  topicById(topicId: string): TopicImage | undefined {
    return this.#topics.getById(topicId);
  }

  /** Rises with every change of topics or of their partitions. */
  get topicsVersion(): number {
    return this.#topics.version;
  }

  /** Settings of one group that were set for it (resource type GROUP), by Kafka's names; checked when they were set. */
  groupSettings(groupId: string): ReadonlyMap<string, string> {
    return this.#image.settings(resourceType.group, groupId);
  }

  /** All topics, by name. */
  topics(): TopicImage[] {
    return this.#topics.all();
  }

  /** Effective now; undefined when there is no such topic. */
  topicConfig(name: string): TopicConfig | undefined {
    return this.#topics.config(name);
  }

  /** Groups that have settings of their own (KIP-1043). */
  groupsWithSettings(): readonly string[] {
    return this.#image.namesWithSettings(resourceType.group);
  }

  /** KIP-4, KIP-525 (what was created is in the answer). */
  async createTopics(request: CreateTopicsRequest): Promise<CreateTopicsResponse> {
    try {
      return {
        topics: await this.#create(request.topics, { mayBeInternal: false, validateOnly: request.validateOnly }),
      };
    } catch (error) {
      return { topics: request.topics.map(({ name }) => ({ name, ...failureOf(error) })) };
    }
  }

  /** KIP-516: by name or by topic id. */
  async deleteTopics(request: DeleteTopicsRequest, apiVersion: number): Promise<DeleteTopicsResponse> {
    try {
      if (!this.#brokerConfig.deleteTopicEnable) throw deletionDisabled(apiVersion);
      const { rows, deleted } = await this.#runtime.write(() => {
        const plan = planDeleteTopics(this.#image, request);
        return { records: plan.records, reply: plan };
      });
      const failures = await this.#each(deleted, (topic) => this.#topics.remove(topic));
      return { responses: rows.map((row) => ({ ...row, ...failures.get(row.name ?? '') })) };
    } catch (error) {
      const byName = request.topicNames.map((name) => ({ name, ...failureOf(error) }));
      return { responses: [...request.topics.map((topic) => ({ ...topic, ...failureOf(error) })), ...byName] };
    }
  }

  /** KIP-195. */
  async createPartitions(request: CreatePartitionsRequest): Promise<CreatePartitionsResponse> {
    try {
      const { rows, grown } = await this.#runtime.write(() => {
        const plan = planCreatePartitions(this.#image, request.topics, this.nodeId);
        return { records: request.validateOnly ? [] : plan.records, reply: plan };
      });
      if (request.validateOnly) return { results: rows };
      const failures = await this.#each(
        grown.map(({ topic }) => topic),
        (topic) => this.#topics.open(topic.name),
      );
      return { results: rows.map((row) => ({ ...row, ...failures.get(row.name) })) };
    } catch (error) {
      return { results: request.topics.map(({ name }) => ({ name, ...failureOf(error) })) };
    }
  }

  /** KIP-133, KIP-226 (sources and synonyms), KIP-569 (types and documentation). */
  async describeConfigs(request: DescribeConfigsRequest): Promise<DescribeConfigsResponse> {
    try {
      return await this.#runtime.read(() => describeConfigs(this.#image, request, this.nodeId));
    } catch (error) {
      const results = request.resources.map((resource) => ({ ...resource, ...failureOf(error), configs: [] }));
      return { results };
    }
  }

  /** KIP-339. */
  incrementalAlterConfigs(request: IncrementalAlterConfigsRequest): Promise<IncrementalAlterConfigsResponse> {
    const resources = request.resources.map((resource) => ({ ...resource, replacesAll: false }));
    return this.#changeConfigs(resources, request.validateOnly);
  }

  /** KIP-133: what a resource's request leaves out goes back to its default. */
  alterConfigs(request: AlterConfigsRequest): Promise<AlterConfigsResponse> {
    const resources = request.resources.map((resource) => ({
      ...resource,
      configs: resource.configs.map((config) => ({ ...config, configOperation: 0 })),
      replacesAll: true,
    }));
    return this.#changeConfigs(resources, request.validateOnly);
  }

  /**
   * Creates the topic with `num.partitions` partitions when it is missing; whether `auto.create.topics.enable` allows it is the
   * caller's question. @throws KafkaError INVALID_TOPIC_EXCEPTION for a name that cannot be, KAFKA_STORAGE_ERROR.
   */
  autoCreateTopic(name: string): Promise<TopicImage> {
    return this.#ensure(name, {}, false);
  }

  /** Creates a topic unless it exists; for the broker's own topics and the in-process client. @throws KafkaError as CreateTopics answers. */
  ensureTopic(
    name: string,
    options: { readonly partitions?: number; readonly config?: Readonly<Record<string, string>> } = {},
  ): Promise<TopicImage> {
    return this.#ensure(name, options, true);
  }

  /** @throws KafkaError (retriable) when no block of ids can be recorded. */
  allocateProducerId(): Promise<number> {
    return this.#producerIds.next();
  }

  async close(): Promise<void> {
    this.#refused.close();
    await this.#runtime.close();
  }

  /** At the first start, and at the first one of a release that has more. */
  async #recordFeatures(): Promise<void> {
    const missing = [...featureLevels].filter(([name, level]) => this.#image.feature(name) < level);
    if (missing.length === 0) return;
    const records = missing.map(([name, featureLevel]) => ({
      kind: 'featureLevel' as const,
      value: { name, featureLevel },
    }));
    await this.#runtime.write(() => ({ records, reply: undefined }));
  }

  async #create(
    topics: CreateTopicsRequest['topics'],
    { mayBeInternal, validateOnly }: { mayBeInternal: boolean; validateOnly: boolean },
  ): Promise<readonly CreatedTopicRow[]> {
    const rules = {
      nodeId: this.nodeId,
      config: this.#brokerConfig,
      randomUuid: this.#options.randomUuid ?? randomUuid,
      mayBeInternal,
    };
    const { rows, created } = await this.#runtime.write(() => {
      const plan = planCreateTopics(this.#image, topics, rules);
      return { records: validateOnly ? [] : plan.records, reply: plan };
    });
    if (validateOnly) return rows;
    // A topic that is recorded already may still lack its logs: another request is making them, or could not.
    const existing = rows
      .filter(({ errorCode }) => errorCode === ErrorCode.TOPIC_ALREADY_EXISTS)
      .map(({ name }) => name);
    const failures = await this.#each(
      [...created, ...existing].map((name) => ({ name })),
      ({ name }) => this.#topics.open(name),
    );
    await this.#refused.takeBack(created.filter((name) => failures.has(name)));
    return rows.map((row) => ({ ...row, ...failures.get(row.name) }));
  }

  #ensure(
    name: string,
    { partitions = -1, config = {} }: { partitions?: number; config?: Readonly<Record<string, string>> },
    mayBeInternal: boolean,
  ): Promise<TopicImage> {
    const existing = this.#topics.get(name);
    if (existing !== undefined) return Promise.resolve(existing);
    const running = this.#ensuring.get(name);
    if (running !== undefined) return running;
    const configs = Object.entries(config).map(([key, value]) => ({ name: key, value }));
    const topic = { name, numPartitions: partitions, replicationFactor: -1, assignments: [], configs };
    const creation = this.#createOne(topic, mayBeInternal).finally(() => this.#ensuring.delete(name));
    this.#ensuring.set(name, creation);
    return creation;
  }

  async #createOne(topic: CreateTopicsRequest['topics'][number], mayBeInternal: boolean): Promise<TopicImage> {
    const [row] = await this.#create([topic], { mayBeInternal, validateOnly: false });
    const created = this.#topics.get(topic.name);
    if (created !== undefined) return created;
    const code =
      row!.errorCode === ErrorCode.NONE ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION : (row!.errorCode as ErrorCode);
    throw new KafkaError(code, row!.errorMessage ?? `Topic '${topic.name}' was deleted while it was being created.`);
  }

  async #changeConfigs(
    resources: readonly ResourceChanges[],
    validateOnly: boolean,
  ): Promise<IncrementalAlterConfigsResponse> {
    try {
      const { rows, changedTopics, brokerChanged } = await this.#runtime.write(() => {
        const plan = planConfigChanges(this.#image, resources, this.nodeId);
        return { records: validateOnly ? [] : plan.records, reply: plan };
      });
      if (!validateOnly) this.#applyConfigs(changedTopics, brokerChanged);
      return { responses: rows };
    } catch (error) {
      const failure = failureOf(error);
      const responses = resources.map(({ resourceType, resourceName }) => ({ resourceType, resourceName, ...failure }));
      return { responses };
    }
  }

  #applyConfigs(changedTopics: readonly string[], brokerChanged: boolean): void {
    if (brokerChanged) this.#brokerConfig = brokerConfigOf(this.#image.brokerSettings());
    const names = brokerChanged ? this.#topics.all().map(({ name }) => name) : changedTopics;
    for (const name of names) this.#topics.refreshConfig(name);
  }

  /** Carries a durable change out for each topic; the failures by the topic's name. */
  async #each<T extends { readonly name: string }>(
    topics: readonly T[],
    action: (topic: T) => Promise<void>,
  ): Promise<Map<string, Failure>> {
    const failures = new Map<string, Failure>();
    const carryOut = async (topic: T): Promise<void> => {
      try {
        await action(topic);
      } catch (error) {
        this.#options.onProblem?.(`A recorded change of topic '${topic.name}' could not be carried out.`, error);
        failures.set(topic.name, failureOf(error));
      }
    };
    await Promise.all(topics.map(carryOut));
    return failures;
  }
}

interface Failure {
  readonly errorCode: ErrorCode;
  readonly errorMessage: string;
}

/** What the client is told of an expected failure; anything else is a bug and goes on. */
function failureOf(error: unknown): Failure {
  if (error instanceof KafkaError) return { errorCode: error.code, errorMessage: error.message };
  throw error;
}

function deletionDisabled(apiVersion: number): KafkaError {
  // The error has a code of its own from version 3 on.
  const code = apiVersion < 3 ? ErrorCode.INVALID_REQUEST : ErrorCode.TOPIC_DELETION_DISABLED;
  return new KafkaError(code, 'Topic deletion is disabled (delete.topic.enable=false).');
}
