/**
 * Keeps a log's side files up to its records, so that a recovery has little to do: indexes, producer snapshots, epochs.
 *
 * Invariant: everything below `recoveryPoint` is durable: records, index entries, and a producer snapshot at or below it. None of
 * these files is needed for the truth, which is the `.log` files alone; when one cannot be written, that is reported and tried
 * again at the next checkpoint.
 *
 * A snapshot is written after the indexes before it: with a snapshot, a missing index of aborted transactions is an empty one.
 *
 * Snapshots are kept at the beginnings of segments, and the newest one.
 */
import { type LeaderEpochs } from './files/leader-epochs.ts';
import { abortedIndexSuffix, indexSuffix, logSuffix, timeIndexSuffix } from './files/log-file-names.ts';
import { snapshotPath, writeProducerSnapshot } from './files/producer-snapshot.ts';
import type { LogContext } from './log-context.ts';
import { type LogSegment, smallSegmentBytes } from './log-segment.ts';
import type { ProducerEntry } from './producer-state.ts';
import type { SegmentList } from './segment-list.ts';

interface Snapshot {
  readonly offset: number;
  readonly producers: readonly ProducerEntry[];
}

export interface LogCheckpointerOptions {
  readonly context: LogContext;
  readonly directory: string;
  readonly segments: SegmentList;
  readonly epochs: LeaderEpochs;
  readonly recoveryPoint: number;
  readonly snapshotOffsets: readonly number[];
}

export class LogCheckpointer {
  readonly #options: LogCheckpointerOptions;
  readonly #snapshotOffsets: Set<number>;
  /** Taken when a segment was begun, not written yet. */
  #waiting: Snapshot[] = [];
  /** Segments that left the log and whose files are still there, oldest first. */
  readonly #leaving: LogSegment[] = [];
  #recoveryPoint: number;

  constructor(options: LogCheckpointerOptions) {
    this.#options = options;
    this.#recoveryPoint = options.recoveryPoint;
    this.#snapshotOffsets = new Set(options.snapshotOffsets);
  }

  get recoveryPoint(): number {
    return this.#recoveryPoint;
  }

  /** Notes the producers at the beginning of a segment. */
  rolled(offset: number, producers: readonly ProducerEntry[]): void {
    this.#waiting.push({ offset, producers });
  }

  /** The log was taken back to `endOffset`. */
  truncateTo(endOffset: number): void {
    this.#waiting = this.#waiting.filter((snapshot) => snapshot.offset <= endOffset);
  }

  /** Completes the files of what lies before `segment`, all of which is durable. Never fails. */
  async completeBefore(segment: LogSegment): Promise<void> {
    const ready = this.#waiting.filter((snapshot) => snapshot.offset <= segment.baseOffset);
    this.#waiting = this.#waiting.filter((snapshot) => snapshot.offset > segment.baseOffset);
    try {
      for (const earlier of this.#from(this.#recoveryPoint)) {
        if (earlier.baseOffset < segment.baseOffset) await earlier.flushIndexes();
      }
      // A snapshot says that the indexes of aborted transactions before it are whole.
      for (const snapshot of ready) await this.#writeSnapshot(snapshot);
    } catch (error) {
      this.#report(error);
    }
  }

  /**
   * Makes everything below `offset`, which is written, durable with its side files, and moves the recovery point there.
   * `producers` is their state at `offset`. Never fails: on an error the recovery point stays.
   */
  async write(offset: number, producers: readonly ProducerEntry[]): Promise<void> {
    const { context, epochs, segments } = this.#options;
    try {
      for (const segment of this.#from(this.#recoveryPoint)) {
        if (segment.isRetired()) continue;
        if (context.flush === 'os' && segment.onDisk) await this.#syncLog(segment);
        await segment.flushIndexes();
      }
      // A small log's epochs are found in its batches again.
      const isSmall = segments.count === 1 && segments.active.sizeBytes <= smallSegmentBytes;
      await epochs.flush({ sync: !isSmall });
      if (offset > 0) await this.#writeSnapshot({ offset, producers });
      this.#recoveryPoint = Math.max(this.#recoveryPoint, offset);
      const begins = new Set(segments.all().map((segment) => segment.baseOffset));
      const newest = Math.max(...this.#snapshotOffsets);
      await this.#removeSnapshots((known) => known !== newest && !begins.has(known));
    } catch (error) {
      this.#report(error);
    }
  }

  /**
   * Removes the files of segments that left the log, and the snapshots from before `firstOffset`. The oldest go first, those too that
   * could not be removed before: one that stays while a newer one goes makes a gap, behind which a recovery would trust nothing.
   */
  async removeSegments(removed: readonly LogSegment[], firstOffset: number): Promise<void> {
    const { context } = this.#options;
    this.#leaving.push(...removed);
    if (this.#leaving.length === 0) return;
    for (let oldest = this.#leaving[0]; oldest; oldest = this.#leaving[0]) {
      for (const suffix of [logSuffix, indexSuffix, timeIndexSuffix, abortedIndexSuffix]) {
        await context.fileSystem.remove(oldest.pathOf(suffix));
      }
      this.#leaving.shift();
    }
    const newest = Math.max(...this.#snapshotOffsets);
    await this.#removeSnapshots((known) => known < firstOffset && known !== newest);
    if (context.flush === 'fsync') await context.fileSystem.syncDirectory(this.#options.directory);
  }

  /** Segments from the one that holds `offset` on, oldest first. */
  #from(offset: number): readonly LogSegment[] {
    const { segments } = this.#options;
    return segments.all().slice(segments.indexOf(offset));
  }

  async #syncLog(segment: LogSegment): Promise<void> {
    const file = this.#options.context.files.borrow(segment.logPath);
    try {
      await file.handle.sync();
    } finally {
      file.release();
    }
  }

  async #writeSnapshot({ offset, producers }: Snapshot): Promise<void> {
    const { context, directory } = this.#options;
    if (this.#snapshotOffsets.has(offset)) return;
    await writeProducerSnapshot(context.fileSystem, snapshotPath(directory, offset), producers);
    this.#snapshotOffsets.add(offset);
  }

  async #removeSnapshots(isObsolete: (offset: number) => boolean): Promise<void> {
    const { context, directory } = this.#options;
    for (const offset of [...this.#snapshotOffsets].filter(isObsolete)) {
      this.#snapshotOffsets.delete(offset);
      await context.fileSystem.remove(snapshotPath(directory, offset));
    }
  }

  #report(error: unknown): void {
    const message = `Cannot write the index or checkpoint files of ${this.#options.directory}; it is tried again later`;
    this.#options.context.report({ level: 'warn', message, error });
  }
}
