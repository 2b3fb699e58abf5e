import type { LogConfig } from '../../storage/index.ts';

/** The effective configuration of a topic: what was set on it, else the broker's defaults. */
export interface TopicConfig {
  /** For `PartitionLog`. */
  readonly log: LogConfig;
  readonly compressionType: 'uncompressed' | 'zstd' | 'lz4' | 'snappy' | 'gzip' | 'producer';
  /** `min.insync.replicas`; with one replica a value over 1 refuses `acks=all`. */
  readonly minInsyncReplicas: number;
}
