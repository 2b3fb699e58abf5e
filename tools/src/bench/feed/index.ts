import type { Bench, BenchOptions, Row } from '../bench.ts';
import { row } from '../bench.ts';
import { median } from '../statistics.ts';
import { feedEventsPerSecond } from './feed-run.ts';
import { readsPerSecond } from './reader-run.ts';
import { withStage } from './stage.ts';

/** How fast the read model follows. */
export const feedBench: Bench = {
  name: 'feed',
  about:
    'Likes of distinct users on 1,000 posts, written before, through social-feed (decode, inbox, read model and totals in one ' +
    'PostgreSQL transaction per batch), against the same client that reads the same records and does nothing with them.',
  rows,
};

async function* rows({ quick, onProgress }: BenchOptions): AsyncIterable<Row> {
  const [rounds, likes] = quick ? [1, 5_000] : [3, 60_000];
  const followed: number[] = [];
  const read: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    onProgress(`feed/likes round ${round + 1} of ${rounds}`);
    await withStage(likes, async (stage) => {
      read.push(await readsPerSecond(stage));
      followed.push(await feedEventsPerSecond(stage));
    });
  }
  yield row('feed/likes', median(followed), 'events/s', median(read));
}
