/** Decides a CreateTopics request: which topics can be created, with which records, and what is answered. Nothing is changed here. */
import { ErrorCode, KafkaError } from '../../protocol/index.ts';
import type { BrokerConfig } from '../config/broker-config.ts';
import { checkTopicSettings } from '../config/topic-settings-check.ts';
import { effectiveTopicConfig } from '../config/settings.ts';
import { topicConfigCatalog } from '../config/topic-config-catalog.ts';
import { resourceType, type MetadataImage } from '../metadata-image.ts';
import type { MetadataRecord } from '../metadata-record.ts';
import { metadataTopicName } from '../metadata-topic.ts';
import type { CreateTopicsRequest, CreateTopicsResponse } from '../messages.ts';
import { checkTopicName, collisionKey, isInternalTopic } from '../topic-name.ts';
import { duplicatesIn } from '../duplicates-in.ts';
import { checkAssignedBrokers, replicationFactorRefused } from './replica-assignment.ts';
import { partitionRecordOf } from './partition-record-of.ts';

type RequestedTopic = CreateTopicsRequest['topics'][number];
export type CreatedTopicRow = CreateTopicsResponse['topics'][number];

/** Kafka's limit for one request. */
const mostPartitions = 10_000;

export interface CreationRules {
  readonly nodeId: number;
  readonly config: BrokerConfig;
  readonly randomUuid: () => string;
  /** Whether the broker itself asks, for one of its own topics. */
  readonly mayBeInternal: boolean;
}

export interface CreationPlan {
  readonly records: readonly MetadataRecord[];
  /** One for each name: names that were given twice first, then the others in the order of the request. */
  readonly rows: readonly CreatedTopicRow[];
  /** Names of the topics that the records create. */
  readonly created: readonly string[];
}

export function planCreateTopics(
  image: MetadataImage,
  topics: readonly RequestedTopic[],
  rules: CreationRules,
): CreationPlan {
  const records: MetadataRecord[] = [];
  const created: string[] = [];
  const rows: CreatedTopicRow[] = [];
  const duplicates = duplicatesIn(topics.map(({ name }) => name));
  const createdKeys = new Map<string, string>();
  for (const name of duplicates)
    rows.push({ name, errorCode: ErrorCode.INVALID_REQUEST, errorMessage: 'Duplicate topic name.' });
  let partitions = 0;
  for (const topic of topics.filter(({ name }) => !duplicates.has(name))) {
    try {
      checkNewName(image, topic.name, createdKeys, rules);
      const settings = settingsOf(topic);
      checkTopicSettings(settings);
      const partitionCount = partitionCountOf(topic, rules);
      partitions += partitionCount;
      if (partitions > mostPartitions)
        throw new KafkaError(ErrorCode.POLICY_VIOLATION, 'Excessively large number of partitions per request.');
      const topicId = rules.randomUuid();
      records.push(...recordsOf(topic.name, topicId, settings, partitionCount, rules.nodeId));
      created.push(topic.name);
      createdKeys.set(collisionKey(topic.name), topic.name);
      rows.push(createdRow(image, topic.name, topicId, settings, partitionCount));
    } catch (error) {
      if (!(error instanceof KafkaError)) throw error;
      rows.push({ name: topic.name, errorCode: error.code, errorMessage: error.message });
    }
  }
  return { records, rows, created };
}

function checkNewName(
  image: MetadataImage,
  name: string,
  createdKeys: ReadonlyMap<string, string>,
  rules: CreationRules,
): void {
  checkTopicName(name);
  if (image.topic(name) !== undefined)
    throw new KafkaError(ErrorCode.TOPIC_ALREADY_EXISTS, `Topic '${name}' already exists.`);
  if (name === metadataTopicName || (isInternalTopic(name) && !rules.mayBeInternal))
    throw new KafkaError(ErrorCode.INVALID_REQUEST, `Creation of internal topic ${name} is prohibited.`);
  const other = createdKeys.get(collisionKey(name)) ?? image.collidingTopic(name);
  if (other !== undefined)
    throw new KafkaError(ErrorCode.INVALID_TOPIC_EXCEPTION, `Topic '${name}' collides with existing topic: ${other}`);
}

function settingsOf(topic: RequestedTopic): ReadonlyMap<string, string> {
  const missing = topic.configs.filter(({ value }) => value === null).map(({ name }) => name);
  if (missing.length > 0)
    throw new KafkaError(ErrorCode.INVALID_CONFIG, `Null value not supported for topic configs: ${missing.join(',')}`);
  return new Map(topic.configs.map(({ name, value }) => [name, value!]));
}

/** Of this request's topic, after everything about its partitions and replicas was checked. */
function partitionCountOf(topic: RequestedTopic, { nodeId, config }: CreationRules): number {
  if (topic.assignments.length > 0) return assignedPartitionCount(topic, nodeId);
  if (topic.replicationFactor < -1 || topic.replicationFactor === 0)
    throw new KafkaError(
      ErrorCode.INVALID_REPLICATION_FACTOR,
      'Replication factor must be larger than 0, or -1 to use the default value.',
    );
  if (topic.numPartitions < -1 || topic.numPartitions === 0)
    throw new KafkaError(
      ErrorCode.INVALID_PARTITIONS,
      'Number of partitions was set to an invalid non-positive value.',
    );
  if (topic.replicationFactor > 1) throw replicationFactorRefused(topic.replicationFactor);
  return topic.numPartitions === -1 ? config.numPartitions : topic.numPartitions;
}

function assignedPartitionCount(topic: RequestedTopic, nodeId: number): number {
  const specified = 'A manual partition assignment was specified, but';
  if (topic.replicationFactor !== -1)
    throw new KafkaError(ErrorCode.INVALID_REQUEST, `${specified} replication factor was not set to -1.`);
  if (topic.numPartitions !== -1)
    throw new KafkaError(ErrorCode.INVALID_REQUEST, `${specified} numPartitions was not set to -1.`);
  const seen = new Set<number>();
  for (const { partitionIndex, brokerIds } of topic.assignments) {
    if (seen.has(partitionIndex))
      throw new KafkaError(
        ErrorCode.INVALID_REPLICA_ASSIGNMENT,
        `Found multiple manual partition assignments for partition ${partitionIndex}`,
      );
    checkAssignedBrokers(brokerIds, nodeId);
    seen.add(partitionIndex);
  }
  for (let index = 0; index < seen.size; index++)
    if (!seen.has(index))
      throw new KafkaError(
        ErrorCode.INVALID_REPLICA_ASSIGNMENT,
        'partitions should be a consecutive 0-based integer sequence',
      );
  return seen.size;
}

function recordsOf(
  name: string,
  topicId: string,
  settings: ReadonlyMap<string, string>,
  partitionCount: number,
  nodeId: number,
): MetadataRecord[] {
  const records: MetadataRecord[] = [{ kind: 'topic', value: { name, topicId } }];
  for (const [key, value] of settings)
    records.push({ kind: 'config', value: { resourceType: resourceType.topic, resourceName: name, name: key, value } });
  for (let partition = 0; partition < partitionCount; partition++)
    records.push(partitionRecordOf(topicId, partition, nodeId));
  return records;
}

function createdRow(
  image: MetadataImage,
  name: string,
  topicId: string,
  settings: ReadonlyMap<string, string>,
  numPartitions: number,
): CreatedTopicRow {
  const brokerSettings = image.brokerSettings();
  const configs = [...topicConfigCatalog.values()].map((definition) => {
    const { value, source } = effectiveTopicConfig(definition, settings, brokerSettings);
    return { name: definition.name, value, readOnly: false, configSource: source, isSensitive: false };
  });
  return { name, topicId, errorCode: ErrorCode.NONE, errorMessage: null, numPartitions, replicationFactor: 1, configs };
}
