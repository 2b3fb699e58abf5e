import { defaultLogConfig, type LogConfig } from '../storage/index.ts';

/** The log of the cluster's metadata; it has one partition, 0. */
export const metadataTopicName = '__cluster_metadata';

/** Kafka's fixed topic id of the metadata log. */
export const metadataTopicId = '00000000-0000-0000-0000-000000000001';

/** How the metadata log is made: only snapshots remove what is before them, and one request's records fit one batch. */
export const metadataLogConfig: LogConfig = {
  ...defaultLogConfig,
  maxMessageBytes: 8 * 1024 * 1024,
  // Whole segments go when a snapshot has taken their place.
  segmentBytes: 16 * 1024 * 1024,
  retentionMs: -1,
  retentionBytes: -1,
  cleanupDelete: false,
};
