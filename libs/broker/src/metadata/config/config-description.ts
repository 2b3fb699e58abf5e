/** Answers DescribeConfigs: every entry of a topic or of the broker with its value, where it comes from, and what it means. */
import { ErrorCode, KafkaError } from '../../protocol/index.ts';
import { resourceType, type MetadataImage } from '../metadata-image.ts';
import type { DescribeConfigsRequest, DescribeConfigsResponse } from '../messages.ts';
import { checkTopicName } from '../topic-name.ts';
import { brokerConfigCatalog } from './broker-config-catalog.ts';
import { checkBrokerResource } from './config-changes.ts';
import { effectiveGroupConfig, groupConfigCatalog } from './group-config-catalog.ts';
import { configType, formatConfigValue } from './config-definition.ts';
import { configSource, effectiveBrokerConfig, effectiveTopicConfig, type EffectiveConfig } from './settings.ts';
import { topicConfigCatalog } from './topic-config-catalog.ts';

type Requested = DescribeConfigsRequest['resources'][number];
type Row = DescribeConfigsResponse['results'][number];

export function describeConfigs(
  image: MetadataImage,
  request: DescribeConfigsRequest,
  nodeId: number,
): DescribeConfigsResponse {
  return { results: request.resources.map((resource) => describeResource(image, resource, request, nodeId)) };
}

function describeResource(
  image: MetadataImage,
  resource: Requested,
  request: DescribeConfigsRequest,
  nodeId: number,
): Row {
  const { resourceType: type, resourceName, configurationKeys } = resource;
  try {
    const wanted =
      configurationKeys === null || configurationKeys.length === 0 ? undefined : new Set(configurationKeys);
    const entries = entriesOf(image, type, resourceName, nodeId).filter(
      ({ definition }) => wanted?.has(definition.name) ?? true,
    );
    const configs = entries.map((entry) => describeEntry(entry, type, request));
    return { errorCode: ErrorCode.NONE, errorMessage: '', resourceType: type, resourceName, configs };
  } catch (error) {
    if (!(error instanceof KafkaError)) throw error;
    return { errorCode: error.code, errorMessage: error.message, resourceType: type, resourceName, configs: [] };
  }
}

function entriesOf(image: MetadataImage, type: number, name: string, nodeId: number): EffectiveConfig[] {
  const settings = image.brokerSettings();
  switch (type) {
    case resourceType.topic: {
      checkTopicName(name);
      if (image.topic(name) === undefined)
        throw new KafkaError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, `The topic '${name}' does not exist.`);
      const own = image.settings(type, name);
      return [...topicConfigCatalog.values()].map((definition) => effectiveTopicConfig(definition, own, settings));
    }
    case resourceType.broker:
      checkBrokerResource(name, nodeId);
      return name === ''
        ? clusterDefaults(settings.dynamicDefault)
        : [...brokerConfigCatalog.values()]
            .map((definition) => ({ ...effectiveBrokerConfig(definition, settings), isListed: definition.isListed }))
            .filter(({ isListed, synonyms }) => isListed || synonyms.length > 0);
    case resourceType.group: {
      const own = image.settings(type, name);
      return [...groupConfigCatalog.values()].map((definition) => effectiveGroupConfig(definition, own, settings));
    }
    case resourceType.clientMetrics:
      return [];
    default:
      throw new KafkaError(
        ErrorCode.INVALID_REQUEST,
        `Resources of type ${type} cannot be described on this broker; topics (2), brokers (4) and groups (32) can.`,
      );
  }
}

function clusterDefaults(settings: ReadonlyMap<string, string>): EffectiveConfig[] {
  return [...settings].flatMap(([name, text]) => {
    const definition = brokerConfigCatalog.get(name);
    if (definition === undefined) return [];
    const value = formatConfigValue(definition, text);
    const source = configSource.dynamicDefaultBroker;
    return [{ definition, value, source, synonyms: [{ name, value, source }] }];
  });
}

function describeEntry(
  { definition, value, source, synonyms }: EffectiveConfig,
  type: number,
  { includeSynonyms, includeDocumentation }: DescribeConfigsRequest,
): Row['configs'][number] {
  return {
    name: definition.name,
    value,
    readOnly: type === resourceType.broker && brokerConfigCatalog.get(definition.name)?.isDynamic !== true,
    configSource: source,
    isSensitive: definition.type === 'password',
    synonyms: includeSynonyms ? synonyms : [],
    configType: configType[definition.type],
    documentation: includeDocumentation ? definition.documentation : null,
  };
}
