import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SocialStage } from '../../social/index.ts';
import type { Bench, BenchOptions, Row } from '../bench.ts';
import { homeRow } from './home.ts';
import { launchRow } from './launch.ts';
import { viralRows } from './viral.ts';

/** How MySocialMedia does on its busiest day. */
export const socialBench: Bench = {
  name: 'social',
  about:
    'All of MySocialMedia, each service a process of its own, broker and PostgreSQL included, which sync to disk. Launch day: likes in batches ' +
    'of 500 on 10,000 posts, distributed as Zipf has it, as fast as they are taken, from the first request until the totals have all of them; ' +
    'what trends is reckoned meanwhile. Viral: 5,000 likes a second, 90% of them on one post; measured is the time from the answer of a like on ' +
    'another post until the totals have it, beside the same with the likes spread evenly. Home: pages of 50 for users who follow 200 of 2,000 authors with 40,000 posts.',
  baseline: 'likes spread evenly',
  rows,
};

async function* rows(options: BenchOptions): AsyncIterable<Row> {
  const parts = [
    { name: 'social/launch-day', measure: launchRow },
    { name: 'social/viral', measure: viralRows },
    { name: 'social/home', measure: homeRow },
  ];
  for (const { name, measure } of parts) {
    if (!options.wants(name)) continue;
    const folder = await mkdtemp(join(tmpdir(), 'headwater-social-bench-'));
    try {
      options.onProgress(`${name}: starting broker, PostgreSQL and services`);
      await using stage = await SocialStage.start({ folder });
      yield* await measure(stage, options);
    } finally {
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    }
  }
}
