/**
 * A segment: a run of a log's batches in one `.log` file, with its sparse `.index` and `.timeindex`. The name of the files is the
 * offset that the segment begins at; its records' offsets are at or above it, by less than 2^31.
 *
 * The segment is bookkeeping: it says where batches go and where they are found; bytes are written by the commit queue and read by
 * the log. `sizeBytes` runs ahead of the file by what waits to be written.
 *
 * A segment that compaction makes has files of its own, named by their stage: `.cleaned` while they are written, `.swap` from when
 * they count (see the cleaner room), then the plain names.
 *
 * Indexes of a segment that is written are in memory; those of the others are loaded at need and let go by the index cache. A
 * missing or damaged index is made anew from the log.
 */
import { join } from 'node:path';
import { BATCH_HEADER_BYTES, type BatchHeader } from '../protocol/index.ts';
import { type AbortedEntry, AbortedIndex } from './files/aborted-index.ts';
import type { OffsetIndex } from './files/offset-index.ts';
import { abortedIndexSuffix, offsetFileName, indexSuffix, logSuffix, timeIndexSuffix } from './files/log-file-names.ts';
import type { TimeIndex } from './files/time-index.ts';
import type { HoldsIndexes } from './index-cache.ts';
import type { LogConfig } from './log-config.ts';
import type { LogContext } from './log-context.ts';
import { emptyIndexes, readIndexes, type SegmentIndexes } from './segment-indexes.ts';
import { scanBatches } from './segment-scan.ts';

/** What an append changes, kept so that it can be undone. */
export interface SegmentState {
  readonly sizeBytes: number;
  readonly maxTimestampMs: number;
  readonly maxTimestampOffset: number;
  readonly firstTimestampMs: number;
  readonly bytesSinceIndexEntry: number;
}

/** What the names of a segment's files end in, see above. */
export type SegmentStage = '' | '.cleaned' | '.swap';

const largestRelativeOffset = 2 ** 31 - 1;

/**
 * The newest segment, while it is this small, is walked from its beginning when a log is loaded: that costs one read, and saves
 * a small log two syncs at each checkpoint.
 */
export const smallSegmentBytes = 64 * 1024;

/** Interval of an index made anew: the log's own setting is not at hand there, and any is correct. */
const rebuildIntervalBytes = 4096;

/** Of the many segments without aborted transactions; never changed. */
const noneAborted = AbortedIndex.empty('');

export class LogSegment implements HoldsIndexes {
  readonly baseOffset: number;
  readonly directory: string;
  readonly createdMs: number;
  /** The `.log` file is there. */
  onDisk: boolean;
  /** The segment takes appends: its indexes stay in memory. */
  active = false;
  #retired = false;
  readonly #context: LogContext;
  #indexes: SegmentIndexes | undefined;
  #aborted: AbortedIndex | undefined;
  /** There is no file of aborted transactions and nothing to be written to one. */
  #isWithoutAborted: boolean;
  #sizeBytes: number;
  /** -1: no batch, or not known yet. */
  #maxTimestampMs = -1;
  #maxTimestampOffset = -1;
  /** Largest timestamp of the first batch: the segment's age counts from it. -1 in an empty segment. */
  #firstTimestampMs = -1;
  #bytesSinceIndexEntry = 0;
  #timestampsKnown: boolean;
  #stage: SegmentStage;
  /** Made when it is needed: a log may have tens of thousands of segments that nobody reads. */
  #logPath: string | undefined;
  /** Share of `segment.jitter.ms` by which this segment is rolled earlier. */
  readonly #jitter: number;

  /** `sizeBytes` undefined: a new segment without a file. */
  constructor(
    context: LogContext,
    directory: string,
    baseOffset: number,
    sizeBytes?: number,
    stage: SegmentStage = '',
  ) {
    this.#context = context;
    this.directory = directory;
    this.baseOffset = baseOffset;
    this.#stage = stage;
    this.createdMs = context.clock.now();
    this.#jitter = context.random();
    this.onDisk = sizeBytes !== undefined;
    this.#sizeBytes = sizeBytes ?? 0;
    this.#timestampsKnown = this.#sizeBytes === 0;
    if (this.#sizeBytes === 0) this.#indexes = emptyIndexes(this);
    this.#isWithoutAborted = !this.onDisk;
  }

  get logPath(): string {
    return (this.#logPath ??= this.pathOf(logSuffix));
  }

  get stage(): SegmentStage {
    return this.#stage;
  }

  pathOf(suffix: string): string {
    return join(this.directory, offsetFileName(this.baseOffset) + suffix + this.#stage);
  }

  /** Renames the files of the indexes to those of another stage; what has these names is replaced. */
  moveIndexes(stage: SegmentStage): void {
    const { fileSystem } = this.#context;
    for (const suffix of [indexSuffix, timeIndexSuffix, abortedIndexSuffix]) {
      const path = this.pathOf(suffix);
      if (fileSystem.stat(path)) fileSystem.rename(path, this.#pathAt(stage, suffix));
    }
  }

  /** Renames the log to that of another stage, in which the segment is from now on. Reads that are under way go on. */
  moveLog(stage: SegmentStage): void {
    const { files, fileSystem } = this.#context;
    const path = this.#pathAt(stage, logSuffix);
    files.forget(path);
    fileSystem.rename(this.logPath, path);
    files.forget(this.logPath);
    this.#stage = stage;
    this.#logPath = path;
  }

  #pathAt(stage: SegmentStage, suffix: string): string {
    return join(this.directory, offsetFileName(this.baseOffset) + suffix + stage);
  }

  get indexPath(): string {
    return this.pathOf(indexSuffix);
  }

  get timeIndexPath(): string {
    return this.pathOf(timeIndexSuffix);
  }

  /** It left its log: what its paths name now is another segment's, or nothing. */
  isRetired(): boolean {
    return this.#retired;
  }

  retire(): void {
    this.#retired = true;
    this.#context.files.forget(this.logPath);
    this.#context.indexCache.remove(this);
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  get offsetIndex(): OffsetIndex {
    return this.#loadedIndexes().offsets;
  }

  get timeIndex(): TimeIndex {
    return this.#loadedIndexes().times;
  }

  /** @throws Error when the file is damaged; a loader makes it anew. */
  get abortedIndex(): AbortedIndex {
    const aborted = this.tryLoadAborted();
    if (!aborted)
      throw new Error(`${this.pathOf(abortedIndexSuffix)} is damaged; it is made anew when the broker starts`);
    return aborted;
  }

  get indexBytes(): number {
    const abortedBytes = this.#aborted?.sizeBytes ?? 0;
    return abortedBytes + (this.#indexes ? this.#indexes.offsets.sizeBytes + this.#indexes.times.sizeBytes : 0);
  }

  get hasUnwrittenIndexes(): boolean {
    if (this.#aborted?.dirty === true) return true;
    return this.#indexes !== undefined && (this.#indexes.offsets.dirty || this.#indexes.times.dirty);
  }

  get maxTimestampMs(): number {
    this.#learnTimestamps();
    return this.#maxTimestampMs;
  }

  /** Last offset of the first batch with the largest timestamp. */
  get maxTimestampOffset(): number {
    this.#learnTimestamps();
    return this.#maxTimestampOffset;
  }

  /** Whether `batchBytes` more, up to `lastOffset`, belong into a new segment. */
  shouldRoll(batchBytes: number, lastOffset: number, maxTimestampMs: number, config: LogConfig): boolean {
    if (lastOffset - this.baseOffset > largestRelativeOffset) return true;
    if (this.#sizeBytes === 0) return false;
    if (this.#sizeBytes + batchBytes > config.segmentBytes) return true;
    const { offsets, times } = this.#loadedIndexes();
    if (offsets.isFull(config.segmentIndexBytes) || times.isFull(config.segmentIndexBytes)) return true;
    return this.ageMs(maxTimestampMs) > longestAgeMs(config) - this.#jitterMs(config);
  }

  #jitterMs({ segmentJitterMs, segmentMs }: LogConfig): number {
    return Math.floor(this.#jitter * Math.min(segmentJitterMs, segmentMs));
  }

  /** The first batch's largest timestamp; -1 when it has none. */
  get firstTimestampMs(): number {
    if (this.#firstTimestampMs < 0 && this.#sizeBytes > 0 && this.onDisk) this.#firstTimestampMs = this.#readFirst();
    return this.#firstTimestampMs;
  }

  /** Age at the time of a record, by the records' own time where they have one, else by the clock. */
  ageMs(recordTimestampMs: number): number {
    return this.#firstTimestampMs >= 0 && recordTimestampMs >= 0
      ? recordTimestampMs - this.#firstTimestampMs
      : this.#context.clock.now() - this.createdMs;
  }

  /** Takes one batch in at the end; returns its position. */
  append(lastOffset: number, maxTimestampMs: number, batchBytes: number, indexIntervalBytes: number): number {
    const position = this.#sizeBytes;
    if (position === 0) this.#firstTimestampMs = maxTimestampMs;
    if (maxTimestampMs > this.#maxTimestampMs) {
      this.#maxTimestampMs = maxTimestampMs;
      this.#maxTimestampOffset = lastOffset;
    }
    if (this.#bytesSinceIndexEntry > indexIntervalBytes) {
      const { offsets, times } = this.#loadedIndexes();
      offsets.append(lastOffset, position);
      times.maybeAppend(this.#maxTimestampMs, this.#maxTimestampOffset);
      this.#bytesSinceIndexEntry = 0;
    }
    this.#bytesSinceIndexEntry += batchBytes;
    this.#sizeBytes += batchBytes;
    return position;
  }

  addAborted(entry: AbortedEntry): void {
    if (this.#isWithoutAborted) this.#aborted = AbortedIndex.empty(this.pathOf(abortedIndexSuffix));
    this.#isWithoutAborted = false;
    this.abortedIndex.append(entry);
  }

  state(): SegmentState {
    return {
      sizeBytes: this.#sizeBytes,
      maxTimestampMs: this.#maxTimestampMs,
      maxTimestampOffset: this.#maxTimestampOffset,
      firstTimestampMs: this.#firstTimestampMs,
      bytesSinceIndexEntry: this.#bytesSinceIndexEntry,
    };
  }

  /** Puts a former state back; `endOffset` is the end of the log in it. */
  restore(state: SegmentState, endOffset: number): void {
    this.#sizeBytes = state.sizeBytes;
    this.#maxTimestampMs = state.maxTimestampMs;
    this.#maxTimestampOffset = state.maxTimestampOffset;
    this.#firstTimestampMs = state.firstTimestampMs;
    this.#bytesSinceIndexEntry = state.bytesSinceIndexEntry;
    this.#timestampsKnown = true;
    const { offsets, times } = this.#loadedIndexes();
    offsets.truncateToPosition(state.sizeBytes);
    times.truncateToOffset(endOffset);
    this.#aborted?.truncateToOffset(endOffset);
  }

  /**
   * Goes back to the batch at `position`, which the index has an entry for (or to 0), so that a scan can add what follows. With
   * `trustTimes` the time index stays as it is: the file was closed in order.
   */
  rewindTo(position: number, trustTimes: boolean): void {
    if (position === 0 && !trustTimes) this.#indexes = emptyIndexes(this);
    const { offsets, times } = this.#loadedIndexes();
    this.#sizeBytes = position;
    this.#bytesSinceIndexEntry = 0;
    this.#firstTimestampMs = -1;
    this.#timestampsKnown = true;
    offsets.truncateToPosition(position + 1);
    if (!trustTimes) times.truncateToOffset(offsets.lastOffset + 1);
    this.#maxTimestampMs = times.last?.timestampMs ?? -1;
    this.#maxTimestampOffset = times.last?.offset ?? -1;
  }

  /** The first batch's largest timestamp, where it is known from elsewhere. */
  setFirstTimestamp(timestampMs: number): void {
    this.#firstTimestampMs = timestampMs;
  }

  /** No more appends: the last entry of the time index is written. */
  seal(): void {
    this.active = false;
    this.sealTimeIndex();
    this.#context.indexCache.touch(this);
  }

  /** Brings the time index up to the largest timestamp; also before a clean end. */
  sealTimeIndex(): void {
    if (this.#indexes && this.#maxTimestampMs >= 0) {
      this.#indexes.times.maybeAppend(this.#maxTimestampMs, this.#maxTimestampOffset);
    }
  }

  /** Writes the indexes; durably unless a loader would not trust them anyway, see {@link smallSegmentBytes}. */
  async flushIndexes(): Promise<void> {
    if (!this.isRetired()) await this.#aborted?.flush(this.#context.fileSystem);
    const indexes = this.#indexes;
    if (!indexes || this.isRetired()) return;
    const sync = !this.active || this.#sizeBytes > smallSegmentBytes;
    await indexes.offsets.flush(this.#context.fileSystem, { sync });
    if (this.isRetired()) return;
    await indexes.times.flush(this.#context.fileSystem, { sync });
  }

  /** Reads the indexes from their files; false when one is missing or damaged. */
  tryLoadIndexes(): boolean {
    this.#indexes ??= readIndexes(this.#context.fileSystem, this, this.#sizeBytes);
    return this.#indexes !== undefined;
  }

  unloadIndexes(): boolean {
    if (this.active || this.#stage !== '' || this.hasUnwrittenIndexes) return false;
    this.#indexes = undefined;
    this.#aborted = undefined;
    return true;
  }

  /** Said by a loader that has seen the folder: there is no file of aborted transactions, and none needs to be looked for. */
  noteWithoutAborted(): void {
    this.#isWithoutAborted = true;
  }

  /** The index of aborted transactions, which only {@link addAborted} adds to; undefined when its file is damaged. */
  tryLoadAborted(): AbortedIndex | undefined {
    if (this.#isWithoutAborted) return noneAborted;
    this.#aborted ??= AbortedIndex.load(this.#context.fileSystem, this.pathOf(abortedIndexSuffix));
    return this.#aborted;
  }

  /** Forgets what a damaged file says. */
  clearAborted(): void {
    this.#isWithoutAborted = false;
    this.#aborted = AbortedIndex.rewritten(this.pathOf(abortedIndexSuffix));
  }

  #loadedIndexes(): SegmentIndexes {
    this.#indexes ??= readIndexes(this.#context.fileSystem, this, this.#sizeBytes) ?? this.#rebuildIndexes();
    if (!this.active) this.#context.indexCache.touch(this);
    return this.#indexes;
  }

  #rebuildIndexes(): SegmentIndexes {
    const twin = new LogSegment(this.#context, this.directory, this.baseOffset);
    twin.active = true;
    const borrowed = this.#context.files.borrow(this.logPath);
    try {
      const scope = { from: 0, to: this.#sizeBytes, firstOffset: this.baseOffset };
      for (const { header } of scanBatches({ file: borrowed.handle, checkCrc: false, ...scope })) {
        twin.append(header.lastOffset, recordTimestampMs(header), header.sizeBytes, rebuildIntervalBytes);
      }
    } finally {
      borrowed.release();
    }
    twin.sealTimeIndex();
    // The one index that reads as zeros and is right.
    if (twin.#maxTimestampMs !== 0 || twin.#maxTimestampOffset !== this.baseOffset) {
      const message = `The index of ${this.logPath} is missing or damaged; it was made anew from the log`;
      this.#context.report({ level: 'warn', message });
    }
    return { offsets: twin.offsetIndex, times: twin.timeIndex };
  }

  #readFirst(): number {
    const file = this.#context.files.borrow(this.logPath);
    try {
      const scope = { from: 0, to: this.#sizeBytes, firstOffset: this.baseOffset, windowBytes: BATCH_HEADER_BYTES };
      for (const { header } of scanBatches({ file: file.handle, checkCrc: false, ...scope }))
        return header.maxTimestamp;
      return -1;
    } finally {
      file.release();
    }
  }

  #learnTimestamps(): void {
    if (this.#timestampsKnown) return;
    // A sealed segment's time index ends with its largest timestamp.
    const last = this.timeIndex.last;
    this.#maxTimestampMs = last?.timestampMs ?? -1;
    this.#maxTimestampOffset = last?.offset ?? -1;
    this.#timestampsKnown = true;
  }
}

/** Largest timestamp of a batch's records; -1 when compaction left it without any. */
export function recordTimestampMs(header: BatchHeader): number {
  return header.recordCount === 0 ? -1 : header.maxTimestamp;
}

/** A compacted log's segments are also rolled by age for `max.compaction.lag.ms`: the newest one is never compacted. */
function longestAgeMs({ segmentMs, cleanupCompact, maxCompactionLagMs }: LogConfig): number {
  return cleanupCompact && maxCompactionLagMs > 0 ? Math.min(segmentMs, maxCompactionLagMs) : segmentMs;
}
