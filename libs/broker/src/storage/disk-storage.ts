/**
 * All partitions' logs of one folder.
 *
 * The folder, in Kafka's layout:
 *
 *     .lock                               held by this process
 *     .kafka_cleanshutdown                there while nobody has the folder open and the last who had closed it in order
 *     meta.properties                     cluster and node
 *     recovery-point-offset-checkpoint    up to where each log was durable with its side files
 *     log-start-offset-checkpoint         start offsets that lie within a segment
 *     cleaner-offset-checkpoint           up to where each compacted log is clean
 *     orders-0/                           one folder for each partition
 *     orders-1.<id>-delete/               a deleted partition, until its files are removed
 *
 * Order at deletion: the folder is renamed and the checkpoints are written without the log before the deletion is acknowledged, so
 * that a later log of the same name does not inherit its offsets.
 */
import { join } from 'node:path';
import { ErrorCode, KafkaError, randomUuid, ZERO_UUID } from '../protocol/index.ts';
import { type CleanerSettings, type CleanerStatus, LogCleaner } from './cleaner/index.ts';
import { DiskLog } from './disk-log.ts';
import {
  cleanerCheckpointFile,
  cleanShutdownFile,
  deletedFolder,
  isDeletedFolder,
  logStartFile,
  parsePartitionFolder,
  partitionFolder,
  recoveryPointFile,
} from './files/log-file-names.ts';
import { writeFileAtomically } from './files/atomic-file.ts';
import { LeaderEpochs } from './files/leader-epochs.ts';
import type { MetaProperties } from './files/meta-properties.ts';
import { OffsetCheckpoint } from './files/offset-checkpoint.ts';
import { readTopicId, writeTopicId } from './files/partition-metadata.ts';
import type { LogConfig } from './log-config.ts';
import type { LogContext } from './log-context.ts';
import { loadLog } from './log-loader.ts';
import { LogSegment } from './log-segment.ts';
import type { LogStorage } from './log-storage.ts';
import { LogTable } from './log-table.ts';
import type { PartitionLog } from './partition-log.ts';
import { PeriodicTask } from './periodic-task.ts';
import { ProducerState } from './producer-state.ts';

/** As many as keep the thread pool busy. */
const concurrentCheckpoints = 8;

export interface DiskStorageOptions {
  readonly directory: string;
  /** `saveLogStarts` is the storage's own. */
  readonly context: Omit<LogContext, 'saveLogStarts'>;
  readonly meta: MetaProperties;
  readonly config: LogConfig;
  readonly retentionCheckIntervalMs: number;
  readonly checkpointIntervalMs: number;
  readonly producerIdExpirationMs: number;
  readonly cleaner: () => CleanerSettings;
  readonly unlock: () => void;
}

export class DiskStorage implements LogStorage {
  readonly directory: string;
  readonly #options: DiskStorageOptions;
  readonly #context: LogContext;
  readonly #logs = new LogTable();
  readonly #recoveryPoints: OffsetCheckpoint;
  readonly #logStarts: OffsetCheckpoint;
  readonly #cleanedOffsets: OffsetCheckpoint;
  readonly #cleaner: LogCleaner;
  readonly #tasks: PeriodicTask[];
  #recoveredFromCrash = false;
  readonly #removals = new Set<Promise<void>>();
  #closing: Promise<void> | undefined;
  #lastSync: Promise<void> = Promise.resolve();
  #nextSync: Promise<void> | undefined;

  constructor(options: DiskStorageOptions) {
    this.directory = options.directory;
    this.#options = options;
    const { context } = options;
    this.#recoveryPoints = new OffsetCheckpoint(context.fileSystem, this.#path(recoveryPointFile), () =>
      this.#logs.all().map((log) => ({ ...place(log), offset: log.checkpointer.recoveryPoint })),
    );
    this.#logStarts = new OffsetCheckpoint(context.fileSystem, this.#path(logStartFile), () =>
      this.#logs
        .all()
        .filter((log) => log.logStartOffset > log.firstSegmentOffset)
        .map((log) => ({ ...place(log), offset: log.logStartOffset })),
    );
    this.#context = { ...context, saveLogStarts: () => this.#logStarts.write() };
    this.#cleanedOffsets = new OffsetCheckpoint(context.fileSystem, this.#path(cleanerCheckpointFile), () =>
      this.#logs
        .all()
        .map((log) => ({ ...place(log), offset: this.#cleaner.cleanedOffset(log) ?? -1 }))
        .filter(({ offset }) => offset >= 0),
    );
    this.#cleaner = new LogCleaner({
      settings: options.cleaner,
      context: this.#context,
      logs: () => this.#logs.all(),
      checkpoint: this.#cleanedOffsets,
    });
    const onError = (error: unknown) => {
      context.report({ level: 'error', message: `A periodic task on ${this.directory} failed`, error });
    };
    this.#tasks = [
      new PeriodicTask(context.clock, options.retentionCheckIntervalMs, () => this.applyRetention(), onError),
      new PeriodicTask(context.clock, options.checkpointIntervalMs, () => this.checkpoint(), onError),
    ];
  }

  get nodeId(): number {
    return this.#options.meta.nodeId;
  }

  get clusterId(): string {
    return this.#options.meta.clusterId;
  }

  get flush(): 'fsync' | 'os' {
    return this.#context.flush;
  }

  get pendingBytes(): number {
    return this.#context.pending.bytes;
  }

  get recoveredFromCrash(): boolean {
    return this.#recoveredFromCrash;
  }

  /** Loads what the folder holds. Called once, before anything else. */
  async load(): Promise<void> {
    const { fileSystem } = this.#context;
    const entries = fileSystem.list(this.directory);
    const clean = entries.some((entry) => entry.name === cleanShutdownFile);
    const recoveryPoints = this.#recoveryPoints.read();
    const logStarts = this.#logStarts.read();
    const cleanedOffsets = this.#cleanedOffsets.read();
    for (const { name, isDirectory } of entries) {
      if (!isDirectory) continue;
      const parsed = parsePartitionFolder(name);
      if (isDeletedFolder(name)) await fileSystem.removeDirectory(this.#path(name));
      if (!parsed) continue;
      const directory = this.#path(name);
      const topicId = readTopicId(fileSystem, directory) ?? ZERO_UUID;
      const offsets = { recoveryPoint: recoveryPoints.get(name), logStartOffset: logStarts.get(name) };
      const state = await loadLog(this.#context, {
        ...parsed,
        ...offsets,
        topicId,
        directory,
        config: this.#options.config,
        clean,
      });
      const log = new DiskLog(this.#context, state);
      this.#cleaner.loaded(log, cleanedOffsets.get(name));
      this.#logs.add(log);
    }
    this.#recoveredFromCrash = !clean && this.#logs.size > 0;
    await fileSystem.remove(this.#path(cleanShutdownFile));
    await fileSystem.syncDirectory(this.directory);
    for (const task of this.#tasks) task.start();
    this.#cleaner.start();
  }

  get(topic: string, partition: number): PartitionLog | undefined {
    return this.#logs.get(topic, partition);
  }

  all(): PartitionLog[] {
    return this.#logs.all();
  }

  async create(
    topic: string,
    partition: number,
    options: { readonly topicId: string; readonly config: LogConfig },
  ): Promise<PartitionLog> {
    const name = partitionFolder(topic, partition);
    if (this.#logs.get(topic, partition))
      throw new KafkaError(ErrorCode.TOPIC_ALREADY_EXISTS, `There is a log ${name} already`);
    this.#assertOpen(name);
    const directory = this.#path(name);
    const { fileSystem } = this.#context;
    const log = new DiskLog(this.#context, {
      ...{ topic, partition, directory, ...options },
      segments: [new LogSegment(this.#context, directory, 0)],
      ...{ logStartOffset: 0, logEndOffset: 0, recoveryPoint: 0, snapshotOffsets: [] },
      epochs: new LeaderEpochs(fileSystem, directory),
      producers: new ProducerState(),
    });
    this.#logs.add(log);
    try {
      fileSystem.makeDirectory(directory);
      await writeTopicId(fileSystem, directory, options.topicId);
      await this.#syncFolder();
    } catch (error) {
      this.#logs.remove(log);
      await log.remove();
      await fileSystem.removeDirectory(directory).catch(() => undefined);
      throw this.#storageError(`Creating the log ${name} failed`, error);
    }
    return log;
  }

  async delete(topic: string, partition: number): Promise<void> {
    const name = partitionFolder(topic, partition);
    const log = this.#logs.get(topic, partition);
    if (!log) return;
    this.#assertOpen(name);
    const { fileSystem } = this.#context;
    const aside = this.#path(deletedFolder(name, randomUuid()));
    this.#logs.remove(log);
    await log.remove();
    await this.#cleaner.abandon(log);
    try {
      fileSystem.rename(this.#path(name), aside);
      await this.#syncFolder();
      const isCompacted = this.#cleaner.cleanedOffset(log) !== undefined;
      await Promise.all([
        this.#recoveryPoints.write(),
        this.#logStarts.write(),
        isCompacted && this.#cleanedOffsets.write(),
      ]);
    } catch (error) {
      throw this.#storageError(`Deleting the log ${name} failed`, error);
    }
    // What cannot be removed now is removed at the next start.
    const removal = fileSystem.removeDirectory(aside).catch((error: unknown) => {
      this.#context.report({
        level: 'warn',
        message: `Cannot remove ${aside}; it is removed at the next start`,
        error,
      });
    });
    this.#removals.add(removal);
    void removal.then(() => this.#removals.delete(removal));
  }

  async applyRetention(): Promise<void> {
    const { clock, report } = this.#context;
    const oldestMs = clock.now() - this.#options.producerIdExpirationMs;
    for (const log of this.#logs.all()) {
      log.expireProducers(oldestMs);
      await log.applyRetention().catch((error: unknown) => {
        report({
          level: 'warn',
          message: `Retention of ${log.topic}-${log.partition} failed; it is tried again later`,
          error,
        });
      });
    }
  }

  compact(): Promise<void> {
    return this.#cleaner.cleanAll();
  }

  cleanerStatus(): CleanerStatus {
    return this.#cleaner.status();
  }

  checkpoint(): Promise<void> {
    return this.#checkpoint({ closing: false });
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    for (const task of this.#tasks) await task.stop();
    await this.#cleaner.stop();
    const { fileSystem } = this.#context;
    try {
      for (const log of this.#logs.all()) await log.close();
      await this.#checkpoint({ closing: true });
      await Promise.all(this.#removals);
      const complete = this.#logs.all().every((log) => log.checkpointer.recoveryPoint === log.logEndOffset);
      const mark = Buffer.from('{"version":0,"brokerEpoch":-1}');
      if (complete) await writeFileAtomically(fileSystem, this.#path(cleanShutdownFile), mark);
    } finally {
      this.#context.files.forgetAll();
      this.#options.unlock();
    }
  }

  async #checkpoint(how: { readonly closing: boolean }): Promise<void> {
    const logs = this.#logs.all();
    const work = async () => {
      for (let log = logs.pop(); log; log = logs.pop()) await log.checkpoint(how);
    };
    await Promise.all(Array.from({ length: concurrentCheckpoints }, work));
    await Promise.all([this.#recoveryPoints.write(), this.#logStarts.write()]);
  }

  /** Makes the names in the folder durable; calls that come while one sync runs share the next. */
  #syncFolder(): Promise<void> {
    const sync = () => {
      this.#nextSync = undefined;
      return (this.#lastSync = this.#context.fileSystem.syncDirectory(this.directory));
    };
    return (this.#nextSync ??= this.#lastSync.then(sync, sync));
  }

  #path(name: string): string {
    return join(this.#options.directory, name);
  }

  #assertOpen(name: string): void {
    if (this.#closing) throw new KafkaError(ErrorCode.KAFKA_STORAGE_ERROR, `The storage of ${name} is closed`);
  }

  #storageError(what: string, cause: unknown): KafkaError {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return new KafkaError(ErrorCode.KAFKA_STORAGE_ERROR, `${what}: ${reason}`, { cause });
  }
}

function place(log: DiskLog): { readonly topic: string; readonly partition: number } {
  return { topic: log.topic, partition: log.partition };
}
