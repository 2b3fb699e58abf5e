import { Random } from '../../drill/random.ts';
import { askSocial, type SocialStage } from '../../social/index.ts';
import { row, type BenchOptions, type Row } from '../bench.ts';
import { percentile } from '../statistics.ts';
import { judge, valueAtMost } from '../target.ts';

const authors = 2_000;
const posts = 40_000;
const readers = 100;
const followed = 200;
const readersAtOnce = 2;

/** The tables as the events would leave them, written at once. */
const fill = [
  `INSERT INTO posts (post_id, user_id, text, kind, published_at)
   SELECT 'home-' || n, 'author-' || floor(random() * ${authors})::int, 'Post ' || n, 'plain', now() - n * interval '20 seconds'
   FROM generate_series(1, ${posts}) AS n`,
  `INSERT INTO follows (user_id, followed_id)
   SELECT 'reader-' || reader, 'author-' || (reader * 17 + n * 7) % ${authors}
   FROM generate_series(1, ${readers}) AS reader, generate_series(1, ${followed}) AS n ON CONFLICT DO NOTHING`,
  'ANALYZE posts, follows',
];

export async function homeRow(stage: SocialStage, { quick, onProgress }: BenchOptions): Promise<Row[]> {
  onProgress('social/home: writing posts and follows');
  for (const sql of fill) await stage.feedTables(sql);
  const random = new Random(1);
  const latencies: number[] = [];
  const [warmUp, questions] = quick ? [20, 100] : [200, 3_000];
  let left = warmUp + questions;
  onProgress(`social/home: ${questions} pages`);
  const read = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const isWarm = left < questions;
      const startedMs = performance.now();
      await askSocial('GET', `${stage.feedUrl}/users/reader-${1 + random.below(readers)}/home?limit=50`);
      if (isWarm) latencies.push(performance.now() - startedMs);
    }
  };
  await Promise.all(Array.from({ length: readersAtOnce }, read));
  const made = row('social/home/p99', percentile(latencies, 0.99), 'ms', null);
  const target = judge(valueAtMost(50), made.value, null, 'ms');
  return [{ ...made, better: 'less', ...(target && { target }) }];
}
