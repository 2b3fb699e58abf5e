import { setTimeout as delay } from 'node:timers/promises';

/** Something that uses the broker until it is gone or `ending` says so, and goes on with the next one. */
export interface Actor {
  /** Ends with ConnectionLost, or, when `ending` says so, after the answer that it waits for. @throws Violation. */
  run(port: number, ending: AbortSignal): Promise<void>;
}

/** Lets time pass, so that the load has its ups and downs. */
export async function pause(forMs: number): Promise<void> {
  await delay(forMs);
}
