import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { postDeleted, topics } from '@headwater/contracts';
import pg from 'pg';
import { at, FeedUnderTest } from '../../fixtures/feed-under-test.ts';
import { LogPages } from './log-pages.ts';
import { ModelRebuild } from './model-rebuild.ts';

const posts = Array.from({ length: 40 }, (_, index) => `p${index}`);
const users = 60;

describe('a rebuild of the read model', () => {
  let feed: FeedUnderTest;
  let client: pg.Client;

  const modelOf = async (): Promise<unknown> => {
    const tables = {
      posts: 'SELECT * FROM posts ORDER BY post_id',
      likes: 'SELECT * FROM likes ORDER BY post_id, user_id',
      comments: 'SELECT * FROM comments ORDER BY comment_id',
      totals: 'SELECT post_id, likes, comments FROM post_totals ORDER BY post_id',
      follows: 'SELECT * FROM follows ORDER BY user_id, followed_id',
    };
    const rows = await Promise.all(
      Object.entries(tables).map(async ([name, sql]) => [name, (await client.query(sql)).rows]),
    );
    return Object.fromEntries(rows) as unknown;
  };

  const rebuilt = async (): Promise<Record<string, unknown>> => {
    for (;;) {
      const { body } = await feed.get('/read-model');
      if (body['state'] !== 'running') return body;
      await delay(50);
    }
  };

  beforeAll(async () => {
    feed = await FeedUnderTest.start();
    client = new pg.Client({ connectionString: feed.databaseUrl });
    await client.connect();
    await Promise.all(posts.map((postId, index) => feed.publish(postId, { occurredAt: at(index) })));
    await Promise.all(
      posts.flatMap((postId, index) =>
        Array.from({ length: users }, (_, user) =>
          feed.like(postId, `user-${user}`, { liked: (user + index) % 7 !== 0 }),
        ),
      ),
    );
    await Promise.all(posts.map((postId) => feed.comment(postId, `comment-on-${postId}`)));
    const gone = { eventId: 'gone', postId: 'p3', userId: 'author-of-p3', occurredAt: at(59) };
    await feed.producer.send(topics.posts, postDeleted, gone);
    for (const [index, postId] of posts.entries())
      if (postId !== 'p3') await feed.totalsBecome(postId, likesOf(index), 1);
  }, 120_000);

  afterAll(async () => {
    await client.end();
    await feed[Symbol.asyncDispose]();
  });

  const likesOf = (index: number): number =>
    Array.from({ length: users }, (_, user) => user).filter((user) => (user + index) % 7 !== 0).length;

  it('answers as before while it runs, follows new events, and is the same afterwards', async () => {
    const expected = new Map(posts.map((postId, index) => [postId, likesOf(index)]));
    expect((await feed.get('/read-model/rebuild', { method: 'POST' })).status).toBe(202);
    let asked = 0;
    const asking = (async () => {
      // Answers of posts that nobody touches now.
      for (
        let index = 10;
        (await feed.get('/read-model')).body['state'] === 'running';
        index = 10 + ((index + 1) % 30)
      ) {
        const { status, body } = await feed.get(`/posts/p${index}/totals`);
        expect([status, body['likes'], body['comments']]).toEqual([200, expected.get(`p${index}`), 1]);
        asked += 1;
      }
    })();
    // And events that come meanwhile.
    for (let user = 0; user < 200; user += 1) await feed.like(`p${user % 3}`, `late-${user}`);
    await asking;
    expect(asked).toBeGreaterThan(0);
    expect(await rebuilt()).toMatchObject({ state: 'done', failure: null });
    for (const index of [0, 1, 2])
      await feed.totalsBecome(
        `p${index}`,
        likesOf(index) + Array.from({ length: 200 }, (_, user) => user).filter((user) => user % 3 === index).length,
        1,
      );
    const before = await modelOf();
    expect((await feed.get('/read-model/rebuild', { method: 'POST' })).status).toBe(202);
    expect(await rebuilt()).toMatchObject({ state: 'done', differentPosts: 0 });
    expect(await modelOf()).toEqual(before);
    expect((await client.query(`SELECT FROM pg_namespace WHERE nspname = 'feed_next'`)).rowCount).toBe(0);
  });

  it('mends tables that had gone wrong, and tells it to the world', async () => {
    const before = await modelOf();
    await client.query(`UPDATE post_totals SET likes = 999 WHERE post_id IN ('p5', 'p6')`);
    await client.query(`DELETE FROM comments WHERE post_id = 'p7'`);
    const [{ revision }] = (await client.query(`SELECT revision FROM post_totals WHERE post_id = 'p5'`)).rows as [
      { revision: string },
    ];
    await feed.get('/read-model/rebuild', { method: 'POST' });
    expect(await rebuilt()).toMatchObject({ state: 'done', differentPosts: 2 });
    expect(await modelOf()).toEqual(before);
    const after = (await client.query(`SELECT revision FROM post_totals WHERE post_id = 'p5'`)).rows as [
      { revision: string },
    ];
    expect(Number(after[0].revision)).toBeGreaterThan(Number(revision));
  });

  it('is told to be done when the next may begin, and not before', async () => {
    const rebuilding = feed.partOf(ModelRebuild);
    const [ending, mayEnd] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
    const { close } = LogPages.prototype;
    jest.spyOn(LogPages.prototype, 'close').mockImplementationOnce(async function (this: LogPages) {
      ending.resolve(undefined);
      await mayEnd.promise;
      await close.call(this);
    });
    await rebuilding.begin();
    await ending.promise;
    expect(rebuilding.state).toMatchObject({ state: 'running' });
    mayEnd.resolve(undefined);
    while (rebuilding.state.state === 'running') await nextTurn();
    expect(await rebuilding.begin()).toMatchObject({ state: 'running' });
    expect(await rebuilt()).toMatchObject({ state: 'done' });
  });

  it('runs once at a time, and by itself when the tables are of an older version', async () => {
    const [first, second] = await Promise.all([1, 2].map(() => feed.get('/read-model/rebuild', { method: 'POST' })));
    expect([first!.status, second!.status].sort()).toEqual([202, 409]);
    await rebuilt();
    const before = await modelOf();
    await client.query('UPDATE comments SET text = DEFAULT');
    await client.query('UPDATE read_model SET rebuild_wanted = true');
    await feed.restart();
    expect(await rebuilt()).toMatchObject({ state: 'done' });
    expect(await modelOf()).toEqual(before);
  });
});
