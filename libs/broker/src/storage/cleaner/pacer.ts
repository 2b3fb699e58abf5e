/**
 * Keeps cleaning in the background: it gives the event loop its turn after each slice of work, and spends no more bytes of reads and
 * writes a second than it may. A slice is about a millisecond of work.
 */
import type { Clock } from '../clock.ts';

/** Bytes of records looked at in a slice. */
const sliceBytes = 64 * 1024;
/** Records looked at in a slice, where they are small. */
const sliceRecords = 1000;
/** Time is made up for once it is worth a timer. */
const shortestSleepMs = 5;

export class Pacer {
  readonly #clock: Clock;
  readonly #bytesPerSecond: () => number;
  #sliceBytes = 0;
  #sliceRecords = 0;
  /** When the bytes of all reads and writes so far are paid. */
  #paidUntilMs = 0;

  /** What `bytesPerSecond` gives may be infinite. */
  constructor(clock: Clock, bytesPerSecond: () => number) {
    this.#clock = clock;
    this.#bytesPerSecond = bytesPerSecond;
  }

  /** Counts a record that was looked at; true when the slice is over and `turn` is due. */
  isOver(bytes: number): boolean {
    this.#sliceBytes += bytes;
    return ++this.#sliceRecords >= sliceRecords || this.#sliceBytes >= sliceBytes;
  }

  /** Lets everything else that waits run. */
  turn(): Promise<void> {
    this.#sliceBytes = 0;
    this.#sliceRecords = 0;
    return new Promise((resolve) => setImmediate(resolve));
  }

  /** Pays for bytes that were read or written: waits when there were too many of late. */
  async pay(bytes: number): Promise<void> {
    const bytesPerSecond = this.#bytesPerSecond();
    if (bytesPerSecond === Number.POSITIVE_INFINITY) return;
    const nowMs = this.#clock.now();
    this.#paidUntilMs = Math.max(this.#paidUntilMs, nowMs) + (bytes * 1000) / bytesPerSecond;
    const sleepMs = this.#paidUntilMs - nowMs;
    if (sleepMs < shortestSleepMs) return;
    await new Promise<void>((resolve) => this.#clock.schedule(sleepMs, resolve));
  }
}
