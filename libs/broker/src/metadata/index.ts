/**
 * The metadata room: what the cluster consists of (topics, partitions, configuration, producer ids), kept in `__cluster_metadata-0` in
 * the record formats of Kafka's KRaft, and the catalog of topic and broker configuration.
 *
 * It touches no partition log but its own: the server gives it a `PartitionStore` that creates and deletes them.
 */
export { ClusterMetadata, type ClusterMetadataOptions } from './cluster-metadata.ts';
export { type PartitionStore } from './partition-store.ts';
export { metadataLogConfig, metadataTopicId, metadataTopicName } from './metadata-topic.ts';
export { featureLevels } from './feature-levels.ts';
export type { TopicImage } from './topic-image.ts';
export { checkTopicName, isInternalTopic } from './topic-name.ts';
export { type BrokerConfig, BrokerConfigError, parseBrokerConfig } from './config/broker-config.ts';
export { brokerConfigCatalog, type BrokerConfigDefinition } from './config/broker-config-catalog.ts';
export { type ConfigDefinition } from './config/config-definition.ts';
export { groupConfigCatalog } from './config/group-config-catalog.ts';
export { topicConfigCatalog, type TopicConfigDefinition } from './config/topic-config-catalog.ts';
export { type TopicConfig } from './config/topic-config.ts';
