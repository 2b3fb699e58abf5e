/** How long likes of other posts take beside one that nearly everybody likes. */
import { setTimeout as delay } from 'node:timers/promises';
import { LikeSender, publishPosts, type SentLike, type SocialStage } from '../../social/index.ts';
import { row, type BenchOptions, type Row } from '../bench.ts';
import { percentile } from '../statistics.ts';
import { atRate } from '../load/paced.ts';

const posts = 200;
const batchSize = 100;
const batchesPerSecond = 50;
const probesPerSecond = 20;
const lookMs = 5;
const longestWaitMs = 60_000;

export async function viralRows(stage: SocialStage, { quick, onProgress }: BenchOptions): Promise<Row[]> {
  const seconds = quick ? 4 : 20;
  await publishPosts(stage.postsUrl, posts);
  await publishPosts(stage.postsUrl, posts, 'probe');
  onProgress('social/viral: likes spread evenly');
  const even = await latenciesBeside(stage, 'even', seconds, (number) => number % posts);
  onProgress('social/viral: nearly all likes on one post');
  const viral = await latenciesBeside(stage, 'viral', seconds, (number) => (number % 10 === 0 ? number % posts : 0));
  return (
    [
      ['p50', 0.5],
      ['p99', 0.99],
    ] as const
  ).map(([suffix, share]) => ({
    ...row(`social/viral/others/${suffix}`, percentile(viral, share), 'ms', percentile(even, share)),
    better: 'less' as const,
  }));
}

async function latenciesBeside(
  stage: SocialStage,
  name: string,
  seconds: number,
  postOf: (number: number) => number,
): Promise<number[]> {
  const sender = new LikeSender(stage.postsUrl, name);
  await using probes = await Probes.open(stage, name);
  let likes = 0;
  const flood = atRate(batchesPerSecond, seconds, () =>
    sender.send(
      Array.from({ length: batchSize }, (): SentLike => {
        likes += 1;
        return { postId: `post-${postOf(likes)}`, userId: `${name}-${likes}` };
      }),
    ),
  );
  const probing = atRate(probesPerSecond, seconds, (number) => probes.like(number));
  await Promise.all([flood, probing]);
  return await probes.latenciesMs();
}

/** Likes of posts that nobody else likes, and when the totals had them. */
class Probes implements AsyncDisposable {
  private readonly sender: LikeSender;
  private readonly answered = new Map<string, number>();
  private readonly latencies: number[] = [];
  private wanted = 0;
  private closed = false;
  private readonly looking: Promise<void>;

  private constructor(
    private readonly name: string,
    stage: SocialStage,
    client: Awaited<ReturnType<SocialStage['connectFeedTables']>>,
  ) {
    this.sender = new LikeSender(stage.postsUrl, `${name}-probe`);
    this.looking = this.look(client);
  }

  static async open(stage: SocialStage, name: string): Promise<Probes> {
    return new Probes(name, stage, await stage.connectFeedTables());
  }

  async like(number: number): Promise<void> {
    const [postId, userId] = [`probe-${number % posts}`, `${this.name}-probe-${number}`];
    this.wanted += 1;
    await this.sender.send([{ postId, userId }]);
    this.answered.set(userId, performance.now());
  }

  async latenciesMs(): Promise<number[]> {
    const deadlineMs = performance.now() + longestWaitMs;
    while (this.latencies.length < this.wanted) {
      if (performance.now() > deadlineMs) throw new Error('a like of another post was never counted');
      await delay(lookMs);
    }
    return this.latencies;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.closed = true;
    await this.looking;
  }

  /** A like and its total are one transaction, so a like that is there is counted. */
  private async look(client: Awaited<ReturnType<SocialStage['connectFeedTables']>>): Promise<void> {
    while (!this.closed) {
      const waiting = [...this.answered.keys()];
      if (waiting.length > 0) {
        const { rows } = await client.query<{ user_id: string }>(
          `SELECT user_id FROM likes WHERE post_id LIKE 'probe-%' AND user_id = ANY ($1)`,
          [waiting],
        );
        const nowMs = performance.now();
        for (const { user_id: userId } of rows) {
          this.latencies.push(nowMs - this.answered.get(userId)!);
          this.answered.delete(userId);
        }
      }
      await delay(lookMs);
    }
    await client.end();
  }
}
