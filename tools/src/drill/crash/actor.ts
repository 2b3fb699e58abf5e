import { setTimeout as delay } from 'node:timers/promises';

/** Something that uses the broker until it is gone, and goes on with the next one. */
export interface Actor {
  /** Ends when the connection is lost, with ConnectionLost. @throws Violation. */
  run(port: number): Promise<void>;
}

/** Lets time pass, so that the load has its ups and downs. */
export async function pause(forMs: number): Promise<void> {
  await delay(forMs);
}
