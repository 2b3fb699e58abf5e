/**
 * The door of the storage room: partition logs on disk in Kafka's format.
 * Rooms above import from here only.
 */
export {
  type CleanerSettings,
  defaultCleanerSettings,
  type CleanerStatus,
  type CleanerTotals,
  type CompactedLogStatus,
} from './cleaner/index.ts';
export { BufferPool } from './buffer-pool.ts';
export { type Clock, type Timer, systemClock } from './clock.ts';
export { type FileSystem } from './file-system/file-system.ts';
export { MemoryFileSystem } from './file-system/memory-file-system.ts';
export { isLent, lend, release, retain } from './lent-memory.ts';
export { type CompressionType, type LogConfig, defaultLogConfig } from './log-config.ts';
export { type LogSnapshot } from './log-snapshots.ts';
export { type LogStorage, type LogStorageOptions } from './log-storage.ts';
export { openLogStorage } from './open-log-storage.ts';
export {
  type AbortedTransaction,
  type ActiveProducer,
  type AppendOptions,
  type AppendResult,
  type LogRead,
  type PartitionLog,
  type ReadOptions,
  type TimestampOffset,
} from './partition-log.ts';
export { StorageError, type StorageErrorCode } from './storage-error.ts';
export { type StorageEvent } from './storage-event.ts';
