import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  commentDeleted,
  commentEdited,
  followChanged,
  postDeleted,
  postEdited,
  topics,
  type PostsTrended,
} from '@headwater/contracts';
import { TopicReader } from '@headwater/testkit';
import pg from 'pg';
import { at, commentOf, FeedUnderTest } from '../fixtures/feed-under-test.ts';

// Everything waits for events, on a machine that may be busy with something else.
jest.setTimeout(300_000);

/** Events of a live stream of totals, as they come. */
class TotalsReader {
  readonly events: { id: string | undefined; name: string; data: Record<string, unknown> }[] = [];
  private readonly ended = new AbortController();
  private reading: Promise<void> | undefined;

  static async open(url: string, lastEventId?: string): Promise<TotalsReader> {
    const reader = new TotalsReader();
    const headers = new Headers(lastEventId === undefined ? undefined : { 'last-event-id': lastEventId });
    const response = await fetch(url, { headers, signal: reader.ended.signal });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    reader.reading = reader.read(response.body!.pipeThrough(new TextDecoderStream()));
    return reader;
  }

  async until(isSo: (events: TotalsReader['events']) => boolean): Promise<void> {
    while (!isSo(this.events)) await delay(10);
  }

  async close(): Promise<void> {
    this.ended.abort();
    await this.reading;
  }

  private async read(texts: ReadableStream<string>): Promise<void> {
    let text = '';
    try {
      for await (const piece of texts) {
        const parts = (text + piece).split('\n\n');
        text = parts.pop()!;
        for (const part of parts) this.take(part);
      }
    } catch (error) {
      if (!this.ended.signal.aborted) throw error;
    }
  }

  private take(part: string): void {
    const field = (name: string): string | undefined => new RegExp(`^${name}: (.*)$`, 'm').exec(part)?.[1];
    const name = field('event');
    if (name !== undefined) this.events.push({ id: field('id'), name, data: JSON.parse(field('data')!) as never });
  }
}

describe('what social-feed serves', () => {
  let feed: FeedUnderTest;

  const itemsOf = (body: Record<string, unknown>): Record<string, unknown>[] => body['items'] as never;
  const follow = (userId: string, followedId: string, following = true): Promise<void> =>
    feed.producer.send(topics.follows, followChanged, {
      eventId: `${userId}-${followedId}-${following}`,
      userId,
      followedId,
      following,
      occurredAt: at(0),
    });

  beforeAll(async () => {
    feed = await FeedUnderTest.start();
  });
  afterAll(async () => {
    await feed[Symbol.asyncDispose]();
  });

  it('follows the edits of a post, the last of them', async () => {
    await feed.publish('edited', { userId: 'ann', text: 'First' });
    for (const [minute, text] of ['Second', 'Third'].entries())
      await feed.producer.send(topics.posts, postEdited, {
        eventId: `edit-${minute}`,
        postId: 'edited',
        userId: 'ann',
        title: 'Now with a title',
        text,
        occurredAt: at(10 + minute),
      });
    const body = await feed.answerBecomes('/feed', (page) => itemsOf(page)[0]?.['text'] === 'Third');
    expect(itemsOf(body)[0]).toMatchObject({ title: 'Now with a title', editedAt: at(11).toISOString() });
    await using reader = await TopicReader.start(feed.broker, [topics.postsWithCounts]);
    const isEdited = ({ value }: { value: unknown }): boolean => (value as { text?: string } | null)?.text === 'Third';
    expect(await reader.take(topics.postsWithCounts, isEdited, 1)).toHaveLength(1);
  });

  it('pages through the levels of a thread, and keeps the place of a comment that is gone while there are replies', async () => {
    await feed.publish('threaded');
    const names = ['c1', 'c2', 'c3', 'c4', 'c5'];
    for (const [minute, commentId] of names.entries())
      await feed.comment('threaded', commentId, { occurredAt: at(minute) });
    for (const commentId of ['r1', 'r2', 'r3'])
      await feed.comment('threaded', commentId, { parentCommentId: 'c2', depth: 1 });
    await feed.totalsBecome('threaded', 0, 8);
    expect(await feed.pages('/posts/threaded/comments?', 'commentId', 2)).toEqual([['c1', 'c2'], ['c3', 'c4'], ['c5']]);
    expect(await feed.pages('/posts/threaded/comments?parentCommentId=c2&', 'commentId', 2)).toEqual([
      ['r1', 'r2'],
      ['r3'],
    ]);

    const { commentId, postId, userId } = commentOf('threaded', 'c2');
    const gone = { commentId, postId, userId, occurredAt: at(20) };
    await feed.producer.send(topics.comments, commentEdited, { ...gone, eventId: 'edit-c2', text: 'Better said' });
    await feed.answerBecomes('/posts/threaded/comments', (page) => itemsOf(page)[1]?.['text'] === 'Better said');
    await feed.producer.send(topics.comments, commentDeleted, { ...gone, eventId: 'delete-c2' });
    await feed.producer.send(topics.comments, commentDeleted, { ...gone, eventId: 'delete-c5', commentId: 'c5' });
    await feed.totalsBecome('threaded', 0, 6);
    const left = itemsOf((await feed.get('/posts/threaded/comments')).body);
    expect(left.map((each) => each['commentId'])).toEqual(['c1', 'c2', 'c3', 'c4']);
    expect(left[1]).toMatchObject({ deleted: true, text: null, userId: null, authorName: null, replies: 3 });
    expect((await feed.get('/posts/never/comments')).status).toBe(404);
  });

  it('puts a home feed together from those whom a user follows', async () => {
    const authors = ['ann', 'ben', 'cem', 'dan', 'eve'];
    for (let minute = 0; minute < 40; minute += 1)
      await feed.publish(`home-${minute}`, {
        userId: `home-${authors[minute % authors.length]}`,
        // Two posts share each time.
        occurredAt: at(100 + Math.floor(minute / 2)),
      });
    // What a reader follows is heard of in this order: the last makes the list complete.
    await follow('reader', 'home-dan');
    await follow('reader', 'home-dan', false);
    for (const author of ['ann', 'ben', 'eve']) await follow('reader', `home-${author}`);
    const expected = Array.from({ length: 40 }, (_, minute) => minute)
      .filter((minute) => [0, 1, 4].includes(minute % 5))
      .map((minute) => ({ postId: `home-${minute}`, time: Math.floor(minute / 2) }))
      .sort((one, other) => other.time - one.time || (one.postId < other.postId ? 1 : -1))
      .map(({ postId }) => postId);
    await feed.answerBecomes('/users/reader/home?limit=200', (page) => itemsOf(page).length === expected.length);
    for (const limit of [1, 5, 24, 200])
      expect((await feed.pages('/users/reader/home?', 'postId', limit)).flat()).toEqual(expected);
    expect(await feed.pages('/users/nobody/home?', 'postId', 10)).toEqual([[]]);
  });

  it('tells totals as they change, the newest ones, and goes on where a reader was', async () => {
    await feed.publish('watched');
    await feed.totalsBecome('watched', 0);
    const one = await TotalsReader.open(`${feed.url}/posts/watched/totals/stream`);
    const several = await TotalsReader.open(`${feed.url}/posts/totals/stream?postIds=watched,later`);
    await one.until((events) => events.length === 1);
    const beganMs = performance.now();
    await Promise.all(Array.from({ length: 300 }, (_, user) => feed.like('watched', `user-${user}`)));
    await one.until((events) => events.at(-1)?.data['likes'] === 300);
    // Many changes are told as few: ten in a second, and so the fewer the less time they take.
    expect(one.events.length).toBeLessThan(10 + (performance.now() - beganMs) / 90);
    await feed.publish('later');
    await several.until((events) => events.some(({ data }) => data['postId'] === 'later'));
    const lastId = one.events.at(-1)!.id!;
    expect(lastId).toMatch(/^watched@\d+$/);
    await one.close();
    const again = await TotalsReader.open(`${feed.url}/posts/watched/totals/stream`, lastId);
    await feed.comment('watched', 'watched-1');
    await again.until((events) => events.length > 0);
    expect(again.events[0]!.data).toEqual({ postId: 'watched', likes: 300, comments: 1 });
    const gone = { eventId: 'gone', postId: 'watched', userId: 'author-of-watched', occurredAt: at(3) };
    await feed.producer.send(topics.posts, postDeleted, gone);
    await again.until((events) => events.at(-1)?.name === 'gone');
    await Promise.all([again.close(), several.close()]);
    expect((await feed.get('/posts/watched/totals/stream')).status).toBe(404);
    expect((await feed.get('/posts/totals/stream?postIds=')).status).toBe(400);
  });

  it('lets no other post wait for one whose likes cannot go on', async () => {
    const others = Array.from({ length: 60 }, (_, index) => `other-${index}`);
    await Promise.all(['viral', ...others].map((postId) => feed.publish(postId)));
    await feed.like('viral', 'first');
    await feed.totalsBecome('viral', 1);
    const client = new pg.Client({ connectionString: feed.databaseUrl });
    await client.connect();
    try {
      await client.query('BEGIN');
      await client.query(`SELECT FROM post_totals WHERE post_id = 'viral' FOR UPDATE`);
      const flood = Array.from({ length: 500 }, (_, user) => feed.like('viral', `user-${user}`));
      await Promise.all(flood);
      await Promise.all(others.map((postId) => feed.like(postId, 'ben')));
      // In the viral post's partition a lane of four is its own, and so waits what shares it: few of sixty.
      const { rows } = await until(
        () => client.query(`SELECT FROM post_totals WHERE post_id LIKE 'other-%' AND likes = 1`),
        ({ rowCount }) => (rowCount ?? 0) >= 54,
      );
      expect(rows.length).toBeGreaterThanOrEqual(54);
      const stuck = await client.query(`SELECT likes FROM post_totals WHERE post_id = 'viral'`);
      expect(Number(stuck.rows[0].likes)).toBe(1);
    } finally {
      await client.query('ROLLBACK');
      await client.end();
    }
    await feed.totalsBecome('viral', 501);
    for (const postId of others) await feed.totalsBecome(postId, 1);
  });

  it('says what trends in the newest hour, and publishes it by the hour', async () => {
    await Promise.all(['hot', 'warm', 'old'].map((postId) => feed.publish(postId)));
    const day = (minute: number): Date => new Date(Date.UTC(2018, 5, 1, 12, minute));
    for (let user = 0; user < 30; user += 1) {
      await feed.like('old', `user-${user}`, { occurredAt: day(2) });
      if (user < 10) await feed.like('hot', `user-${user}`, { occurredAt: day(48) });
      if (user < 12) await feed.like('warm', `user-${user}`, { occurredAt: day(30) });
    }
    await feed.comment('hot', 'hot-1', { occurredAt: day(49) });
    // Partitions are counted beside each other: each brings its share when it comes to it.
    const body = await feed.answerBecomes(
      '/trending',
      (page) =>
        page['windowEnd'] === day(50).toISOString() &&
        itemsOf(page).reduce((sum, item) => sum + Number(item['windowLikes']), 0) === 52 &&
        itemsOf(page)[0]!['windowComments'] === 1,
    );
    expect(itemsOf(body).map(({ postId, windowLikes }) => [postId, windowLikes])).toEqual([
      ['hot', 10],
      ['warm', 12],
      ['old', 30],
    ]);
    expect(itemsOf(body)[0]!['score']).toBeCloseTo(10 * 2 ** (-1 / 15) + 2, 10);
    const early = (await feed.get(`/trending?window=${day(10).toISOString()}`)).body;
    expect(itemsOf(early).map(({ postId }) => postId)).toEqual(['old']);
    await using reader = await TopicReader.start(feed.broker, [topics.trendingPosts]);
    const [row] = await reader.take<PostsTrended>(topics.trendingPosts, ({ key }) => key === day(10).toISOString(), 1);
    expect(row?.value.posts[0]).toMatchObject({ postId: 'old' });
  });
});

async function until<T>(ask: () => Promise<T>, isSo: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (isSo(answer)) return answer;
    await delay(20);
  }
}
