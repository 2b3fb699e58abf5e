/**
 * One partition's log: offsets, segments, producers, and what of them is durable.
 *
 * Offsets:  logStartOffset <= lastStableOffset <= highWatermark <= logEndOffset
 *           [deleted)        [durable, visible) [waits in the commit queue)
 *
 * Concurrency: one thread; `append` runs to its end at once, so that offsets follow the order of calls. Invariant: offsets between
 * high watermark and end are exactly those of the queue's groups, in order; when a group fails, the log, its segments, its
 * producers and its epochs go back to what they were before that group.
 */
import {
  decodeTransactionMarker,
  ErrorCode,
  KafkaError,
  type BatchHeader,
  type Chunks,
  type TransactionMarker,
} from '../protocol/index.ts';
import { findAborted } from './aborted-transactions.ts';
import { checkBatch, storedBatch } from './append-check.ts';
import { BatchPlacer } from './batch-placement.ts';
import { type CommitGroup, CommitQueue } from './commit-queue.ts';
import type { LeaderEpochs } from './files/leader-epochs.ts';
import { LogCheckpointer } from './log-checkpointer.ts';
import type { LogConfig } from './log-config.ts';
import type { LogContext } from './log-context.ts';
import type { CleanableLog, LastBatch } from './cleaner/index.ts';
import { LogMaintenance } from './log-maintenance.ts';
import { type DurableEnd, LogReader } from './log-reader.ts';
import { LogSegment } from './log-segment.ts';
import { LogSnapshots } from './log-snapshots.ts';
import type {
  AbortedTransaction,
  ActiveProducer,
  AppendOptions,
  AppendResult,
  LogRead,
  PartitionLog,
  ReadOptions,
  TimestampOffset,
} from './partition-log.ts';
import type { ProducerEntry, ProducerState } from './producer-state.ts';
import { SegmentList } from './segment-list.ts';
import { findByTimestamp, findMaxTimestamp } from './timestamp-lookup.ts';

/** What was found in a log's folder, or a new log. */
export interface LogState {
  readonly topic: string;
  readonly partition: number;
  readonly topicId: string;
  readonly directory: string;
  readonly config: LogConfig;
  readonly segments: readonly LogSegment[];
  readonly logStartOffset: number;
  readonly logEndOffset: number;
  readonly recoveryPoint: number;
  readonly epochs: LeaderEpochs;
  readonly producers: ProducerState;
  /** Offsets of the producer snapshots in the folder. */
  readonly snapshotOffsets: readonly number[];
}

type Listener = (highWatermark: number) => void;

export class DiskLog implements PartitionLog, CleanableLog {
  readonly topic: string;
  readonly partition: number;
  readonly topicId: string;
  readonly directory: string;
  readonly checkpointer: LogCheckpointer;
  readonly snapshots: LogSnapshots;
  #config: LogConfig;
  #logStartOffset: number;
  /** Up to where the log's start is known to outlast a crash. */
  #savedLogStart: number;
  #logEndOffset: number;
  /** End of the durable part: the segment that holds it, and the position there. */
  #durable: DurableEnd;
  /** Why the log takes no more calls. */
  #ended: KafkaError | undefined;
  #deleted = false;
  /** Bytes that became durable in this process, and how many of them when the last checkpoint was written. */
  #durableBytes = 0;
  #checkpointedBytes = 0;
  readonly #context: LogContext;
  readonly #segments: SegmentList;
  readonly #epochs: LeaderEpochs;
  readonly #producers: ProducerState;
  readonly #undo: {
    readonly offset: number;
    readonly producerId: number;
    readonly entry: ProducerEntry | undefined;
  }[] = [];
  readonly #queue: CommitQueue;
  readonly #placer = new BatchPlacer();
  readonly #reader: LogReader;
  readonly #maintenance: LogMaintenance;
  readonly #listeners = new Set<Listener>();

  constructor(context: LogContext, state: LogState) {
    this.#context = context;
    this.topic = state.topic;
    this.partition = state.partition;
    this.topicId = state.topicId;
    this.directory = state.directory;
    this.#config = state.config;
    this.#logStartOffset = state.logStartOffset;
    this.#savedLogStart = state.logStartOffset;
    this.#logEndOffset = state.logEndOffset;
    this.#segments = new SegmentList(state.segments);
    const { active } = this.#segments;
    this.#durable = { segment: active, endPosition: active.sizeBytes, highWatermark: state.logEndOffset };
    this.#epochs = state.epochs;
    this.#producers = state.producers;
    this.#reader = new LogReader(context, this.#segments, () => this.#durable);
    this.snapshots = new LogSnapshots(context, state.directory);
    this.checkpointer = new LogCheckpointer({
      context,
      directory: state.directory,
      segments: this.#segments,
      epochs: state.epochs,
      recoveryPoint: state.recoveryPoint,
      snapshotOffsets: state.snapshotOffsets,
    });
    this.#queue = new CommitQueue({
      context,
      directory: state.directory,
      epochs: state.epochs,
      onDurable: (group) => this.#onDurable(group),
      onFailed: (groups, error) => this.#onFailed(groups, error),
      onNewSegment: (segment) => this.checkpointer.completeBefore(segment),
    });
    this.#maintenance = new LogMaintenance(context, {
      directory: this.directory,
      segments: this.#segments,
      epochs: this.#epochs,
      checkpointer: this.checkpointer,
      reader: this.#reader,
      config: () => this.#config,
      isEnded: () => this.isEnded,
      isIdle: () => this.#queue.isEmpty,
      logStartOffset: () => this.#logStartOffset,
      moveLogStart: (offset) => (this.#logStartOffset = offset),
      logEndOffset: () => this.#logEndOffset,
      durable: () => this.#durable,
      moveDurable: (end) => (this.#durable = end),
      roll: () => this.#roll(),
    });
  }

  get config(): LogConfig {
    return this.#config;
  }

  get logStartOffset(): number {
    return this.#logStartOffset;
  }

  get logEndOffset(): number {
    return this.#logEndOffset;
  }

  get highWatermark(): number {
    return this.#durable.highWatermark;
  }

  get lastStableOffset(): number {
    const { highWatermark } = this.#durable;
    const unstable = this.#producers.transactions.firstUnstableOffset();
    if (unstable === undefined || unstable >= highWatermark) return highWatermark;
    return Math.max(unstable, this.#logStartOffset);
  }

  get sizeBytes(): number {
    return this.#segments.sizeBytes;
  }

  get leaderEpoch(): number {
    return Math.max(0, this.#epochs.latest);
  }

  /** First offset of the first segment: where the log would start without its checkpoint. */
  get firstSegmentOffset(): number {
    return this.#segments.first.baseOffset;
  }

  get segments(): SegmentList {
    return this.#segments;
  }

  get isEnded(): boolean {
    return this.#ended !== undefined;
  }

  get #name(): string {
    return `${this.topic}-${this.partition}`;
  }

  append(records: Chunks, options: AppendOptions): AppendResult {
    this.#assertPresent();
    const nowMs = this.#context.clock.now();
    const check = { origin: options.origin, config: this.#config, nowMs, where: this.#name };
    const header = checkBatch(records, check);
    let marker: TransactionMarker | undefined;
    if (header.hasProducerId) {
      marker = header.isControl ? decodeTransactionMarker({ header, chunks: records }) : undefined;
      const isClient = options.origin === 'client';
      const known = isClient ? this.#producers.findDuplicate(header) : undefined;
      if (known) return this.#duplicate(known.lastOffset - known.offsetDelta, known.lastOffset, known.timestampMs);
      this.#producers.check(header, this.#name, isClient, marker);
    }
    const logAppendTimeMs = this.#config.messageTimestampType === 'LogAppendTime' ? nowMs : undefined;
    const leaderEpoch = Math.max(options.leaderEpoch ?? 0, this.leaderEpoch);
    const stored = storedBatch(records, header, check);
    return this.#take(stored.records, stored.header, { leaderEpoch, logAppendTimeMs, nowMs, marker });
  }

  read(offset: number, maxBytes: number, options?: ReadOptions): LogRead | Promise<LogRead> {
    this.#assertPresent();
    if (offset < this.#logStartOffset || offset > this.highWatermark) {
      throw new KafkaError(
        ErrorCode.OFFSET_OUT_OF_RANGE,
        `Offset ${offset} of ${this.#name} is outside ${this.#logStartOffset} to ${this.highWatermark}`,
      );
    }
    const end =
      options?.committedOnly === true ? this.#reader.endAt(this.lastStableOffset, this.#durable) : this.#durable;
    if (offset > end.highWatermark) return { records: [], sizeBytes: 0, nextOffset: offset };
    const { minOneMessage = true, committedOnly = false } = options ?? {};
    const read = this.#reader.read({ offset, maxBytes, minOneMessage, committedOnly }, end);
    return read instanceof Promise ? this.#guardStorage(() => read) : read;
  }

  abortedTransactions(from: number, to: number): AbortedTransaction[] {
    this.#assertPresent();
    return findAborted(this.#segments, from, to);
  }

  offsetForTimestamp(timestampMs: number): Promise<TimestampOffset | undefined> {
    return this.#lookUp(() =>
      findByTimestamp(this.#context, this.#reader.readable(this.#durable), timestampMs, this.#logStartOffset),
    );
  }

  maxTimestamp(): Promise<TimestampOffset | undefined> {
    return this.#lookUp(() =>
      findMaxTimestamp(this.#context, this.#reader.readable(this.#durable), this.#logStartOffset),
    );
  }

  endOffsetForEpoch(leaderEpoch: number): { readonly leaderEpoch: number; readonly endOffset: number } {
    return this.#epochs.endOffsetFor(leaderEpoch, this.highWatermark);
  }

  async deleteRecordsBefore(offset: number): Promise<number> {
    this.#assertPresent();
    const start = offset === -1 ? this.highWatermark : offset;
    if (start < 0 || start > this.highWatermark) {
      throw new KafkaError(
        ErrorCode.OFFSET_OUT_OF_RANGE,
        `Cannot delete the records of ${this.#name} before ${offset}: its high watermark is ${this.highWatermark}`,
      );
    }
    this.#logStartOffset = Math.max(this.#logStartOffset, start);
    // Also when an earlier request moved it and could not make that last.
    if (start > this.#savedLogStart) {
      await this.#guardStorage(() => this.#context.saveLogStarts());
      this.#savedLogStart = Math.max(this.#savedLogStart, start);
      await this.applyRetention();
    }
    return this.#logStartOffset;
  }

  onHighWatermark(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  updateConfig(config: LogConfig): void {
    this.#config = config;
  }

  hasOpenTransaction(producerId: number, producerEpoch: number): boolean {
    const entry = this.#producers.get(producerId);
    return entry?.producerEpoch === producerEpoch && entry.transactionStartOffset >= 0;
  }

  activeProducers(): ActiveProducer[] {
    return this.#producers.copyEntries().map((entry) => ({
      producerId: entry.producerId,
      producerEpoch: entry.producerEpoch,
      lastSequence: entry.batches.at(-1)?.lastSequence ?? -1,
      lastTimestampMs: entry.lastTimestampMs,
      coordinatorEpoch: entry.coordinatorEpoch,
      currentTransactionStartOffset: entry.transactionStartOffset,
    }));
  }

  /** Removes the segments that retention no longer keeps. */
  applyRetention(): Promise<void> {
    return this.#guardStorage(() => this.#maintenance.retain());
  }

  /** Puts a cleaned segment in the place of others, see {@link LogMaintenance}. */
  replaceSegments(sources: readonly LogSegment[], segment: LogSegment): Promise<boolean> {
    return this.#maintenance.replace(sources, segment);
  }

  /** The producer's epoch, and the offset of its last batch of records; undefined when it is not known. */
  lastBatchOf(producerId: number): LastBatch | undefined {
    const entry = this.#producers.get(producerId);
    return entry && { producerEpoch: entry.producerEpoch, lastOffset: entry.batches.at(-1)?.lastOffset };
  }

  /** Takes no more calls; resolves when no append waits. */
  close(): Promise<void> {
    this.#ended ??= new KafkaError(
      ErrorCode.KAFKA_STORAGE_ERROR,
      `${this.#name} is closed: the broker is shutting down`,
    );
    return this.#queue.drain();
  }

  expireProducers(olderThanMs: number): void {
    this.#producers.expire(olderThanMs);
  }

  /** Writes what waits, and bounds the recovery: see {@link LogCheckpointer}. */
  async checkpoint(options: { readonly closing: boolean }): Promise<void> {
    if (this.#deleted) return;
    const { active } = this.#segments;
    if (options.closing) active.sealTimeIndex();
    const offset = this.#logEndOffset;
    const isComplete = offset === this.checkpointer.recoveryPoint && !(active.onDisk && active.hasUnwrittenIndexes);
    const grownBytes = this.#durableBytes - this.#checkpointedBytes;
    if (isComplete || (!options.closing && grownBytes < this.#context.checkpointBytes)) return;
    const producers = this.#producers.copyEntries();
    try {
      await this.#queue.groupOf(offset - 1)?.durable;
    } catch {
      return;
    }
    if (this.#isDeleted()) return;
    this.#checkpointedBytes = this.#durableBytes;
    await this.checkpointer.write(offset, producers);
  }

  /** Takes no more appends and reads; waiting appends fail, readers are woken. */
  async remove(): Promise<void> {
    const gone = new KafkaError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, `${this.#name} was deleted`);
    this.#ended = gone;
    this.#deleted = true;
    await this.#queue.abandon(gone);
    this.#reader.clear();
    for (const segment of this.#segments.all()) {
      this.#context.files.forget(segment.logPath);
      this.#context.indexCache.remove(segment);
    }
    this.#notify();
  }

  #take(
    records: Chunks,
    header: BatchHeader,
    given: {
      readonly leaderEpoch: number;
      readonly logAppendTimeMs: number | undefined;
      readonly nowMs: number;
      readonly marker: TransactionMarker | undefined;
    },
  ): AppendResult {
    const { leaderEpoch, logAppendTimeMs, nowMs, marker } = given;
    const sizeBytes = header.sizeBytes;
    const baseOffset = this.#logEndOffset;
    const lastOffset = baseOffset + header.lastOffsetDelta;
    const maxTimestampMs = logAppendTimeMs ?? header.maxTimestamp;
    if (this.#segments.active.shouldRoll(sizeBytes, lastOffset, maxTimestampMs, this.#config)) this.#roll();
    const chunks = this.#placer.place(records, sizeBytes, {
      baseOffset,
      leaderEpoch,
      ...(logAppendTimeMs !== undefined && { logAppendTimeMs }),
    });
    const segment = this.#segments.active;
    const group = this.#queue.openGroup(segment, baseOffset);
    if (header.hasProducerId) {
      this.#undo.push({
        offset: baseOffset,
        producerId: header.producerId,
        entry: this.#producers.get(header.producerId),
      });
      const ended = this.#producers.add(header, baseOffset, nowMs, marker);
      if (ended?.committed === false) segment.addAborted(ended);
    }
    this.#epochs.assign(leaderEpoch, baseOffset);
    segment.append(lastOffset, maxTimestampMs, sizeBytes, this.#config.indexIntervalBytes);
    group.add(chunks, sizeBytes, lastOffset + 1);
    this.#reader.appended({ baseOffset, lastOffset, sizeBytes, chunks }, this.#listeners.size > 0);
    this.#context.pending.bytes += sizeBytes;
    this.#logEndOffset = lastOffset + 1;
    return {
      baseOffset,
      lastOffset,
      logAppendTimeMs: logAppendTimeMs ?? -1,
      logStartOffset: this.#logStartOffset,
      duplicate: false,
      durable: group.durable,
    };
  }

  #duplicate(baseOffset: number, lastOffset: number, timestampMs: number): AppendResult {
    const logAppendTimeMs = this.#config.messageTimestampType === 'LogAppendTime' ? timestampMs : -1;
    // The first copy may still be on its way to the disk.
    const durable = this.#queue.groupOf(lastOffset)?.durable ?? Promise.resolve();
    const logStartOffset = this.#logStartOffset;
    return { baseOffset, lastOffset, logAppendTimeMs, logStartOffset, duplicate: true, durable };
  }

  #roll(): LogSegment {
    const segment = new LogSegment(this.#context, this.directory, this.#logEndOffset);
    this.checkpointer.rolled(segment.baseOffset, this.#producers.copyEntries());
    this.#segments.push(segment);
    return segment;
  }

  #onDurable(group: CommitGroup): void {
    this.#durable = { segment: group.segment, endPosition: group.endPosition, highWatermark: group.endOffset };
    this.#context.pending.bytes -= group.sizeBytes;
    this.#durableBytes += group.sizeBytes;
    const still = this.#undo.findIndex((undo) => undo.offset >= group.endOffset);
    this.#undo.splice(0, still === -1 ? this.#undo.length : still);
    this.#producers.transactions.settle(group.endOffset);
    group.resolve();
    this.#notify();
  }

  #onFailed(groups: readonly CommitGroup[], error: unknown): void {
    const first = groups[0]!;
    const end = first.startOffset;
    for (const undo of this.#undo.splice(0).reverse()) this.#producers.restore(undo.producerId, undo.entry);
    this.#producers.transactions.truncateTo(end);
    this.#segments.cutAfter(first.segment);
    first.segment.restore(first.segmentBefore, end);
    this.#epochs.truncateFromEnd(end);
    this.#reader.truncateTo(end);
    this.checkpointer.truncateTo(end);
    this.#logEndOffset = end;
    const failure =
      this.#deleted && this.#ended ? this.#ended : this.#storageError(`Writing to ${this.#name} failed`, error);
    if (!this.#deleted) this.#context.report({ level: 'error', message: failure.message, error });
    for (const group of groups) {
      this.#context.pending.bytes -= group.sizeBytes;
      group.reject(failure);
    }
  }

  async #lookUp(find: () => TimestampOffset | undefined): Promise<TimestampOffset | undefined> {
    this.#assertPresent();
    return this.#guardStorage(async () => Promise.resolve(find()));
  }

  async #guardStorage<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof KafkaError) throw error;
      throw this.#ended ?? this.#storageError(`Using the files of ${this.#name} failed`, error);
    }
  }

  #storageError(what: string, cause: unknown): KafkaError {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const hint =
      (cause as NodeJS.ErrnoException | undefined)?.code === 'ENOSPC'
        ? '; make room on the disk of the data folder'
        : '';
    return new KafkaError(ErrorCode.KAFKA_STORAGE_ERROR, `${what}: ${reason}${hint}`, { cause });
  }

  #assertPresent(): void {
    if (this.#ended) throw this.#ended;
  }

  #isDeleted(): boolean {
    return this.#deleted;
  }

  #notify(): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(this.highWatermark);
      } catch (error) {
        this.#context.report({ level: 'error', message: `A listener of ${this.#name} failed`, error });
      }
    }
  }
}
