import type { Clock } from './clock.ts';
import type { FileSystem } from './file-system/file-system.ts';
import type { OpenFiles } from './files/open-files.ts';
import type { IndexCache } from './index-cache.ts';
import type { BufferPool } from './buffer-pool.ts';
import type { ReadAhead } from './read-ahead.ts';
import type { StorageEvent } from './storage-event.ts';
import type { TailCache } from './tail-cache.ts';

/** What all logs of a folder share. */
export interface LogContext {
  readonly fileSystem: FileSystem;
  readonly clock: Clock;
  /** From 0 (inclusive) to 1 (exclusive). */
  readonly random: () => number;
  readonly flush: 'fsync' | 'os';
  readonly files: OpenFiles;
  readonly tailCache: TailCache;
  readonly readBuffers: BufferPool;
  readonly readAhead: ReadAhead;
  readonly indexCache: IndexCache;
  /** A log's checkpoint is written when it has grown by so much. */
  readonly checkpointBytes: number;
  /** Bytes appended that are not durable yet. */
  readonly pending: { bytes: number };
  readonly report: (event: StorageEvent) => void;
  /** Has `commit` called at the end of this turn of the event loop, together with those of other logs. */
  readonly atEndOfTurn: (commit: () => void) => void;
  /** Makes all logs' start offsets durable. */
  readonly saveLogStarts: () => Promise<void>;
}
