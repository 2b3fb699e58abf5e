/**
 * One cleaning of one log (Kafka's log compaction, KIP-58, KIP-98, KIP-534): a map of the newest offset of each key in the dirty part
 * is made, then all segments below are written again without what the map knows a newer record of.
 *
 * What stays of a batch:
 *
 * - a record that is the newest of its key (or lies behind the map's end), unless it is a tombstone whose delete horizon has passed;
 * - no record of an aborted transaction, and none without a key;
 * - a transaction's marker while a batch of the transaction stands, and then until its delete horizon;
 * - of a batch without records: nothing; but an empty batch where it is the last of its producer (its sequence goes on from there),
 *   and where it ends its segments (so that the log has no gap between segments).
 *
 * A batch that keeps all its records stays byte for byte, unless its delete horizon is set: that is done when a tombstone or an obsolete
 * marker in it is cleaned for the first time.
 *
 * Memory: the map, a window of the file, and one batch, decompressed and anew. Appends and reads go on: see `pacer.ts` for how the
 * work is cut, `segment-swap.ts` for how the new segments take their places.
 */
import {
  BatchRewriter,
  decodeTransactionMarker,
  encodeEmptyBatch,
  encodeFillerBatch,
  ErrorCode,
  hasValidCrc,
  KafkaError,
  readBatchHeader,
  type BatchHeader,
} from '../../protocol/index.ts';
import { abortedEntries } from '../aborted-transactions.ts';
import type { AbortedEntry } from '../files/aborted-index.ts';
import type { LogContext } from '../log-context.ts';
import { type LogSegment, recordTimestampMs } from '../log-segment.ts';
import { BatchWindows } from './batch-windows.ts';
import type { CleanableLog } from './cleanable-log.ts';
import { CleanedSegment } from './cleaned-segment.ts';
import { CleanedTransactions } from './cleaned-transactions.ts';
import { OffsetMap } from './offset-map.ts';
import type { Pacer } from './pacer.ts';
import { groupSegments, type SegmentGroup } from './segment-groups.ts';

export interface CleaningOptions {
  readonly context: LogContext;
  readonly log: CleanableLog;
  readonly firstDirtyOffset: number;
  /** Beginning of the first segment that is not cleaned. */
  readonly endOffset: number;
  readonly mapBytes: number;
  readonly windowBytes: number;
  readonly pacer: Pacer;
  /** The cleaning is no longer wanted. */
  readonly isStopped: () => boolean;
}

/** What a cleaning has done so far. */
export interface CleaningProgress {
  phase: 'mapping' | 'writing';
  readBytes: number;
  writtenBytes: number;
  /** By which the new segments are smaller than those that they replaced. */
  freedBytes: number;
  readRecords: number;
  keptRecords: number;
  mapBytes: number;
  /** Share of the map's room that was used, 0 to 1. */
  mapUtilization: number;
}

/** The log was deleted or closed, or lost segments, while it was cleaned: nothing is wrong. */
export class CleaningStoppedError extends Error {
  override readonly name = 'CleaningStoppedError';
}

/** A batch in a window. */
interface FoundBatch {
  readonly header: BatchHeader;
  readonly bytes: Buffer;
  readonly segment: LogSegment;
  /** Position of the batch's end in its segment. */
  readonly endPosition: number;
}

/** What becomes of a batch: `undefined` for nothing. */
interface CleanBatch {
  readonly bytes: Buffer | undefined;
  /** Goes into the index of aborted transactions. */
  readonly aborted?: AbortedEntry | undefined;
}

export class LogCleaning {
  readonly progress: CleaningProgress = {
    phase: 'mapping',
    readBytes: 0,
    writtenBytes: 0,
    freedBytes: 0,
    readRecords: 0,
    keptRecords: 0,
    mapBytes: 0,
    mapUtilization: 0,
  };
  readonly #options: CleaningOptions;
  readonly #window: Buffer;
  readonly #nowMs: number;
  #transactions = new CleanedTransactions();

  constructor(options: CleaningOptions) {
    this.#options = options;
    this.#window = Buffer.allocUnsafeSlow(options.windowBytes);
    this.#nowMs = options.context.clock.now();
  }

  /**
   * Returns the offset below which the log is clean: the end, or less when the map was full.
   * @throws CleaningStoppedError; KafkaError CORRUPT_MESSAGE when a segment is damaged; what the file system throws. The log is as good
   *   as before then.
   */
  async run(): Promise<number> {
    const { log } = this.#options;
    const map = await this.#buildMap();
    this.progress.phase = 'writing';
    this.#transactions = new CleanedTransactions();
    for (const group of groupSegments(log.segments, map.endOffset, log.config.segmentBytes)) {
      await this.#cleanGroup(group, map);
    }
    return map.endOffset;
  }

  async #buildMap(): Promise<OffsetMap> {
    const { log, firstDirtyOffset, endOffset, mapBytes } = this.#options;
    const map = new OffsetMap(firstDirtyOffset, endOffset - firstDirtyOffset, mapBytes);
    this.progress.mapBytes = map.sizeBytes;
    const all = log.segments.all();
    const dirty = all.slice(log.segments.indexOf(firstDirtyOffset), log.segments.indexOf(endOffset));
    for (const segment of dirty) {
      this.#checkPresent(segment);
      this.#transactions.enter(this.#abortedOf(segment));
      const from = segment.baseOffset < firstDirtyOffset ? segment.offsetIndex.lookup(firstDirtyOffset) : 0;
      for await (const batch of this.#batches(segment, from)) {
        const isComplete = await this.#mapBatch(batch, map);
        this.progress.mapUtilization = map.utilization;
        if (!isComplete) return map;
      }
    }
    map.endOffset = endOffset;
    return map;
  }

  /** False when the map is full. */
  async #mapBatch(batch: FoundBatch, map: OffsetMap): Promise<boolean> {
    const { firstDirtyOffset, pacer } = this.#options;
    const { header } = batch;
    const isWanted = !header.isControl && header.lastOffset >= firstDirtyOffset && header.recordCount > 0;
    if (isWanted && !this.#transactions.isAborted(header)) {
      this.#checkCrc(batch);
      const records = this.#rewriter(batch);
      while (records.next()) {
        this.progress.readRecords++;
        const { keyStart, keyEnd, offset } = records;
        if (keyStart >= 0 && offset >= firstDirtyOffset && !map.put(records.bytes, keyStart, keyEnd, offset)) {
          return false;
        }
        if (offset >= map.endOffset) map.endOffset = offset + 1;
        if (pacer.isOver(keyEnd - keyStart)) await this.#turn();
      }
    }
    if (header.lastOffset >= map.endOffset) map.endOffset = header.lastOffset + 1;
    if (pacer.isOver(header.sizeBytes)) await this.#turn();
    return true;
  }

  async #cleanGroup(group: SegmentGroup, map: OffsetMap): Promise<void> {
    const { context, log, pacer } = this.#options;
    this.#checkWanted();
    const target = new CleanedSegment(context, group.segments, log.config.indexIntervalBytes);
    try {
      let isChanged = group.segments.length > 1;
      for (const segment of group.segments) {
        this.#checkPresent(segment);
        this.#transactions.enter(this.#abortedOf(segment));
        for await (const batch of this.#batches(segment, 0, async () => this.#write(target))) {
          const isLast = batch.endPosition === segment.sizeBytes && segment === group.segments.at(-1);
          const { bytes, aborted } = await this.#cleanBatch(batch, map, isLast);
          if (aborted) target.addAborted(aborted);
          if (bytes !== batch.bytes) isChanged = true;
          if (bytes) this.#add(target, bytes);
          if (pacer.isOver(batch.header.sizeBytes)) await this.#turn();
        }
      }
      if (!isChanged) {
        await target.discard();
        return;
      }
      await this.#write(target);
      const segment = await target.finish();
      this.#checkWanted();
      if (!(await log.replaceSegments(group.segments, segment))) throw new CleaningStoppedError();
      this.progress.freedBytes += group.segments.reduce((sum, source) => sum + source.sizeBytes, -segment.sizeBytes);
    } catch (error) {
      // Once it counts, it is no longer this cleaning's to remove.
      if (target.segment.stage === '.cleaned') await target.discard();
      throw error;
    }
  }

  #add(target: CleanedSegment, bytes: Buffer): void {
    const header = readBatchHeader(bytes);
    target.add({ bytes, lastOffset: header.lastOffset, maxTimestampMs: recordTimestampMs(header) });
  }

  async #write(target: CleanedSegment): Promise<void> {
    const count = await target.write();
    this.progress.writtenBytes += count;
    await this.#options.pacer.pay(count);
  }

  /** The batch as it stays: the very same bytes when nothing of it changes. */
  async #cleanBatch(batch: FoundBatch, map: OffsetMap, isLast: boolean): Promise<CleanBatch> {
    const { header } = batch;
    if (header.isControl) return this.#cleanMarker(batch, isLast);
    const isAborted = this.#transactions.isAborted(header);
    if (header.recordCount === 0) return { bytes: this.#emptied(batch, isLast) };
    const records = this.#rewriter(batch);
    if (!isAborted) await this.#keepRecords(records, header, map);
    this.progress.keptRecords += records.keptCount;
    if (records.keptCount === 0) return { bytes: this.#emptied(batch, isLast) };
    if (records.keptTombstone && header.deleteHorizonMs === undefined) {
      return { bytes: this.#checked(batch, records).encode(this.#nextHorizonMs()) };
    }
    if (records.keptCount === header.recordCount) return { bytes: batch.bytes };
    return { bytes: this.#checked(batch, records).encode() };
  }

  async #keepRecords(records: BatchRewriter, header: BatchHeader, map: OffsetMap): Promise<void> {
    const { pacer } = this.#options;
    const { deleteHorizonMs } = header;
    const dropsTombstones = deleteHorizonMs !== undefined && deleteHorizonMs <= this.#nowMs;
    while (records.next()) {
      this.progress.readRecords++;
      const { offset, keyStart, keyEnd } = records;
      if (pacer.isOver(keyEnd - keyStart)) await this.#turn();
      if (offset < map.endOffset) {
        if (keyStart < 0 || map.get(records.bytes, keyStart, keyEnd) > offset) continue;
        if (dropsTombstones && !records.hasValue) continue;
      }
      records.keep();
    }
  }

  #cleanMarker(batch: FoundBatch, isLast: boolean): CleanBatch {
    const { header, bytes } = batch;
    if (header.recordCount === 0) return { bytes: this.#emptied(batch, isLast) };
    this.progress.readRecords++;
    const isMarker = decodeTransactionMarker({ header, chunks: [bytes] }) !== undefined;
    const { isObsolete, aborted } = isMarker
      ? this.#transactions.judgeMarker(header)
      : { isObsolete: false, aborted: undefined };
    const { deleteHorizonMs } = header;
    if (isObsolete && deleteHorizonMs !== undefined && deleteHorizonMs <= this.#nowMs) {
      return { bytes: this.#emptied(batch, isLast) };
    }
    this.progress.keptRecords++;
    if (!isObsolete || deleteHorizonMs !== undefined) return { bytes, aborted };
    const records = this.#rewriter(batch);
    while (records.next()) records.keep();
    return { bytes: this.#checked(batch, records).encode(this.#nextHorizonMs()) };
  }

  /** What stays of a batch that lost its records. */
  #emptied(batch: FoundBatch, isLast: boolean): Buffer | undefined {
    const { header, bytes } = batch;
    const record = { header, chunks: [bytes] };
    if (this.#isLastOfProducer(header)) return header.recordCount === 0 ? bytes : encodeEmptyBatch(record);
    if (!isLast) return undefined;
    return header.recordCount === 0 && !header.hasProducerId ? bytes : encodeFillerBatch(record);
  }

  #isLastOfProducer(header: BatchHeader): boolean {
    if (!header.hasProducerId) return false;
    const last = this.#options.log.lastBatchOf(header.producerId);
    if (!last) return false;
    if (last.lastOffset !== undefined) return last.lastOffset === header.lastOffset;
    return header.isControl && header.producerEpoch === last.producerEpoch;
  }

  #rewriter({ header, bytes }: FoundBatch): BatchRewriter {
    return new BatchRewriter({ header, chunks: [bytes] });
  }

  /** Bytes that were damaged on the disk must not get a new, right CRC. */
  #checked(batch: FoundBatch, records: BatchRewriter): BatchRewriter {
    this.#checkCrc(batch);
    return records;
  }

  #checkCrc({ header, bytes, segment, endPosition }: FoundBatch): void {
    if (hasValidCrc({ header, chunks: [bytes] })) return;
    const where = `${segment.logPath} at byte ${endPosition - header.sizeBytes}`;
    throw new KafkaError(ErrorCode.CORRUPT_MESSAGE, `The CRC of the batch in ${where} is wrong`);
  }

  #nextHorizonMs(): number {
    return this.#nowMs + this.#options.log.config.deleteRetentionMs;
  }

  #abortedOf(segment: LogSegment): AbortedEntry[] {
    const { segments } = this.#options.log;
    const next = segments.at(segments.indexOf(segment.baseOffset) + 1);
    return abortedEntries(segments, segment.baseOffset, next?.baseOffset ?? Number.MAX_SAFE_INTEGER);
  }

  /** The segment's batches; each is valid until the next is asked for. `onWindow` is awaited before a window's memory is used again. */
  async *#batches(
    segment: LogSegment,
    from: number,
    onWindow?: () => Promise<void>,
  ): AsyncGenerator<FoundBatch, void, undefined> {
    const { context, pacer } = this.#options;
    this.#checkPresent(segment);
    if (segment.sizeBytes === 0) return;
    const file = context.files.borrow(segment.logPath);
    try {
      const source = { file: file.handle, path: segment.logPath, endPosition: segment.sizeBytes };
      const windows = new BatchWindows(source, from, this.#window);
      let position = from;
      for (let window = await windows.next(); window; window = await windows.next()) {
        this.progress.readBytes += window.length;
        await pacer.pay(window.length);
        for (let at = 0; at < window.length;) {
          const header = readBatchHeader(window, at);
          const bytes = window.subarray(at, at + header.sizeBytes);
          at += header.sizeBytes;
          yield { header, bytes, segment, endPosition: position + at };
        }
        position += window.length;
        await onWindow?.();
        await this.#turn();
      }
    } finally {
      file.release();
    }
  }

  async #turn(): Promise<void> {
    await this.#options.pacer.turn();
    this.#checkWanted();
  }

  #checkWanted(): void {
    if (this.#options.isStopped() || this.#options.log.isEnded) throw new CleaningStoppedError();
  }

  /** Retention may take segments out of the log meanwhile; their paths are no longer theirs. */
  #checkPresent(segment: LogSegment): void {
    if (segment.isRetired()) throw new CleaningStoppedError();
  }
}
