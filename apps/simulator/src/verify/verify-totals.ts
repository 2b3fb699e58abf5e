/**
 * Compares the feed's totals of every post with those counted over the recording. The feed is eventually consistent, so
 * a difference is looked at again until it is gone or nothing has changed for a while.
 */
import { type ReplayClock } from '../replay/replay-clock.ts';
import { type PostTotals } from '../replay/trace.ts';

/** Reads one post's totals from the feed; `undefined` while the feed does not know the post or does not answer. */
export type ReadTotals = (postId: string) => Promise<PostTotals | undefined>;

export interface VerifyOptions {
  readonly expected: ReadonlyMap<string, PostTotals>;
  readonly readTotals: ReadTotals;
  readonly clock: ReplayClock;
  /** Ends the wait when no total changed for so long. */
  readonly patienceMs: number;
  readonly concurrency: number;
  readonly onProgress?: (equal: number, total: number) => void;
}

/** A post whose totals differ. */
export interface Difference {
  readonly postId: string;
  readonly expected: PostTotals;
  readonly actual: PostTotals | undefined;
}

export interface Comparison {
  readonly posts: number;
  readonly equal: number;
  readonly differences: readonly Difference[];
  readonly expected: PostTotals;
  readonly actual: PostTotals;
}

const POLL_MS = 250;

/** Waits until all totals are equal, or no longer change; never rejects for a difference. */
export async function verifyTotals(options: VerifyOptions): Promise<Comparison> {
  const { expected, clock } = options;
  const actual = new Map<string, PostTotals | undefined>();
  let open = [...expected.keys()];
  let changedMs = clock.nowMs();
  for (;;) {
    const answers = await readAll(open, options);
    for (const [postId, totals] of answers) {
      if (!same(totals, actual.get(postId))) changedMs = clock.nowMs();
      actual.set(postId, totals);
    }
    open = open.filter((postId) => !same(expected.get(postId), actual.get(postId)));
    options.onProgress?.(expected.size - open.length, expected.size);
    if (open.length === 0 || clock.nowMs() - changedMs >= options.patienceMs) break;
    await clock.sleep(POLL_MS);
  }
  // A total that was equal may have grown since: an event that was counted twice shows only now.
  for (const [postId, totals] of await readAll([...expected.keys()], options)) actual.set(postId, totals);
  return compare(expected, actual);
}

async function readAll(
  postIds: readonly string[],
  options: VerifyOptions,
): Promise<[string, PostTotals | undefined][]> {
  const answers: [string, PostTotals | undefined][] = [];
  const queue = postIds.values();
  const worker = async (): Promise<void> => {
    for (const postId of queue) answers.push([postId, await options.readTotals(postId)]);
  };
  await Promise.all(Array.from({ length: options.concurrency }, worker));
  return answers;
}

function compare(
  expected: ReadonlyMap<string, PostTotals>,
  actual: ReadonlyMap<string, PostTotals | undefined>,
): Comparison {
  const differences = [...expected]
    .map(([postId, totals]) => ({ postId, expected: totals, actual: actual.get(postId) }))
    .filter((post) => !same(post.expected, post.actual));
  return {
    posts: expected.size,
    equal: expected.size - differences.length,
    differences,
    expected: sum(expected.values()),
    actual: sum(actual.values()),
  };
}

function same(a: PostTotals | undefined, b: PostTotals | undefined): boolean {
  return a?.likes === b?.likes && a?.comments === b?.comments;
}

function sum(totals: Iterable<PostTotals | undefined>): PostTotals {
  let likes = 0;
  let comments = 0;
  for (const post of totals) {
    likes += post?.likes ?? 0;
    comments += post?.comments ?? 0;
  }
  return { likes, comments };
}
