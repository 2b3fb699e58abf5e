/** A subscription with the members that it has besides the one of its topic: for its retry tiers, and for what is redriven to it. */
import type { RunningSubscription } from './delivery-kinds.ts';
import type { SubscriptionRunner, SubscriptionState } from './subscription-runner.ts';

export class SubscriptionAtWork implements RunningSubscription {
  private redrive: SubscriptionRunner | undefined;

  constructor(
    private readonly main: SubscriptionRunner,
    private readonly tiers: readonly SubscriptionRunner[],
    private readonly beginRedrive: () => SubscriptionRunner,
  ) {}

  /** The state of its topic's member; it makes no progress when one of its members makes none. */
  state(): SubscriptionState {
    const state = this.main.state();
    const all = [state, ...this.others().map((other) => other.state())];
    const slowest = all.reduce((slow, each) => (each.stalledMs > slow.stalledMs ? each : slow));
    return { ...state, stalledMs: slowest.stalledMs, stalledBecause: slowest.stalledBecause };
  }

  pauseByOperator(): void {
    this.main.pause();
  }

  resumeByOperator(): void {
    this.main.resume();
  }

  /** Begins to read the group's redrive topic, which exists by now. */
  startRedrive(): void {
    this.redrive ??= this.beginRedrive();
  }

  async close(): Promise<void> {
    await Promise.all([this.main, ...this.others()].map((runner) => runner.close()));
  }

  private others(): SubscriptionRunner[] {
    return [...this.tiers, ...(this.redrive ? [this.redrive] : [])];
  }
}
