import { setTimeout as delay } from 'node:timers/promises';
import type { SocialStage } from '../../social/index.ts';

const lookMs = 20;
const longestWaitMs = 120_000;

/** Waits until the totals of all posts come to so many likes. */
export async function untilCounted(stage: SocialStage, likes: number): Promise<void> {
  const client = await stage.connectFeedTables();
  try {
    const deadlineMs = performance.now() + longestWaitMs;
    for (;;) {
      const { rows } = await client.query<{ likes: string }>(
        'SELECT coalesce(sum(likes), 0) AS likes FROM post_totals',
      );
      if (Number(rows[0]!.likes) === likes) return;
      if (performance.now() > deadlineMs) throw new Error(`${rows[0]!.likes} of ${likes} likes were counted`);
      await delay(lookMs);
    }
  } finally {
    await client.end();
  }
}
