import { dirname, join } from 'node:path';
import { randomUuid, uuidToBase64 } from '../protocol/index.ts';
import { defaultCleanerSettings } from './cleaner/index.ts';
import { systemClock } from './clock.ts';
import { DiskStorage } from './disk-storage.ts';
import { type FileSystem, FolderLockedError } from './file-system/file-system.ts';
import { nodeFileSystem } from './file-system/node-file-system.ts';
import { metaPropertiesFile } from './files/log-file-names.ts';
import { type MetaProperties, readMetaProperties, writeMetaProperties } from './files/meta-properties.ts';
import { OpenFiles } from './files/open-files.ts';
import { openFilesLimit } from './files/open-files-limit.ts';
import { IndexCache } from './index-cache.ts';
import { defaultLogConfig } from './log-config.ts';
import type { LogStorage, LogStorageOptions } from './log-storage.ts';
import { BufferPool } from './buffer-pool.ts';
import { ReadAhead } from './read-ahead.ts';
import { StorageError } from './storage-error.ts';
import { TailCache } from './tail-cache.ts';
import { endOfTurn } from './end-of-turn.ts';

const indexCacheBytes = 32 * 1024 * 1024;
const idleReadBufferBytes = 16 * 1024 * 1024;
/** Of reads that nobody has asked for yet. */
const readAheadBytes = 16 * 1024 * 1024;

/**
 * Opens a log folder: takes its lock, recovers every log, removes what deletions left behind.
 * @throws StorageError with one clear line.
 */
export async function openLogStorage(options: LogStorageOptions): Promise<LogStorage> {
  const { directory, fileSystem = nodeFileSystem } = options;
  let unlock: (() => void) | undefined;
  try {
    fileSystem.makeDirectory(directory);
    unlock = fileSystem.lock(directory);
    // The folder's own name must last too; a parent that may not be opened was there before.
    await fileSystem.syncDirectory(dirname(directory)).catch(() => undefined);
    const storage = await createStorage(options, fileSystem, unlock);
    await storage.load();
    return storage;
  } catch (error) {
    unlock?.();
    throw explain(error, directory);
  }
}

async function createStorage(
  options: LogStorageOptions,
  fileSystem: FileSystem,
  unlock: () => void,
): Promise<DiskStorage> {
  const flush = options.flush ?? 'fsync';
  const mode = flush === 'fsync' ? 'write-through' : 'write';
  return new DiskStorage({
    directory: options.directory,
    context: {
      fileSystem,
      clock: options.clock ?? systemClock,
      random: options.random ?? Math.random,
      flush,
      files: new OpenFiles(fileSystem, mode, options.maxOpenFiles ?? openFilesLimit()),
      tailCache: new TailCache(options.tailCacheBytes ?? 16 * 1024 * 1024),
      indexCache: new IndexCache(indexCacheBytes),
      readAhead: new ReadAhead(readAheadBytes),
      readBuffers: new BufferPool(idleReadBufferBytes),
      pending: { bytes: 0 },
      checkpointBytes: options.checkpointBytes ?? 1024 * 1024,
      report: options.onEvent ?? (() => undefined),
      atEndOfTurn: endOfTurn(),
    },
    meta: await loadMeta(options, fileSystem),
    config: options.config ?? defaultLogConfig,
    retentionCheckIntervalMs: options.retentionCheckIntervalMs ?? 300_000,
    checkpointIntervalMs: options.checkpointIntervalMs ?? 60_000,
    producerIdExpirationMs: options.producerIdExpirationMs ?? 86_400_000,
    cleaner: options.cleaner ?? (() => defaultCleanerSettings),
    unlock,
  });
}

async function loadMeta(options: LogStorageOptions, fileSystem: FileSystem): Promise<MetaProperties> {
  const path = join(options.directory, metaPropertiesFile);
  const found = readMetaProperties(fileSystem, path);
  if (found && options.clusterId !== undefined && options.clusterId !== found.clusterId) {
    const message = `${path} belongs to cluster ${found.clusterId}, not ${options.clusterId}: use another data folder or cluster id`;
    throw new StorageError('DIRECTORY_FOREIGN', message);
  }
  if (found && options.nodeId !== undefined && options.nodeId !== found.nodeId) {
    const message = `${path} belongs to node ${found.nodeId}, not ${options.nodeId}: use another data folder or node id`;
    throw new StorageError('DIRECTORY_FOREIGN', message);
  }
  if (found) return found;
  const created = {
    clusterId: options.clusterId ?? uuidToBase64(randomUuid()),
    nodeId: options.nodeId ?? 1,
    directoryId: uuidToBase64(randomUuid()),
  };
  await writeMetaProperties(fileSystem, path, created);
  return created;
}

function explain(error: unknown, directory: string): unknown {
  if (error instanceof StorageError) return error;
  if (error instanceof FolderLockedError) {
    const message = `${directory} is in use by process ${error.holderPid}: stop that broker, or use another data folder`;
    return new StorageError('DIRECTORY_LOCKED', message, error);
  }
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  const reason = error instanceof Error ? error.message : String(error);
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new StorageError(
      'DISK_FULL',
      `The disk of ${directory} is full (${reason}): make room, then start again`,
      error,
    );
  }
  if (code !== undefined) {
    return new StorageError('DIRECTORY_UNUSABLE', `${directory} cannot be used as data folder: ${reason}`, error);
  }
  return error;
}
