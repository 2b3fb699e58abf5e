/**
 * Shows how far a replay is: a bar that is drawn over itself on a terminal; elsewhere a plain line at each twentieth of
 * the way, and every few seconds when that takes longer.
 */
import { type ReplayProgress } from './replayer.ts';

export interface ProgressOutput {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const BAR_WIDTH = 28;
const REDRAW_EVERY_MS = 100;
const LINE_EVERY_MS = 5000;
const LINE_EVERY_PERCENT = 5;

export class ProgressBar {
  private readonly output: ProgressOutput;
  private readonly nowMs: () => number;
  private readonly startMs: number;
  private shownMs = Number.NEGATIVE_INFINITY;
  private shownPercent = 0;
  private retries = 0;
  private lastRetryReason = '';

  constructor(output: ProgressOutput, nowMs: () => number) {
    this.output = output;
    this.nowMs = nowMs;
    this.startMs = nowMs();
    this.shownMs = output.isTTY ? Number.NEGATIVE_INFINITY : this.startMs;
  }

  /** Counts a retry, to be shown with the next update. */
  retried(reason: string): void {
    this.retries += 1;
    this.lastRetryReason = reason;
  }

  get retryCount(): number {
    return this.retries;
  }

  update(progress: ReplayProgress): void {
    const nowMs = this.nowMs();
    const percent = progress.total === 0 ? 100 : (progress.done / progress.total) * 100;
    const isDue = this.output.isTTY
      ? nowMs - this.shownMs >= REDRAW_EVERY_MS
      : nowMs - this.shownMs >= LINE_EVERY_MS || percent - this.shownPercent >= LINE_EVERY_PERCENT;
    if (!isDue && progress.done !== progress.total) return;
    this.shownMs = nowMs;
    this.shownPercent = Math.floor(percent / LINE_EVERY_PERCENT) * LINE_EVERY_PERCENT;
    const line = this.line(progress, nowMs - this.startMs);
    if (this.output.isTTY) this.output.write(`\r\x1b[2K${line.slice(0, (this.output.columns ?? 120) - 1)}`);
    else this.output.write(`${line}\n`);
  }

  /** Leaves the line, so that what follows stands below it. */
  end(): void {
    if (this.output.isTTY) this.output.write('\n');
  }

  private line(progress: ReplayProgress, elapsedMs: number): string {
    const share = progress.total === 0 ? 1 : progress.done / progress.total;
    const perSecond = elapsedMs > 0 ? (progress.done / elapsedMs) * 1000 : 0;
    const leftSeconds = perSecond > 0 ? (progress.total - progress.done) / perSecond : 0;
    const bar = '#'.repeat(Math.round(share * BAR_WIDTH)).padEnd(BAR_WIDTH, '-');
    const counts = `${progress.done.toLocaleString('en')}/${progress.total.toLocaleString('en')}`;
    const rate = `${Math.round(perSecond).toLocaleString('en')}/s`;
    const retries = this.retries === 0 ? '' : `  ${this.retries} retries (${this.lastRetryReason})`;
    const prefix = this.output.isTTY ? `[${bar}] ` : '';
    return `${prefix}${Math.floor(share * 100)}%  ${counts}  ${rate}  ETA ${clockTime(leftSeconds)}${retries}`;
  }
}

function clockTime(seconds: number): string {
  const whole = Math.ceil(seconds);
  const minutes = Math.floor(whole / 60);
  return `${String(minutes).padStart(2, '0')}:${String(whole % 60).padStart(2, '0')}`;
}
