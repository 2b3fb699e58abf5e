/**
 * The launch day of MySocialMedia: likes on its posts, distributed as Zipf's law has it, come in batches at a steady rate, through
 * social-posts, the broker and social-feed into the totals. With `--kills` every process is killed with SIGKILL meanwhile, again and again,
 * in an order and at moments that the seed chooses. Afterwards some likes are taken back, and the totals of every post, as the service
 * answers them and as `posts_with_counts` has them, are those of a plain count.
 */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { postWithCounts, topics } from '@headwater/contracts';
import { readTopic } from '../../bank/index.ts';
import {
  askSocial,
  LaunchLikes,
  LikeSender,
  publishPosts,
  SocialStage,
  socialParts,
  type SentLike,
} from '../../social/index.ts';
import type { Drill, DrillRun, Summary } from '../drill.ts';
import { Random } from '../random.ts';
import { promise, Violation } from '../violation.ts';

const batchSize = 500;
const batchesAtOnce = 16;
const lookMs = 250;
const longestGapMs = 1_000;
const longestCatchUpMs = 300_000;
/** Nothing is accepted and nothing counted for so long: something hangs, however slow the machine is. */
const longestSilenceMs = 300_000;
const questionsAtOnce = 32;

export const launchDayDrill: Drill = {
  name: 'launch-day',
  about: 'a million likes on ten thousand posts, 10,000 a second, with processes killed if asked; totals are exact',
  details:
    'Publishes posts, then sends likes in batches at a steady rate, the posts distributed as Zipf has it, and takes a hundredth of them back.\n' +
    'Compares the totals of every post, as social-feed answers them and as posts_with_counts has them, with a plain count. With --kills\n' +
    'broker, PostgreSQL, social-posts and social-feed are killed with SIGKILL meanwhile, at moments that the seed chooses.',
  options: [
    { name: 'likes', standard: 1_000_000, about: 'how many likes are sent' },
    { name: 'posts', standard: 10_000, about: 'on how many posts' },
    { name: 'rate', standard: 10_000, about: 'likes a second that are offered; 0 for as many as are taken' },
    { name: 'kills', standard: 0, about: 'how often every process is killed' },
  ],
  run: runDrill,
};

async function runDrill({ numbers, seed, folder, say, onProgress }: DrillRun): Promise<Summary> {
  const { likes: count = 0, posts = 1, rate = 0, kills = 0 } = numbers;
  const random = new Random(seed);
  const launch = new LaunchLikes(random.fork(), posts, Math.max(1_000, Math.round(count / 2)));
  await using stage = await SocialStage.start({ folder: join(folder, 'social') });
  onProgress(`publishing ${posts} posts`);
  await publishPosts(stage.postsUrl, posts);

  const sender = new LikeSender(stage.postsUrl, `launch-${seed}`);
  const startedMs = performance.now();
  await using followed = new Followed(stage, launch, sender, onProgress);
  const sending = sendAtRate(launch, sender, count, rate).then(() => performance.now() - startedMs);
  // Whatever fails first ends the drill.
  const [acceptedMs, killed] = await followed.unlessSilent(
    Promise.all([sending, killAgain(stage, kills, random.fork())]),
  );
  await followed.until(launch.distinct);
  const countedMs = performance.now() - startedMs;
  const perSecond = Math.round((count / countedMs) * 1000);
  say(`${count} likes were accepted in ${seconds(acceptedMs)} and counted in ${seconds(countedMs)}: ${perSecond}/s`);

  const takenBack = launch.takeBack(Math.floor(count / 100));
  for (let first = 0; first < takenBack.length; first += batchSize)
    await sender.send(takenBack.slice(first, first + batchSize));
  await followed.until(launch.distinct);
  const expected = launch.expected();
  onProgress('comparing the totals of every post');
  await compareAnswers(stage, expected);
  await comparePublished(stage, expected);
  return {
    'likes accepted': sender.accepted,
    'likes that count': launch.distinct,
    'likes a second, end to end': perSecond,
    'furthest behind, likes': kills > 0 ? '-' : followed.furthestBehind,
    'processes killed': killed,
    'posts compared': expected.size,
  };
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

async function sendAtRate(launch: LaunchLikes, sender: LikeSender, count: number, rate: number): Promise<void> {
  const startedMs = performance.now();
  const underWay = new Set<Promise<void>>();
  for (let sent = 0; sent < count;) {
    const size = Math.min(batchSize, count - sent);
    const likes: SentLike[] = Array.from({ length: size }, () => launch.next());
    sent += size;
    const sending = sender.send(likes).finally(() => underWay.delete(sending));
    underWay.add(sending);
    if (underWay.size >= batchesAtOnce) await Promise.race(underWay);
    const waitMs = rate === 0 ? 0 : startedMs + (sent / rate) * 1000 - performance.now();
    if (waitMs > 0) await delay(waitMs);
  }
  await Promise.all(underWay);
}

/** @returns how many processes were killed */
async function killAgain(stage: SocialStage, rounds: number, random: Random): Promise<number> {
  let killed = 0;
  for (let round = 0; round < rounds; round += 1) {
    let killedBefore = Promise.resolve();
    // Each is killed a while after the one before, and comes back while others are away.
    const revivals = random.shuffle(socialParts).map(async (part) => {
      const [killAfterMs, reviveAfterMs] = [random.below(longestGapMs), random.below(longestGapMs)];
      const dead = killedBefore.then(() => delay(killAfterMs)).then(() => stage.kill(part));
      killedBefore = dead;
      await dead;
      killed += 1;
      await delay(reviveAfterMs);
      await stage.revive(part);
    });
    await Promise.all(revivals);
  }
  return killed;
}

/** How far the totals are, looked at again and again. */
class Followed implements AsyncDisposable {
  furthestBehind = 0;
  private counted = 0;
  private closed = false;
  private readonly silence = Promise.withResolvers<never>();
  private readonly looking: Promise<void>;

  constructor(
    private readonly stage: SocialStage,
    private readonly launch: LaunchLikes,
    private readonly sender: LikeSender,
    private readonly onProgress: (line: string) => void,
  ) {
    this.silence.promise.catch(() => undefined);
    this.looking = this.look();
  }

  /** @throws Violation when nothing is accepted and nothing counted for long, whatever is waited for. */
  unlessSilent<Result>(work: Promise<Result>): Promise<Result> {
    return Promise.race([work, this.silence.promise]);
  }

  /** @throws Violation when the totals come to something else, or to nothing for long. */
  async until(likes: number): Promise<void> {
    const deadlineMs = performance.now() + longestCatchUpMs;
    while (this.counted !== likes) {
      const found = `${this.counted} of ${likes} likes are counted`;
      promise(performance.now() < deadlineMs, 'the totals come to what was accepted', () => found);
      await delay(20);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.closed = true;
    await this.looking;
  }

  private async look(): Promise<void> {
    let heardMs = performance.now();
    for (let heard = ''; !this.closed;) {
      const before = this.launch.distinct;
      const rows = await this.stage
        .feedTables<{ likes: string }>('SELECT coalesce(sum(likes), 0) AS likes FROM post_totals')
        .catch(() => []);
      if (rows[0]) this.counted = Number(rows[0].likes);
      this.furthestBehind = Math.max(this.furthestBehind, before - this.counted);
      const away = this.stage.away.size === 0 ? '' : `; ${[...this.stage.away].join(', ')} away`;
      const state = `${this.sender.accepted} likes are accepted, ${this.counted} of ${this.launch.distinct} counted${away}`;
      this.onProgress(state);
      if (state !== heard) [heard, heardMs] = [state, performance.now()];
      if (performance.now() - heardMs > longestSilenceMs)
        this.silence.reject(new Violation('the launch day goes on', `for minutes it was so: ${state}`));
      await delay(lookMs);
    }
  }
}

async function compareAnswers({ feedUrl }: SocialStage, expected: ReadonlyMap<string, number>): Promise<void> {
  const left = [...expected];
  const ask = async (): Promise<void> => {
    for (let next = left.pop(); next; next = left.pop()) {
      const [postId, likes] = next;
      const answer = (await askSocial('GET', `${feedUrl}/posts/${postId}/totals`)) as { likes: number };
      promise(answer.likes === likes, 'totals are exact', () => `${postId} has ${answer.likes} likes, not ${likes}`);
    }
  };
  await Promise.all(Array.from({ length: questionsAtOnce }, ask));
}

/** The published table follows within moments: it is read until it says the same. */
async function comparePublished(
  { bootstrapServers }: SocialStage,
  expected: ReadonlyMap<string, number>,
): Promise<void> {
  const deadlineMs = performance.now() + longestCatchUpMs;
  for (;;) {
    const newest = new Map<string, { readonly revision: number; readonly likes: number }>();
    for (const { postId, revision, likes } of await readTopic(bootstrapServers, topics.postsWithCounts, postWithCounts))
      if (revision > (newest.get(postId)?.revision ?? -1)) newest.set(postId, { revision, likes });
    const wrong = [...expected].filter(([postId, likes]) => (newest.get(postId)?.likes ?? 0) !== likes);
    if (wrong.length === 0) return;
    if (performance.now() > deadlineMs)
      throw new Violation('posts_with_counts has the totals', `${wrong.length} posts differ, such as ${wrong[0]![0]}`);
    await delay(lookMs);
  }
}
