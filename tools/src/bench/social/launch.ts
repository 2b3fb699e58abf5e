import { Random } from '../../drill/random.ts';
import { LaunchLikes, LikeSender, publishPosts, type SocialStage } from '../../social/index.ts';
import { row, type BenchOptions, type Row } from '../bench.ts';
import { judge, valueAtLeast } from '../target.ts';
import { untilCounted } from './counted.ts';

const batchSize = 500;
const batchesAtOnce = 8;

/** Likes a second from the first request until the totals have all of them. */
export async function launchRow(stage: SocialStage, { quick, onProgress }: BenchOptions): Promise<Row[]> {
  const [posts, likes] = quick ? [500, 20_000] : [10_000, 300_000];
  onProgress(`social/launch-day: publishing ${posts} posts`);
  await publishPosts(stage.postsUrl, posts);
  const launch = new LaunchLikes(new Random(1), posts, likes);
  const sender = new LikeSender(stage.postsUrl, 'bench');
  onProgress(`social/launch-day: ${likes} likes`);
  const startedMs = performance.now();
  let left = likes / batchSize;
  const send = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await sender.send(Array.from({ length: batchSize }, () => launch.next()));
    }
  };
  await Promise.all(Array.from({ length: batchesAtOnce }, send));
  await untilCounted(stage, launch.distinct);
  const made = row('social/launch-day', (likes / (performance.now() - startedMs)) * 1000, 'likes/s', null);
  const target = judge(valueAtLeast(10_000), made.value, null, 'likes/s');
  return [{ ...made, ...(target && { target }) }];
}
