import type { CleanerSettings, CleanerStatus } from './cleaner/index.ts';
import type { Clock } from './clock.ts';
import type { FileSystem } from './file-system/file-system.ts';
import type { LogConfig } from './log-config.ts';
import type { PartitionLog } from './partition-log.ts';
import type { StorageEvent } from './storage-event.ts';

/** How the log folder is opened; everything but the folder has a default. */
export interface LogStorageOptions {
  /** Created when it is missing. One process at a time holds it. */
  readonly directory: string;
  /** Durable after `fdatasync` (`fsync`, the default) or after the write to the operating system (`os`). */
  readonly flush?: 'fsync' | 'os';
  readonly fileSystem?: FileSystem;
  readonly clock?: Clock;
  /** From 0 (inclusive) to 1 (exclusive), for `segment.jitter.ms`; default `Math.random`. */
  readonly random?: () => number;
  /** Written to `meta.properties` of a new folder; default 1. */
  readonly nodeId?: number;
  /** Written to `meta.properties` of a new folder; default: a new random one. A folder of another cluster is refused. */
  readonly clusterId?: string;
  /** Config of logs found in the folder until `updateConfig` is called; default Kafka's defaults. */
  readonly config?: LogConfig;
  /** `log.retention.check.interval.ms`, default 300,000. */
  readonly retentionCheckIntervalMs?: number;
  /** `log.flush.offset.checkpoint.interval.ms`: recovery starts at most so much before the crash; default 60,000. */
  readonly checkpointIntervalMs?: number;
  /** Logs that grew by less since their last checkpoint are left out of the next (but for the one at the end); default 1 MiB. */
  readonly checkpointBytes?: number;
  /** `producer.id.expiration.ms`, default 86,400,000. */
  readonly producerIdExpirationMs?: number;
  /** Memory for the newest batches of all logs that have readers at their end, all together; default 16 MiB. */
  readonly tailCacheBytes?: number;
  /** Log files held open at a time, beyond those being written or read; default half of what the system allows. */
  readonly maxOpenFiles?: number;
  /** Settings of compaction now; default Kafka's. */
  readonly cleaner?: () => CleanerSettings;
  /** Told of what an operator should know (recovery, truncation, failed writes), one line each; default: nobody. */
  readonly onEvent?: (event: StorageEvent) => void;
}

/** All partitions' logs of one folder. */
export interface LogStorage {
  readonly directory: string;
  readonly nodeId: number;
  /** Kafka's form: 22 characters of URL-safe base64. */
  readonly clusterId: string;
  readonly flush: 'fsync' | 'os';
  /** Bytes appended that are not durable yet, of all logs: what a server bounds by reading no more requests. */
  readonly pendingBytes: number;
  /** The last run ended without `close`: logs were checked and, where torn, truncated. */
  readonly recoveredFromCrash: boolean;

  get(topic: string, partition: number): PartitionLog | undefined;
  all(): PartitionLog[];
  /** Resolves when the log's folder is durable. @throws KafkaError TOPIC_ALREADY_EXISTS, KAFKA_STORAGE_ERROR. */
  create(
    topic: string,
    partition: number,
    options: { readonly topicId: string; readonly config: LogConfig },
  ): Promise<PartitionLog>;
  /** Waiting appends fail; the folder is renamed at once and removed later. Does nothing when there is no such log. */
  delete(topic: string, partition: number): Promise<void>;
  /** Removes what retention no longer keeps, in all logs; also runs by itself. */
  applyRetention(): Promise<void>;
  /** Compacts until no log with `cleanup.policy=compact` is dirty enough; also runs by itself. */
  compact(): Promise<void>;
  /** The cleaner's metrics: dirty ratios, progress, totals. Looks at all compacted logs at each call. */
  cleanerStatus(): CleanerStatus;
  /** Bounds the next recovery: flushes indexes and producer state, writes recovery points; also runs by itself. */
  checkpoint(): Promise<void>;
  /** Writes what waits, checkpoints, leaves the clean-shutdown mark and unlocks the folder. May be called again. */
  close(): Promise<void>;
}
