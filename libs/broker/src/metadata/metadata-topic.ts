/** The log of the cluster's metadata; it has one partition, 0. */
export const metadataTopicName = '__cluster_metadata';

/** Kafka's fixed topic id of the metadata log. */
export const metadataTopicId = '00000000-0000-0000-0000-000000000001';
