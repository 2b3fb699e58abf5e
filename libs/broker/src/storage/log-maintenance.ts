/**
 * Takes segments out of a log: for retention, and for compaction, which puts another in their place. One such change at a time.
 *
 * The list of segments changes in one step, without a wait in between: reads that come before it see the old segments (and keep their
 * files open), reads that come after it the new ones.
 */
import { beginSwap, finishSwap } from './cleaner/index.ts';
import type { LeaderEpochs } from './files/leader-epochs.ts';
import type { LogCheckpointer } from './log-checkpointer.ts';
import type { LogConfig } from './log-config.ts';
import type { LogContext } from './log-context.ts';
import type { DurableEnd, LogReader } from './log-reader.ts';
import type { LogSegment } from './log-segment.ts';
import { countDeletable } from './retention.ts';
import type { SegmentList } from './segment-list.ts';

/** The log as its maintenance sees it. */
export interface MaintainedLog {
  readonly directory: string;
  readonly segments: SegmentList;
  readonly epochs: LeaderEpochs;
  readonly checkpointer: LogCheckpointer;
  readonly reader: LogReader;
  readonly config: () => LogConfig;
  /** The log takes no more calls. */
  readonly isEnded: () => boolean;
  /** Nothing waits to be written. */
  readonly isIdle: () => boolean;
  readonly logStartOffset: () => number;
  readonly moveLogStart: (offset: number) => void;
  readonly logEndOffset: () => number;
  readonly durable: () => DurableEnd;
  readonly moveDurable: (end: DurableEnd) => void;
  /** Begins a new segment, without a file. */
  readonly roll: () => LogSegment;
}

interface Swap {
  readonly segment: LogSegment;
  readonly sources: readonly LogSegment[];
}

export class LogMaintenance {
  readonly #context: LogContext;
  readonly #log: MaintainedLog;
  #work: Promise<unknown> = Promise.resolve();
  /** A swap that counts, but failed at one of its last steps. */
  #unfinished: Swap | undefined;

  constructor(context: LogContext, log: MaintainedLog) {
    this.#context = context;
    this.#log = log;
  }

  /** Removes the segments that retention no longer keeps. When that is all of them, a new empty one takes their place first. */
  retain(): Promise<void> {
    return this.#exclusively(() => this.#retain());
  }

  /**
   * Puts a cleaned segment, complete and durable, in the place of those that it was made from.
   * False when they have left the log in the meantime: nothing was changed.
   */
  replace(sources: readonly LogSegment[], segment: LogSegment): Promise<boolean> {
    return this.#exclusively(async () => {
      if (this.#log.isEnded() || sources.some((source) => source.isRetired())) return false;
      await beginSwap(this.#context, segment);
      this.#replaceInList(sources, segment);
      this.#unfinished = { segment, sources };
      await this.#finish();
      return true;
    });
  }

  /** Runs one change after another; each first completes what the one before could not. */
  #exclusively<T>(change: () => Promise<T>): Promise<T> {
    const run = this.#work.then(async () => {
      await this.#finish();
      return change();
    });
    this.#work = run.catch(() => undefined);
    return run;
  }

  async #finish(): Promise<void> {
    if (!this.#unfinished || this.#log.isEnded()) return;
    await finishSwap(this.#context, this.#unfinished.segment, this.#unfinished.sources);
    this.#unfinished = undefined;
  }

  #replaceInList(sources: readonly LogSegment[], segment: LogSegment): void {
    const { segments, reader } = this.#log;
    const durable = this.#log.durable();
    segments.replace(sources, segment);
    if (sources.includes(durable.segment)) {
      this.#log.moveDurable({ ...durable, segment, endPosition: segment.sizeBytes });
    }
    for (const source of sources) source.retire();
    const next = segments.at(segments.indexOf(segment.baseOffset) + 1)!;
    reader.replaced(next.baseOffset);
  }

  async #retain(): Promise<void> {
    const log = this.#log;
    if (log.isEnded()) return;
    const all = log.segments.all();
    const durableCount = log.isIdle() ? all.length : all.indexOf(log.durable().segment);
    const count = countDeletable({
      segments: all.slice(0, durableCount).map((segment, index) => ({
        sizeBytes: segment.sizeBytes,
        maxTimestampMs: segment.maxTimestampMs,
        modifiedMs: () => this.#context.fileSystem.stat(segment.logPath)?.modifiedMs ?? -1,
        endOffset: all[index + 1]?.baseOffset ?? log.logEndOffset(),
      })),
      config: log.config(),
      nowMs: this.#context.clock.now(),
      logStartOffset: log.logStartOffset(),
    });
    const removed = count === 0 ? [] : await this.#takeOut(count);
    await log.checkpointer.removeSegments(removed, log.segments.first.baseOffset);
  }

  /** Takes the oldest segments out of the list; the log then begins behind them. */
  async #takeOut(count: number): Promise<LogSegment[]> {
    const log = this.#log;
    await this.#makeDurable(log.segments.at(count) ?? log.roll());
    const removed = log.segments.shift(count);
    for (const segment of removed) segment.retire();
    log.moveLogStart(Math.max(log.logStartOffset(), log.segments.first.baseOffset));
    log.epochs.truncateFromStart(log.logStartOffset());
    log.reader.forgetPositions();
    return removed;
  }

  /** The segment's file must be there before all others go: its name is what remembers the offsets. */
  async #makeDurable(segment: LogSegment): Promise<void> {
    if (segment.onDisk) return;
    const log = this.#log;
    await log.checkpointer.completeBefore(segment);
    this.#context.files.borrow(segment.logPath).release();
    await this.#context.fileSystem.syncDirectory(log.directory);
    segment.onDisk = true;
    const durable = log.durable();
    if (log.isIdle() && durable.segment.baseOffset < segment.baseOffset) {
      log.moveDurable({ ...durable, segment, endPosition: 0 });
    }
  }
}
