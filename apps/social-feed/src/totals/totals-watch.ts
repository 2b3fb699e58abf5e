/**
 * Totals as they change, for those who look on. A change wakes whoever watches the post; what it is then is read from the tables, once for
 * all who ask in one turn. Nothing is kept for a reader but what it has seen, so that one that is slow costs no memory: it is told the
 * newest totals when it is ready for them.
 *
 * Changes that other instances make are not heard of here: who watches also looks by itself, every `pollMs`.
 */
import { Injectable } from '@nestjs/common';
import { EntityManager } from 'typeorm';
import { findManyTotals, type RevisedTotals } from './post-totals.ts';

/** Told that something changed. It must not throw. */
export type Wake = () => void;

@Injectable()
export class TotalsWatch {
  private readonly watchers = new Map<string, Set<Wake>>();
  private asked = new Set<string>();
  private answer: Promise<ReadonlyMap<string, RevisedTotals>> | undefined;

  constructor(private readonly manager: EntityManager) {}

  /** How many posts somebody looks at. */
  get watchedPosts(): number {
    return this.watchers.size;
  }

  /** @returns ends it. */
  watch(postIds: readonly string[], wake: Wake): () => void {
    for (const postId of postIds) this.watchers.set(postId, (this.watchers.get(postId) ?? new Set()).add(wake));
    return () => {
      for (const postId of postIds) {
        const wakes = this.watchers.get(postId);
        wakes?.delete(wake);
        if (wakes?.size === 0) this.watchers.delete(postId);
      }
    };
  }

  changed(postIds: readonly string[]): void {
    if (this.watchers.size === 0) return;
    for (const postId of postIds) for (const wake of this.watchers.get(postId) ?? []) wake();
  }

  /** The totals of those posts that there are. */
  async totals(postIds: readonly string[]): Promise<readonly RevisedTotals[]> {
    for (const postId of postIds) this.asked.add(postId);
    this.answer ??= new Promise((resolve, reject) => {
      setImmediate(() => {
        const asked = [...this.asked];
        this.asked = new Set();
        this.answer = undefined;
        findManyTotals(this.manager, asked).then(
          (totals) => resolve(new Map(totals.map((each) => [each.postId, each]))),
          reject,
        );
      });
    });
    const found = await this.answer;
    return postIds.flatMap((postId) => found.get(postId) ?? []);
  }
}
