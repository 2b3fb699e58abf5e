/** Decides AlterConfigs and IncrementalAlterConfigs requests: what each resource's settings become. Nothing is changed here. */
import { ErrorCode, KafkaError } from '../../protocol/index.ts';
import { duplicatesIn } from '../duplicates-in.ts';
import { resourceType, type MetadataImage } from '../metadata-image.ts';
import type { MetadataRecord } from '../metadata-record.ts';
import type { IncrementalAlterConfigsResponse } from '../messages.ts';
import { checkTopicName } from '../topic-name.ts';
import { brokerConfigCatalog } from './broker-config-catalog.ts';
import { parseConfigValue, type ConfigDefinition } from './config-definition.ts';
import { checkGroupSettings, groupConfigCatalog } from './group-config-catalog.ts';
import { topicConfigCatalog } from './topic-config-catalog.ts';
import { checkTopicSettings } from './topic-settings-check.ts';

/** Kafka's `AlterConfigOp.OpType`. */
const operationNames = ['SET', 'DELETE', 'APPEND', 'SUBTRACT'] as const;

export interface ConfigChange {
  readonly name: string;
  /** Index of `operationNames`. */
  readonly configOperation: number;
  readonly value: string | null;
}

export interface ResourceChanges {
  readonly resourceType: number;
  readonly resourceName: string;
  readonly configs: readonly ConfigChange[];
  /** Whether settings that are not mentioned go (AlterConfigs) or stay (IncrementalAlterConfigs). */
  readonly replacesAll: boolean;
}

type Row = IncrementalAlterConfigsResponse['responses'][number];

export interface ConfigChangePlan {
  readonly records: readonly MetadataRecord[];
  readonly rows: readonly Row[];
  /** Topics whose own settings change. */
  readonly changedTopics: readonly string[];
  readonly brokerChanged: boolean;
}

export function planConfigChanges(
  image: MetadataImage,
  resources: readonly ResourceChanges[],
  nodeId: number,
): ConfigChangePlan {
  const records: MetadataRecord[] = [];
  const rows: Row[] = [];
  const changedTopics: string[] = [];
  let brokerChanged = false;
  const duplicates = duplicatesIn(resources.map((each) => `${each.resourceType}:${each.resourceName}`));
  for (const resource of resources) {
    const { resourceType: type, resourceName } = resource;
    try {
      if (duplicates.has(`${type}:${resourceName}`))
        throw new KafkaError(ErrorCode.INVALID_REQUEST, 'Each resource must appear at most once.');
      const before = image.settings(type, resourceName);
      const after = changedSettings(image, resource, before, nodeId);
      records.push(...differences(resource, before, after));
      if (type === resourceType.topic) changedTopics.push(resourceName);
      else if (type === resourceType.broker) brokerChanged = true;
      rows.push({ resourceType: type, resourceName, errorCode: ErrorCode.NONE, errorMessage: null });
    } catch (error) {
      if (!(error instanceof KafkaError)) throw error;
      rows.push({ resourceType: type, resourceName, errorCode: error.code, errorMessage: error.message });
    }
  }
  return { records, rows, changedTopics, brokerChanged };
}

/** @throws KafkaError INVALID_REQUEST for a broker resource that is neither this node nor the cluster's default (the empty name). */
export function checkBrokerResource(resourceName: string, nodeId: number): void {
  if (resourceName === '' || resourceName === String(nodeId)) return;
  if (!/^-?\d+$/.test(resourceName))
    throw new KafkaError(ErrorCode.INVALID_REQUEST, `Broker id must be an integer, but it is: ${resourceName}`);
  throw new KafkaError(
    ErrorCode.INVALID_REQUEST,
    `Unexpected broker id, expected ${nodeId} or empty string, but received ${resourceName}`,
  );
}

/** The same of a change, in the words that Kafka's controller has for it. */
function checkAlteredBroker(resourceName: string, nodeId: number): void {
  if (resourceName === '' || resourceName === String(nodeId)) return;
  const isNumber = /^-?\d+$/.test(resourceName);
  throw new KafkaError(
    ErrorCode.INVALID_REQUEST,
    isNumber
      ? `Unexpected broker id, expected ${nodeId}, but received ${resourceName}`
      : `Node id must be an integer, but it is: ${resourceName}`,
  );
}

function changedSettings(
  image: MetadataImage,
  resource: ResourceChanges,
  before: ReadonlyMap<string, string>,
  nodeId: number,
): ReadonlyMap<string, string> {
  checkForm(resource.configs);
  if (resource.resourceType === resourceType.topic) {
    const after = applyChanges(resource, before, topicConfigCatalog);
    checkTopicResource(resource.resourceName);
    checkTopicSettings(after);
    // Kafka looks for the topic last.
    checkTopicExists(image, resource.resourceName);
    return after;
  }
  if (resource.resourceType === resourceType.broker) {
    checkAlteredBroker(resource.resourceName, nodeId);
    checkDynamic(resource.configs);
    const after = applyChanges(resource, before, brokerConfigCatalog);
    checkBrokerValues(after);
    return after;
  }
  if (resource.resourceType === resourceType.group) {
    if (resource.resourceName === '')
      throw new KafkaError(ErrorCode.INVALID_REQUEST, 'Default group resources are not allowed.');
    const after = applyChanges(resource, before, groupConfigCatalog);
    checkGroupSettings(after, image.brokerSettings());
    return after;
  }
  throw new KafkaError(ErrorCode.INVALID_REQUEST, `Unknown resource type ${resource.resourceType}`);
}

function checkForm(configs: readonly ConfigChange[]): void {
  if (new Set(configs.map(({ name }) => name)).size !== configs.length)
    throw new KafkaError(ErrorCode.INVALID_REQUEST, 'Error due to duplicate config keys');
  const unknown = configs.find(({ configOperation }) => operationNames[configOperation] === undefined);
  if (unknown !== undefined)
    throw new KafkaError(ErrorCode.INVALID_REQUEST, `Unknown operations type ${unknown.configOperation}`);
  const missing = configs
    .filter(({ configOperation, value }) => operationNames[configOperation] !== 'DELETE' && value === null)
    .map(({ name }) => name);
  if (missing.length > 0)
    throw new KafkaError(ErrorCode.INVALID_REQUEST, `Null value not supported for : ${missing.join(', ')}`);
}

function checkTopicResource(name: string): void {
  if (name === '') throw new KafkaError(ErrorCode.INVALID_REQUEST, 'Default topic resources are not allowed.');
  checkTopicName(name);
}

function checkTopicExists(image: MetadataImage, name: string): void {
  if (image.topic(name) === undefined)
    throw new KafkaError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, `The topic '${name}' does not exist.`);
}

function checkDynamic(configs: readonly ConfigChange[]): void {
  const fixed = configs.filter(({ name }) => brokerConfigCatalog.get(name)?.isDynamic !== true).map(({ name }) => name);
  if (fixed.length > 0)
    throw new KafkaError(ErrorCode.INVALID_REQUEST, `Cannot update these configs dynamically: [${fixed.join(', ')}]`);
}

/** Kafka answers a broker's bad value as INVALID_REQUEST, a topic's as INVALID_CONFIG. */
function checkBrokerValues(settings: ReadonlyMap<string, string>): void {
  for (const [name, value] of settings) {
    try {
      const definition = brokerConfigCatalog.get(name);
      if (definition !== undefined) parseConfigValue(definition, value);
    } catch (error) {
      if (!(error instanceof KafkaError)) throw error;
      throw new KafkaError(ErrorCode.INVALID_REQUEST, error.message, { cause: error });
    }
  }
}

function applyChanges(
  { configs, replacesAll }: ResourceChanges,
  before: ReadonlyMap<string, string>,
  catalog: ReadonlyMap<string, ConfigDefinition>,
): ReadonlyMap<string, string> {
  const after = new Map(replacesAll ? [] : before);
  for (const { name, configOperation, value } of configs) {
    const operation = operationNames[configOperation]!;
    if (operation === 'DELETE') after.delete(name);
    else if (operation === 'SET') after.set(name, value!);
    else after.set(name, changedList(catalog.get(name), name, operation, after.get(name), value!));
  }
  return after;
}

function changedList(
  definition: ConfigDefinition | undefined,
  name: string,
  operation: 'APPEND' | 'SUBTRACT',
  current: string | undefined,
  value: string,
): string {
  if (definition?.type !== 'list')
    throw new KafkaError(ErrorCode.INVALID_CONFIG, `Can't ${operation} to key ${name} because its type is not LIST.`);
  const items = (text: string): string[] =>
    text
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '');
  const list = new Set(items(current ?? definition.defaultValue ?? ''));
  for (const item of items(value))
    if (operation === 'APPEND') list.add(item);
    else list.delete(item);
  return [...list].join(',');
}

function differences(
  { resourceType: type, resourceName }: ResourceChanges,
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): MetadataRecord[] {
  const records: MetadataRecord[] = [];
  const record = (name: string, value: string | null): void => {
    records.push({ kind: 'config', value: { resourceType: type, resourceName, name, value } });
  };
  for (const [name, value] of after) if (before.get(name) !== value) record(name, value);
  for (const name of before.keys()) if (!after.has(name)) record(name, null);
  return records;
}
