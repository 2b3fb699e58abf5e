/**
 * Brings a log's folder into the state of a log that can be used.
 *
 * After a clean end, the newest segment is walked from its last index entry, to find the end of the log. After a crash, every batch
 * from the recovery point on is checked (length, format, offsets that rise, CRC); at the first that is not whole and right the log is
 * cut, everything behind it is removed, and indexes are made anew for what was checked. What looks wrong after a clean end is
 * recovered as after a crash.
 *
 * Producers: the newest usable snapshot, then the batch headers behind it. A snapshot knows only the last batch of a producer, so
 * the headers of the last MiB before it are read too, to find the four before that. Transaction markers among them make the index
 * of aborted transactions anew.
 */
import { join } from 'node:path';
import { recoverSwaps } from './cleaner/index.ts';
import type { LogState } from './disk-log.ts';
import { LeaderEpochs } from './files/leader-epochs.ts';
import {
  abortedIndexSuffix,
  indexSuffix,
  logSuffix,
  offsetFileName,
  parseOffsetFileName,
  snapshotSuffix,
  timeIndexSuffix,
} from './files/log-file-names.ts';
import { snapshotPath } from './files/producer-snapshot.ts';
import type { LogConfig } from './log-config.ts';
import type { LogContext } from './log-context.ts';
import { LogSegment, recordTimestampMs, smallSegmentBytes } from './log-segment.ts';
import { loadProducers } from './producer-loader.ts';
import { type ScanEnd, scanBatches } from './segment-scan.ts';

export interface LoadOptions {
  readonly topic: string;
  readonly partition: number;
  readonly topicId: string;
  readonly directory: string;
  readonly config: LogConfig;
  /** The folder was closed in order. */
  readonly clean: boolean;
  /** Everything below was durable; undefined: nothing is known. */
  readonly recoveryPoint: number | undefined;
  readonly logStartOffset: number | undefined;
}

/** Read and written at a time. */
const rewriteBytes = 4 * 1024 * 1024;

const suffixesOfLeftovers = ['.deleted', '.cleaned', '.swap', '.tmp'];
const suffixesOfSegments = [indexSuffix, timeIndexSuffix, abortedIndexSuffix];

export async function loadLog(context: LogContext, options: LoadOptions): Promise<LogState> {
  return await new LogLoader(context, options).load();
}

class LogLoader {
  readonly #context: LogContext;
  readonly #options: LoadOptions;
  #segments: LogSegment[] = [];
  /** Segments in which a recovery found records that may not have been synced, and the position that they begin at. */
  readonly #checked = new Map<LogSegment, number>();
  #snapshotOffsets: number[] = [];

  /** Epochs of the batches that were walked over, where the first batch of each lies. */
  readonly #walkedEpochs: { readonly epoch: number; readonly startOffset: number }[] = [];

  constructor(context: LogContext, options: LoadOptions) {
    this.#context = context;
    this.#options = options;
  }

  async load(): Promise<LogState> {
    const { directory, logStartOffset = 0 } = this.#options;
    await this.#readFolder();
    let endOffset = this.#options.clean ? this.#findEnd() : undefined;
    const clean = endOffset !== undefined;
    if (endOffset === undefined) {
      const recoveryPoint = this.#options.recoveryPoint ?? 0;
      if (this.#options.clean) await this.#readFolder();
      endOffset = await this.#recover(recoveryPoint);
      // The checkpoint knows more than the log has: it is another log's, or the log was damaged. Nothing is taken on trust.
      if (endOffset < recoveryPoint) endOffset = await this.#recover(0);
      await this.#sync();
    }
    if (endOffset < logStartOffset) endOffset = await this.#startAt(logStartOffset);
    const start = Math.max(logStartOffset, this.#segments[0]!.baseOffset);
    const epochs = new LeaderEpochs(this.#context.fileSystem, directory);
    epochs.load();
    epochs.truncateFromEnd(endOffset);
    for (const { epoch, startOffset } of this.#walkedEpochs) {
      if (startOffset < endOffset) epochs.assign(epoch, startOffset);
    }
    epochs.truncateFromStart(start);
    await this.#removeSnapshotsAfter(endOffset);
    const trustedOffset = clean ? endOffset : Math.min(this.#options.recoveryPoint ?? 0, endOffset);
    const { producers, snapshotOffset } = loadProducers(this.#context, {
      directory,
      segments: this.#segments,
      snapshotOffsets: this.#snapshotOffsets,
      trustedOffset,
      endOffset,
    });
    const { topic, partition, topicId, config } = this.#options;
    return {
      ...{ topic, partition, topicId, directory, config, epochs, producers },
      segments: this.#segments,
      logStartOffset: start,
      logEndOffset: endOffset,
      // What was made anew in memory must be written again before it is trusted.
      recoveryPoint: Math.min(trustedOffset, snapshotOffset),
      snapshotOffsets: this.#snapshotOffsets,
    };
  }

  async #readFolder(): Promise<void> {
    const { directory, logStartOffset = 0 } = this.#options;
    const { fileSystem } = this.#context;
    await recoverSwaps(this.#context, directory);
    const names = fileSystem.list(directory).map((entry) => entry.name);
    const logs = new Set<number>();
    const aborted = new Set<number>();
    this.#snapshotOffsets = [];
    for (const name of names) {
      const file = parseOffsetFileName(name);
      if (suffixesOfLeftovers.some((suffix) => name.endsWith(suffix))) await fileSystem.remove(join(directory, name));
      else if (file?.suffix === logSuffix) logs.add(file.offset);
      else if (file?.suffix === abortedIndexSuffix) aborted.add(file.offset);
      else if (file?.suffix === snapshotSuffix) this.#snapshotOffsets.push(file.offset);
    }
    for (const name of names) {
      const file = parseOffsetFileName(name);
      if (file && suffixesOfSegments.includes(file.suffix) && !logs.has(file.offset)) {
        await fileSystem.remove(join(directory, name));
      }
    }
    const baseOffsets = [...logs].sort((one, other) => one - other);
    this.#segments = baseOffsets.map((baseOffset) => {
      const facts = fileSystem.stat(join(directory, offsetFileName(baseOffset) + logSuffix));
      const segment = new LogSegment(this.#context, directory, baseOffset, facts?.sizeBytes ?? 0);
      if (!aborted.has(baseOffset)) segment.noteWithoutAborted();
      return segment;
    });
    if (this.#segments.length === 0) this.#segments = [new LogSegment(this.#context, directory, logStartOffset)];
    this.#snapshotOffsets.sort((one, other) => one - other);
  }

  /** The end of a log that was closed in order; undefined when something is not as it should be. */
  #findEnd(): number | undefined {
    const active = this.#segments.at(-1)!;
    if (active.sizeBytes === 0) return active.baseOffset;
    const isSmall = active.sizeBytes <= smallSegmentBytes;
    if (!isSmall && !active.tryLoadIndexes()) return undefined;
    const from = isSmall ? 0 : active.offsetIndex.lastPosition;
    const { end, nextOffset } = this.#walk(active, from, { checkCrc: false, trustTimes: !isSmall });
    if (end.damage !== undefined) return undefined;
    const { recoveryPoint } = this.#options;
    return recoveryPoint === undefined || recoveryPoint === nextOffset ? nextOffset : undefined;
  }

  /** Checks all batches from `recoveryPoint` on, cuts the log where one is bad, and returns the end. */
  async #recover(recoveryPoint: number): Promise<number> {
    let endOffset = this.#segments[0]!.baseOffset;
    for (const [index, segment] of this.#segments.entries()) {
      const next = this.#segments[index + 1];
      if (next && next.baseOffset <= recoveryPoint && segment.sizeBytes > 0) {
        endOffset = next.baseOffset;
        continue;
      }
      if (segment.baseOffset < endOffset) {
        await this.#removeFrom(index, `it begins below offset ${endOffset}, where the one before it ends`);
        return endOffset;
      }
      const sizeBytes = segment.sizeBytes;
      const isTrusted =
        recoveryPoint > segment.baseOffset &&
        (next !== undefined || sizeBytes > smallSegmentBytes) &&
        segment.tryLoadIndexes();
      const from = isTrusted ? segment.offsetIndex.lookup(recoveryPoint - 1) : 0;
      const { end, nextOffset } = this.#walk(segment, from, { checkCrc: true, trustTimes: false });
      endOffset = nextOffset;
      if (end.damage !== undefined) {
        this.#cut(segment, end, sizeBytes);
        this.#checked.set(segment, from);
        await this.#removeFrom(index + 1, `it lies behind the cut at offset ${endOffset}`);
        return endOffset;
      }
      this.#checked.set(segment, from);
      if (!next) continue;
      segment.seal();
      await segment.flushIndexes();
      // Compaction leaves gaps, but only below the recovery point.
      if (next.baseOffset > endOffset) {
        await this.#removeFrom(index + 1, `records from offset ${endOffset} on are missing before it`);
        return endOffset;
      }
    }
    return endOffset;
  }

  /** Takes the batches from `from` on into the segment's state. */
  #walk(
    segment: LogSegment,
    from: number,
    how: { readonly checkCrc: boolean; readonly trustTimes: boolean },
  ): { end: ScanEnd; nextOffset: number } {
    const to = segment.sizeBytes;
    segment.active = true;
    segment.rewindTo(from, how.trustTimes);
    let nextOffset = segment.baseOffset;
    if (to === 0) return { end: { position: 0, damage: undefined }, nextOffset };
    const file = this.#context.files.borrow(segment.logPath);
    try {
      if (from > 0) {
        const head = scanBatches({
          file: file.handle,
          from: 0,
          to,
          checkCrc: false,
          firstOffset: segment.baseOffset,
        }).next();
        if (head.done !== true) segment.setFirstTimestamp(head.value.header.maxTimestamp);
      }
      const scan = scanBatches({ file: file.handle, from, to, checkCrc: how.checkCrc, firstOffset: nextOffset });
      for (let step = scan.next(); ; step = scan.next()) {
        if (step.done) return { end: step.value, nextOffset };
        const { header } = step.value;
        segment.append(
          header.lastOffset,
          recordTimestampMs(header),
          header.sizeBytes,
          this.#options.config.indexIntervalBytes,
        );
        nextOffset = header.lastOffset + 1;
        this.#noteEpoch(header.partitionLeaderEpoch, header.baseOffset);
      }
    } finally {
      file.release();
      segment.active = false;
    }
  }

  #noteEpoch(epoch: number, startOffset: number): void {
    if (epoch > (this.#walkedEpochs.at(-1)?.epoch ?? -1)) this.#walkedEpochs.push({ epoch, startOffset });
  }

  #cut(segment: LogSegment, end: ScanEnd, sizeBytes: number): void {
    const message =
      `Cut ${segment.logPath} from ${sizeBytes} to ${end.position} bytes: ${end.damage}. ` +
      `Records that were acknowledged as durable are before that`;
    this.#context.report({ level: 'warn', message });
    const file = this.#context.files.borrow(segment.logPath);
    try {
      file.handle.truncate(end.position);
    } finally {
      file.release();
    }
  }

  /**
   * What was found is shown to readers from now on, so it must not be lost by a power cut. It is written once more: after a sync that
   * failed in the process before, the operating system may take bytes that it never brought to the disk for clean, and a sync alone
   * would pass them by.
   */
  async #sync(): Promise<void> {
    if (this.#context.flush !== 'fsync') return;
    const buffer = Buffer.allocUnsafeSlow(rewriteBytes);
    for (const [segment, from] of this.#checked) {
      if (!segment.onDisk || !this.#segments.includes(segment)) continue;
      const file = this.#context.files.borrow(segment.logPath);
      try {
        for (let at = from; at < segment.sizeBytes; at += rewriteBytes) {
          const piece = buffer.subarray(0, Math.min(rewriteBytes, segment.sizeBytes - at));
          await file.handle.read(piece, at);
          await file.handle.write([piece], at);
        }
        await file.handle.sync();
      } finally {
        file.release();
      }
    }
    await this.#context.fileSystem.syncDirectory(this.#options.directory);
  }

  /** Removes segments that cannot follow what is before them. */
  async #removeFrom(index: number, reason: string): Promise<void> {
    for (const segment of this.#segments.splice(index)) {
      this.#context.report({ level: 'warn', message: `Removed ${segment.logPath}: ${reason}` });
      await this.#removeFiles(segment);
    }
  }

  /** The log lost what was before its start offset: it begins there, empty, so that no offset is given twice. */
  async #startAt(offset: number): Promise<number> {
    const { directory } = this.#options;
    await this.#removeFrom(0, `the log starts at offset ${offset}, behind it`);
    this.#segments = [new LogSegment(this.#context, directory, offset)];
    return offset;
  }

  async #removeFiles(segment: LogSegment): Promise<void> {
    this.#context.files.forget(segment.logPath);
    this.#context.indexCache.remove(segment);
    for (const suffix of [logSuffix, ...suffixesOfSegments])
      await this.#context.fileSystem.remove(segment.pathOf(suffix));
  }

  async #removeSnapshotsAfter(endOffset: number): Promise<void> {
    const { directory } = this.#options;
    for (const offset of this.#snapshotOffsets.filter((known) => known > endOffset)) {
      await this.#context.fileSystem.remove(snapshotPath(directory, offset));
    }
    this.#snapshotOffsets = this.#snapshotOffsets.filter((known) => known <= endOffset);
  }
}
