/** A pending call of a {@link Clock}. */
export interface Timer {
  /** Idempotent; does nothing once the call was made. */
  cancel(): void;
}

/** Time as the storage sees it, so that tests move it by hand. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Calls back once after `delayMs` (0 or more). */
  schedule(delayMs: number, callback: () => void): Timer;
}

/** The machine's clock. Its timers do not keep the process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  schedule(delayMs, callback) {
    const timeout = setTimeout(callback, Math.min(Math.max(delayMs, 0), 2 ** 31 - 1));
    timeout.unref();
    return { cancel: () => clearTimeout(timeout) };
  },
};
