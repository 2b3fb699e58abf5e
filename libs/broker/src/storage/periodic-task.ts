import type { Clock, Timer } from './clock.ts';

/** Runs a task again and again, each time an interval after the one before ended. */
export class PeriodicTask {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #task: () => Promise<void>;
  readonly #onError: (error: unknown) => void;
  #timer: Timer | undefined;
  #running: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(clock: Clock, intervalMs: number, task: () => Promise<void>, onError: (error: unknown) => void) {
    this.#clock = clock;
    this.#intervalMs = intervalMs;
    this.#task = task;
    this.#onError = onError;
  }

  start(): void {
    if (this.#stopped) return;
    this.#timer = this.#clock.schedule(this.#intervalMs, () => {
      this.#running = this.#task()
        .catch(this.#onError)
        .then(() => this.start());
    });
  }

  /** Resolves when a run that is under way has ended. */
  stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.cancel();
    return this.#running;
  }
}
