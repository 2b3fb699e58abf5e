/**
 * Compacts the logs of a folder in the background: again and again the dirtiest of those that are dirty enough, one at a time.
 *
 * Up to where each log is clean is kept in `cleaner-offset-checkpoint`, in Kafka's format. It is written after each cleaning and tells
 * less than the truth after a crash, at worst: what is clean already is then cleaned again.
 *
 * A log with a damaged segment is left alone until the next start; one whose cleaning failed otherwise (disk full) for a while.
 */
import { ErrorCode, KafkaError } from '../../protocol/index.ts';
import type { Timer } from '../clock.ts';
import type { OffsetCheckpoint } from '../files/offset-checkpoint.ts';
import type { LogContext } from '../log-context.ts';
import type { CleanerSettings } from './cleaner-settings.ts';
import { type CleanablePart, cleanablePart, isWorthCleaning } from './cleanable-part.ts';
import type { CleanableLog } from './cleanable-log.ts';
import type { CleanerStatus, CleanerTotals, CompactedLogStatus } from './cleaner-status.ts';
import { CleaningStoppedError, LogCleaning } from './log-cleaning.ts';
import { Pacer } from './pacer.ts';

export interface LogCleanerOptions {
  readonly context: LogContext;
  readonly logs: () => Iterable<CleanableLog>;
  readonly checkpoint: OffsetCheckpoint;
  readonly settings: () => CleanerSettings;
}

/** `log.cleaner.io.buffer.size`. */
const windowBytes = 512 * 1024;
const failedLogPauseMs = 60_000;
const shortestBackoffMs = 10;

interface LogState {
  cleanedOffset: number | undefined;
  failure?: string | undefined;
  retryMs: number;
}

interface Running {
  readonly log: CleanableLog;
  readonly cleaning: LogCleaning;
  stopped: boolean;
  readonly done: Promise<void>;
}

export class LogCleaner {
  readonly #options: LogCleanerOptions;
  readonly #states = new WeakMap<CleanableLog, LogState>();
  readonly #pacer: Pacer;
  readonly #totals: CleanerTotals = {
    cleanings: 0,
    failures: 0,
    readBytes: 0,
    writtenBytes: 0,
    freedBytes: 0,
    readRecords: 0,
    keptRecords: 0,
    durationMs: 0,
    maxMapUtilization: 0,
  };
  #running: Running | undefined;
  #timer: Timer | undefined;
  #round: Promise<void> | undefined;
  #stopped = false;

  constructor(options: LogCleanerOptions) {
    this.#options = options;
    this.#pacer = new Pacer(options.context.clock, () => options.settings().bytesPerSecond);
  }

  /** Up to where the log was cleaned; for the checkpoint. */
  cleanedOffset(log: CleanableLog): number | undefined {
    return this.#states.get(log)?.cleanedOffset;
  }

  /** Takes over what the checkpoint says of a log that was loaded. */
  loaded(log: CleanableLog, cleanedOffset: number | undefined): void {
    this.#states.set(log, { cleanedOffset, retryMs: 0 });
  }

  start(): void {
    const { enabled, backoffMs } = this.#options.settings();
    if (!enabled || this.#stopped) return;
    this.#timer = this.#options.context.clock.schedule(Math.max(backoffMs, shortestBackoffMs), () => {
      void this.cleanAll().then(() => this.start());
    });
  }

  /** Cleans until no log is dirty enough. Never fails: what goes wrong is reported. */
  cleanAll(): Promise<void> {
    this.#round ??= this.#cleanAll().finally(() => (this.#round = undefined));
    return this.#round;
  }

  /** Stops a cleaning of this log; resolves when nothing of it goes on. */
  async abandon(log: CleanableLog): Promise<void> {
    const running = this.#running;
    if (running?.log !== log) return;
    running.stopped = true;
    await running.done;
  }

  /** Stops for good; resolves when nothing goes on. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.cancel();
    if (this.#running) this.#running.stopped = true;
    await this.#round;
  }

  status(): CleanerStatus {
    const nowMs = this.#options.context.clock.now();
    const logs = [...this.#options.logs()]
      .filter((log) => log.config.cleanupCompact && !log.isEnded)
      .map((log) => this.#statusOf(log, nowMs));
    const { log, cleaning } = this.#running ?? {};
    return {
      totals: { ...this.#totals },
      running: log && cleaning && { ...cleaning.progress, topic: log.topic, partition: log.partition },
      logs,
      maxDirtyRatio: logs.reduce((ratio, { dirtyRatio }) => Math.max(ratio, dirtyRatio), 0),
    };
  }

  async #cleanAll(): Promise<void> {
    while (!this.#stopped) {
      const dirtiest = this.#dirtiest();
      if (!dirtiest) return;
      await this.#clean(dirtiest.log, dirtiest.part);
    }
  }

  #dirtiest(): { readonly log: CleanableLog; readonly part: CleanablePart } | undefined {
    const nowMs = this.#options.context.clock.now();
    let dirtiest: { readonly log: CleanableLog; readonly part: CleanablePart } | undefined;
    for (const log of this.#options.logs()) {
      const state = this.#stateOf(log);
      if (!log.config.cleanupCompact || log.isEnded || state.retryMs > nowMs) continue;
      const part = cleanablePart(log, state.cleanedOffset, nowMs);
      if (isWorthCleaning(log, part) && part.dirtyRatio > (dirtiest?.part.dirtyRatio ?? -1)) dirtiest = { log, part };
    }
    return dirtiest;
  }

  async #clean(log: CleanableLog, part: CleanablePart): Promise<void> {
    const { context } = this.#options;
    const { mapBytes } = this.#options.settings();
    const { promise: done, resolve: end }: PromiseWithResolvers<void> = Promise.withResolvers();
    const { firstDirtyOffset, endOffset } = part;
    const isStopped = () => running.stopped;
    const options = { context, log, firstDirtyOffset, endOffset, mapBytes, windowBytes, pacer: this.#pacer, isStopped };
    const running: Running = { log, cleaning: new LogCleaning(options), stopped: false, done };
    const state = this.#stateOf(log);
    const startMs = context.clock.now();
    this.#running = running;
    try {
      state.cleanedOffset = await running.cleaning.run();
      state.failure = undefined;
      this.#totals.cleanings++;
      await this.#saveCheckpoint();
      this.#reportCleaned(running, part);
    } catch (error) {
      if (error instanceof CleaningStoppedError) state.retryMs = context.clock.now() + 1;
      else this.#failed(log, state, error);
    } finally {
      this.#count(running.cleaning, context.clock.now() - startMs);
      this.#running = undefined;
      end();
    }
  }

  /** What cannot be written now is written after the next cleaning, or cleaned again. */
  async #saveCheckpoint(): Promise<void> {
    try {
      await this.#options.checkpoint.write();
    } catch (error) {
      this.#options.context.report({ level: 'warn', message: 'Cannot write the checkpoint of the log cleaner', error });
    }
  }

  #count({ progress }: LogCleaning, durationMs: number): void {
    const totals = this.#totals;
    totals.readBytes += progress.readBytes;
    totals.writtenBytes += progress.writtenBytes;
    totals.freedBytes += progress.freedBytes;
    totals.readRecords += progress.readRecords;
    totals.keptRecords += progress.keptRecords;
    totals.durationMs += durationMs;
    totals.maxMapUtilization = Math.max(totals.maxMapUtilization, progress.mapUtilization);
  }

  #reportCleaned({ log, cleaning }: Running, part: CleanablePart): void {
    const { readBytes, writtenBytes, keptRecords } = cleaning.progress;
    this.#options.context.report({
      level: 'info',
      message:
        `Compacted ${log.topic}-${log.partition} from offset ${part.firstDirtyOffset} to ${this.cleanedOffset(log)} ` +
        `(dirty ratio ${part.dirtyRatio.toFixed(2)}): read ${readBytes} bytes, wrote ${writtenBytes}, kept ${keptRecords} records`,
    });
  }

  #failed(log: CleanableLog, state: LogState, error: unknown): void {
    const isDamaged = error instanceof KafkaError && error.code === ErrorCode.CORRUPT_MESSAGE;
    const name = `${log.topic}-${log.partition}`;
    state.failure = error instanceof Error ? error.message : String(error);
    state.retryMs = isDamaged ? Number.POSITIVE_INFINITY : this.#options.context.clock.now() + failedLogPauseMs;
    this.#totals.failures++;
    const consequence = isDamaged ? 'it is not compacted until the next start' : 'it is tried again later';
    const message = `Compacting ${name} failed: ${state.failure}; ${consequence}`;
    this.#options.context.report({ level: 'warn', message, error });
  }

  #statusOf(log: CleanableLog, nowMs: number): CompactedLogStatus {
    const { cleanedOffset, failure } = this.#stateOf(log);
    const part = cleanablePart(log, cleanedOffset, nowMs);
    const { firstDirtyOffset, cleanBytes, cleanableBytes, uncleanableBytes, dirtyRatio, overdueMs } = part;
    return {
      topic: log.topic,
      partition: log.partition,
      ...{ firstDirtyOffset, cleanBytes, cleanableBytes, uncleanableBytes, dirtyRatio, overdueMs, failure },
    };
  }

  #stateOf(log: CleanableLog): LogState {
    let state = this.#states.get(log);
    if (!state) this.#states.set(log, (state = { cleanedOffset: undefined, retryMs: 0 }));
    return state;
  }
}
