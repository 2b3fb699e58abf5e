/** Growing pauses between attempts: `firstMs` doubled each time up to `maxMs`, each shortened by up to half at random. */
export interface Backoff {
  readonly firstMs: number;
  readonly maxMs: number;
  /** From 0 up to 1; injected where a test needs to know it. */
  readonly random?: () => number;
}

/** The pause in milliseconds before attempt `attempt + 1`, where the first attempt is 1. */
export function pauseMs(backoff: Backoff, attempt: number): number {
  const fullMs = Math.min(backoff.maxMs, backoff.firstMs * 2 ** Math.min(attempt - 1, 30));
  return fullMs * (1 - 0.5 * (backoff.random ?? Math.random)());
}
