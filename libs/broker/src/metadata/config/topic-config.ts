import type { LogConfig } from '../../storage/index.ts';
import { parseConfigValue, type ConfigValue } from './config-definition.ts';
import { effectiveTopicConfig, type BrokerSettings } from './settings.ts';
import { topicConfigCatalog } from './topic-config-catalog.ts';

/** The effective configuration of a topic: what was set on it, else the broker's defaults. */
export interface TopicConfig {
  /** For `PartitionLog`. */
  readonly log: LogConfig;
  /** `min.insync.replicas`; with one replica a value over 1 refuses `acks=all`. */
  readonly minInsyncReplicas: number;
}

/** The configuration that a topic's own settings and the broker's, checked before, make. */
export function topicConfigOf(topic: ReadonlyMap<string, string>, settings: BrokerSettings): TopicConfig {
  const read = (name: string): ConfigValue => {
    const definition = topicConfigCatalog.get(name)!;
    return parseConfigValue(definition, effectiveTopicConfig(definition, topic, settings).value);
  };
  const number = (name: string): number => read(name) as number;
  const cleanupPolicy = read('cleanup.policy') as readonly string[];
  return {
    log: {
      segmentBytes: number('segment.bytes'),
      segmentMs: number('segment.ms'),
      segmentJitterMs: number('segment.jitter.ms'),
      segmentIndexBytes: number('segment.index.bytes'),
      indexIntervalBytes: number('index.interval.bytes'),
      retentionMs: number('retention.ms'),
      retentionBytes: number('retention.bytes'),
      maxMessageBytes: number('max.message.bytes'),
      messageTimestampType: read('message.timestamp.type') as LogConfig['messageTimestampType'],
      messageTimestampBeforeMaxMs: number('message.timestamp.before.max.ms'),
      messageTimestampAfterMaxMs: number('message.timestamp.after.max.ms'),
      cleanupDelete: cleanupPolicy.includes('delete'),
      cleanupCompact: cleanupPolicy.includes('compact'),
      minCleanableDirtyRatio: number('min.cleanable.dirty.ratio'),
      minCompactionLagMs: number('min.compaction.lag.ms'),
      maxCompactionLagMs: number('max.compaction.lag.ms'),
      deleteRetentionMs: number('delete.retention.ms'),
      compressionType: read('compression.type') as LogConfig['compressionType'],
      compressionGzipLevel: number('compression.gzip.level'),
      compressionZstdLevel: number('compression.zstd.level'),
    },
    minInsyncReplicas: number('min.insync.replicas'),
  };
}
