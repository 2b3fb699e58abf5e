const FIRST_WAIT_MS = 100;

/** Which topics failed and when each is tried again: the pause doubles with each failure and ends with a success. */
export class TopicBackoff {
  private readonly maxWaitMs: number;
  private readonly failures = new Map<string, { readonly count: number; readonly untilMs: number }>();

  constructor(maxWaitMs: number) {
    this.maxWaitMs = maxWaitMs;
  }

  /** Topics that failed the last time they were tried. */
  get failing(): string[] {
    return [...this.failures.keys()];
  }

  /** @returns the pause in milliseconds. */
  failed(topic: string, nowMs: number): number {
    const count = (this.failures.get(topic)?.count ?? 0) + 1;
    const waitMs = Math.min(FIRST_WAIT_MS * 2 ** (count - 1), this.maxWaitMs);
    this.failures.set(topic, { count, untilMs: nowMs + waitMs });
    return waitMs;
  }

  succeeded(topic: string): void {
    this.failures.delete(topic);
  }

  /** Topics that are not to be tried yet. */
  blocked(nowMs: number): string[] {
    return [...this.failures].filter(([, { untilMs }]) => untilMs > nowMs).map(([topic]) => topic);
  }

  /** Milliseconds until the next blocked topic may be tried; undefined when none is blocked. */
  untilNextMs(nowMs: number): number | undefined {
    const waits = [...this.failures.values()].map(({ untilMs }) => untilMs - nowMs).filter((waitMs) => waitMs > 0);
    return waits.length > 0 ? Math.min(...waits) : undefined;
  }
}
