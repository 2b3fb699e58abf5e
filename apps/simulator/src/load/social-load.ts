import { likesRequest, postRequest, type Like } from '../requests/social-requests.ts';
import { type Facts } from '../verify/check.ts';
import { type Load, type LoadCheck, type LoadOptions } from './load.ts';
import { SeededRandom } from './seeded-random.ts';

const POSTS = 1000;
/** Of a hundred likes, those that go to the one post that everybody talks about. */
const HOT_PERCENT = 90;
const EPOCH_MS = Date.UTC(2020, 0, 1);

/** People like posts: on an ordinary day any of them, on a launch day as Zipf's law has it, or nearly all of them one. */
export function socialLoad({ users, seed, batchSize, profile }: LoadOptions): Load {
  const random = new SeededRandom(seed);
  const postIds = Array.from({ length: POSTS }, (_, index) => `load-${seed}-post-${index + 1}`);
  const counted = new CountedLikes(postIds, users);
  const harmonic = zipfShares(POSTS);
  let run: number | undefined;
  let requests = 0;

  const choosePost = (): number => {
    if (profile === 'launch-day') return rankAt(harmonic, random.next());
    if (profile === 'one-hot-key' && random.below(100) < HOT_PERCENT) return 0;
    return random.below(POSTS);
  };
  const like = (occurredAtMs: number): Like => {
    const post = choosePost();
    const user = random.below(users);
    counted.note(post, user);
    // Who liked in an earlier run has liked already: each run has people of its own.
    return { postId: postIds[post] ?? '', userId: `fan-${seed}-${run}-${user + 1}`, occurredAtMs };
  };

  return {
    things: 'likes',
    services: ['social-posts', 'social-feed'],
    preparation: {
      name: 'posts',
      leftOut: {},
      events: postIds.map((postId, index) =>
        postRequest(
          { postId, userId: `author-${seed}-${(index % 100) + 1}`, text: `What is new today, part ${index + 1}` },
          { idempotencyKey: `load-${postId}`, occurredAtMs: EPOCH_MS, origin: 'the preparation' },
        ),
      ),
    },
    next: (nowMs) => {
      run ??= nowMs;
      requests += 1;
      return likesRequest(
        Array.from({ length: batchSize }, () => like(nowMs)),
        { idempotencyKey: `load-${seed}-${run}-${requests}`, occurredAtMs: nowMs, origin: `request ${requests}` },
      );
    },
    checks: [counted.check],
  };
}

/** Likes of each post: of a user on a post there is one, however often it is given. A bit for each, so that days of load take no room. */
class CountedLikes {
  private readonly given: Uint8Array;
  private readonly likes: Uint32Array;

  constructor(
    private readonly postIds: readonly string[],
    private readonly users: number,
  ) {
    this.given = new Uint8Array(Math.ceil((postIds.length * users) / 8));
    this.likes = new Uint32Array(postIds.length);
  }

  note(post: number, user: number): void {
    const pair = post * this.users + user;
    const bit = 1 << (pair & 7);
    const at = Math.floor(pair / 8);
    if (((this.given[at] ?? 0) & bit) !== 0) return;
    this.given[at] = (this.given[at] ?? 0) | bit;
    this.likes[post] = (this.likes[post] ?? 0) + 1;
  }

  get check(): LoadCheck {
    return {
      title: 'likes of every post',
      things: 'posts',
      service: 'social-feed',
      concurrency: 16,
      asksBefore: this.postIds,
      read: async (postId, get) => {
        const { likes } = ((await get(`/posts/${postId}/totals`)) ?? {}) as { readonly likes?: unknown };
        return typeof likes === 'number' ? { likes } : undefined;
      },
      expected: (before) =>
        new Map(
          this.postIds.map((id, post): [string, Facts] => [
            id,
            { likes: likesOf(before.get(id)) + (this.likes[post] ?? 0) },
          ]),
        ),
    };
  }
}

const likesOf = (facts: Facts | undefined): number => Number(facts?.['likes'] ?? 0);

/** Up to each rank, the share of all likes: the post of rank r is liked 1/r as often as the first. */
function zipfShares(ranks: number): Float64Array {
  const weights = Float64Array.from({ length: ranks }, (_, rank) => 1 / (rank + 1));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let reached = 0;
  return weights.map((weight) => (reached += weight / total));
}

function rankAt(shares: Float64Array, share: number): number {
  const rank = shares.findIndex((reached) => reached >= share);
  return rank === -1 ? shares.length - 1 : rank;
}
