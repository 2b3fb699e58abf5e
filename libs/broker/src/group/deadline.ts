import type { Clock, Timer } from '../storage/index.ts';

/**
 * Calls back once when it was not extended in time. Extending is cheap: a running timer is left alone, and looks at the time when it
 * fires; every heartbeat extends one.
 */
export class Deadline {
  readonly #clock: Clock;
  readonly #onExpired: () => void;
  #dueMs = 0;
  #timer: Timer | undefined;
  #timerDueMs = 0;

  constructor(clock: Clock, onExpired: () => void) {
    this.#clock = clock;
    this.#onExpired = onExpired;
  }

  /** Moves the deadline to `durationMs` from now, earlier or later than before. */
  extend(durationMs: number): void {
    this.#dueMs = this.#clock.now() + durationMs;
    if (this.#timer !== undefined && this.#timerDueMs <= this.#dueMs) return;
    this.#timer?.cancel();
    this.#start();
  }

  cancel(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #start(): void {
    this.#timerDueMs = this.#dueMs;
    this.#timer = this.#clock.schedule(this.#dueMs - this.#clock.now(), () => {
      this.#timer = undefined;
      if (this.#clock.now() < this.#dueMs) this.#start();
      else this.#onExpired();
    });
  }
}
