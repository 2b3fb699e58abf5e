/** A subscription with the members that it has besides the one of its topic: for its retry tiers, and for what is redriven to it. */
import type { MemberAtWork, SubscriptionState } from './member-at-work.ts';

export class SubscriptionAtWork implements MemberAtWork {
  private redrive: MemberAtWork | undefined;

  constructor(
    private readonly main: MemberAtWork,
    private readonly tiers: readonly MemberAtWork[],
    private readonly beginRedrive: () => MemberAtWork,
  ) {}

  /** The state of its topic's member; it makes no progress when one of its members makes none. */
  state(): SubscriptionState {
    const state = this.main.state();
    const all = [state, ...this.others().map((other) => other.state())];
    const slowest = all.reduce((slow, each) => (each.stalledMs > slow.stalledMs ? each : slow));
    return { ...state, stalledMs: slowest.stalledMs, stalledBecause: slowest.stalledBecause };
  }

  pause(): void {
    for (const member of this.all()) member.pause();
  }

  resume(): void {
    for (const member of this.all()) member.resume();
  }

  /** Begins to read the group's redrive topic, which exists by now. */
  startRedrive(): void {
    if (this.redrive) return;
    this.redrive = this.beginRedrive();
    if (this.main.state().paused) this.redrive.pause();
  }

  async close(): Promise<void> {
    await Promise.all(this.all().map((member) => member.close()));
  }

  private all(): MemberAtWork[] {
    return [this.main, ...this.others()];
  }

  private others(): MemberAtWork[] {
    return [...this.tiers, ...(this.redrive ? [this.redrive] : [])];
  }
}
