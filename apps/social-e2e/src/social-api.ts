/** MySocialMedia as its callers see it. */
import { setTimeout as delay } from 'node:timers/promises';

export interface Totals {
  readonly likes: number;
  readonly comments: number;
}

const POLL_MS = 50;

/** Totals of a post; `undefined` while the feed does not know it. */
export async function totalsOf(feedUrl: string, postId: string): Promise<Totals | undefined> {
  const response = await fetch(`${feedUrl}/posts/${encodeURIComponent(postId)}/totals`);
  if (!response.ok) return undefined;
  const { likes, comments } = (await response.json()) as Totals;
  return { likes, comments };
}

const CONCURRENT_READS = 16;

/** Totals of many posts. */
export async function totalsOfAll(
  feedUrl: string,
  postIds: Iterable<string>,
): Promise<Map<string, Totals | undefined>> {
  const totals = new Map<string, Totals | undefined>();
  const queue = Iterator.from(postIds);
  const worker = async (): Promise<void> => {
    for (const postId of queue) totals.set(postId, await totalsOf(feedUrl, postId));
  };
  await Promise.all(Array.from({ length: CONCURRENT_READS }, worker));
  return totals;
}

/** Waits until a post has these totals. The test's own time-out is the limit. */
export async function awaitTotals(feedUrl: string, postId: string, wanted: Totals): Promise<void> {
  for (;;) {
    const totals = await totalsOf(feedUrl, postId).catch(() => undefined);
    if (totals?.likes === wanted.likes && totals.comments === wanted.comments) return;
    await delay(POLL_MS);
  }
}

/** Publishes a post with one like. */
export async function publishLikedPost(postsUrl: string, postId: string): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ postId, userId: 'ada', text: 'hello' });
  const published = await fetch(`${postsUrl}/posts`, { method: 'POST', headers, body });
  if (!published.ok) throw new Error(`POST /posts: ${published.status} ${await published.text()}`);
  const liked = await fetch(`${postsUrl}/posts/${postId}/likes/bob`, { method: 'PUT', headers, body: '{}' });
  if (!liked.ok) throw new Error(`PUT like: ${liked.status} ${await liked.text()}`);
}
