import { setTimeout as delay } from 'node:timers/promises';

/** Time for pacing and backing off; injected, so that a test does not wait. */
export interface ReplayClock {
  /** Monotonic milliseconds. */
  nowMs(): number;
  sleep(durationMs: number): Promise<void>;
}

export const systemClock: ReplayClock = {
  nowMs: () => performance.now(),
  sleep: async (durationMs) => {
    await delay(durationMs);
  },
};
