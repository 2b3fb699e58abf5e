/**
 * The likes of a launch day, made up from a seed: which post is liked follows Zipf's law (the post of rank r is liked 1/r as often as the
 * first), who likes is anybody. That somebody likes a post twice happens, and counts once.
 */
import { type Random } from '../drill/random.ts';
import { type SentLike } from './social-client.ts';

export class LaunchLikes {
  readonly posts: number;
  private readonly users: number;
  private readonly random: Random;
  /** Up to each rank, the share of all likes. */
  private readonly shares: Float64Array;
  private readonly given = new Set<number>();
  private readonly totals: Uint32Array;

  constructor(random: Random, posts: number, users: number) {
    this.random = random;
    this.posts = posts;
    this.users = users;
    this.totals = new Uint32Array(posts);
    this.shares = new Float64Array(posts);
    let sum = 0;
    for (let rank = 0; rank < posts; rank += 1) this.shares[rank] = sum += 1 / (rank + 1);
    for (let rank = 0; rank < posts; rank += 1) this.shares[rank]! /= sum;
  }

  /** Distinct likes so far: the sum of all totals. */
  get distinct(): number {
    return this.given.size;
  }

  next(): SentLike {
    const post = this.rankAt(this.random.next());
    const user = this.random.below(this.users);
    const pair = post * this.users + user;
    if (!this.given.has(pair)) {
      this.given.add(pair);
      this.totals[post]! += 1;
    }
    return { postId: postIdOf(post), userId: `user-${user}` };
  }

  /** Some that were given, to be taken back; each once. */
  takeBack(count: number): SentLike[] {
    const taken: SentLike[] = [];
    for (const pair of this.given) {
      if (taken.length >= count) break;
      const [post, user] = [Math.floor(pair / this.users), pair % this.users];
      this.given.delete(pair);
      this.totals[post]! -= 1;
      taken.push({ postId: postIdOf(post), userId: `user-${user}`, liked: false });
    }
    return taken;
  }

  /** Likes of each post, by its id. */
  expected(): Map<string, number> {
    return new Map([...this.totals].map((likes, post) => [postIdOf(post), likes]));
  }

  private rankAt(share: number): number {
    let [low, high] = [0, this.posts - 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.shares[middle]! < share) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

const postIdOf = (post: number): string => `post-${post}`;
