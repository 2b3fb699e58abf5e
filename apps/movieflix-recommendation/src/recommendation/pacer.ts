import type { Clock } from '@headwater/messaging';

/** Lets each user's turn come at most once in an interval. Remembers only those whose turn was within it. */
export class Pacer {
  private readonly turns = new Map<string, number>();

  constructor(
    private readonly intervalMs: number,
    private readonly clock: Pick<Clock, 'nowMs'>,
  ) {}

  mayTake(userId: string): boolean {
    const lastMs = this.turns.get(userId);
    return lastMs === undefined || this.clock.nowMs() - lastMs >= this.intervalMs;
  }

  take(userId: string): void {
    const nowMs = this.clock.nowMs();
    for (const [user, turnMs] of this.turns) {
      if (nowMs - turnMs < this.intervalMs) break;
      this.turns.delete(user);
    }
    this.turns.delete(userId);
    this.turns.set(userId, nowMs);
  }
}
