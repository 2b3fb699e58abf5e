import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  topics,
  type CommentAdded,
  type CommentDeleted,
  type FollowChanged,
  type LikeChanged,
  type PostEdited,
} from '@headwater/contracts';
import { startService, type RunningService } from '@headwater/service-kit';
import { startBroker, startPostgres, TopicReader, type RunningPostgres } from '@headwater/testkit';
import { AppModule } from './app.module.ts';
import { service } from './service.ts';

jest.setTimeout(300_000);

interface Answer {
  readonly status: number;
  readonly etag: string | null;
  readonly body: Record<string, unknown>;
}

describe('what is written to social-posts', () => {
  let broker: Awaited<ReturnType<typeof startBroker>>;
  let postgres: RunningPostgres;
  let posts: RunningService;
  let reader: TopicReader;

  const send = async (
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> => {
    const response = await fetch(`${posts.url}${path}`, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      etag: response.headers.get('etag'),
      body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>,
    };
  };

  beforeAll(async () => {
    broker = await startBroker({ flush: 'os' });
    postgres = await startPostgres();
    posts = await startService(AppModule, {
      ...service,
      environment: {
        PORT: '0',
        LOG_LEVEL: 'silent',
        DATABASE_URL: await postgres.createDatabase('social_posts'),
        KAFKA_BOOTSTRAP_SERVERS: broker.bootstrapServers,
        SCHEMA_REGISTRY_URL: broker.registryUrl,
      },
    });
    reader = await TopicReader.start(broker, [topics.posts, topics.comments, topics.likes, topics.follows]);
    await send('POST', '/posts', { postId: 'p', userId: 'ann', title: 'Qubits', text: 'First' });
  });

  afterAll(async () => {
    await reader.close();
    await posts.close();
    await postgres.close();
    await broker.close();
  });

  it('changes what a post says, and keeps what it said', async () => {
    const first = await send('PATCH', '/posts/p', { text: 'Second' }, { 'if-match': '"1"' });
    expect([first.status, first.etag, first.body]).toEqual([200, '"2"', { postId: 'p', userId: 'ann', version: 2 }]);
    expect((await send('PATCH', '/posts/p', { text: 'Third' }, { 'if-match': '"1"' })).status).toBe(412);
    expect((await send('PATCH', '/posts/p', { title: 'Qubits', text: 'Second' })).body['version']).toBe(2);
    expect((await send('PATCH', '/posts/never', { text: 'Hm' })).status).toBe(404);
    const isEdit = ({ name }: { name: string | null }): boolean => name === 'headwater.social.PostEdited';
    const [told] = await reader.take<PostEdited>(topics.posts, isEdit, 1);
    expect(told).toMatchObject({ key: 'ann', value: { postId: 'p', title: 'Qubits', text: 'Second' } });
    await send('POST', '/posts', { postId: 'gone', userId: 'ann', text: 'Soon gone' });
    await send('DELETE', '/posts/gone');
    expect((await send('PATCH', '/posts/gone', { text: 'Back' })).status).toBe(409);
    const { items } = (await send('GET', '/posts/gone/history')).body as { items: Record<string, unknown>[] };
    expect(items.map(({ version, event, text }) => [version, event, text])).toEqual([
      [1, 'PostPublished', 'Soon gone'],
      [2, 'PostDeleted', null],
    ]);
  });

  it('takes replies four deep, edits and deletes of comments, and nothing below what is gone', async () => {
    let parentCommentId: string | undefined;
    for (let depth = 0; depth <= 4; depth += 1) {
      const commentId = `c${depth}`;
      const body = { commentId, userId: 'ben', text: `At ${depth}`, ...(parentCommentId && { parentCommentId }) };
      expect((await send('POST', '/posts/p/comments', body)).status).toBe(201);
      parentCommentId = commentId;
    }
    const reply = (parent: string): Promise<Answer> =>
      send('POST', '/posts/p/comments', { userId: 'ben', text: 'Reply', parentCommentId: parent });
    expect((await reply('c4')).body['type']).toBe('urn:problem-type:headwater:thread-too-deep');
    expect((await reply('never')).status).toBe(404);
    const added = await reader.take<CommentAdded>(topics.comments, ({ value }) => value.postId === 'p', 5);
    expect(added.map(({ value }) => [value.commentId, value.parentCommentId, value.depth])).toEqual([
      ['c0', null, 0],
      ['c1', 'c0', 1],
      ['c2', 'c1', 2],
      ['c3', 'c2', 3],
      ['c4', 'c3', 4],
    ]);

    expect((await send('PATCH', '/posts/p/comments/c1', { text: 'Better' })).etag).toBe('"2"');
    expect((await send('PATCH', '/posts/p/comments/c1', { text: 'Best' }, { 'if-match': '"1"' })).status).toBe(412);
    expect((await send('DELETE', '/posts/other/comments/c1')).status).toBe(404);
    expect((await send('DELETE', '/posts/p/comments/c1')).status).toBe(204);
    expect((await send('DELETE', '/posts/p/comments/c1')).status).toBe(204);
    expect((await reply('c1')).status).toBe(409);
    expect((await send('PATCH', '/posts/p/comments/c1', { text: 'Back' })).status).toBe(409);
    const isGone = ({ name }: { name: string | null }): boolean => name === 'headwater.social.CommentDeleted';
    const [gone] = await reader.take<CommentDeleted>(topics.comments, isGone, 1);
    expect(gone).toMatchObject({ key: 'p', value: { commentId: 'c1', userId: 'ben' } });
    const { items } = (await send('GET', '/posts/p/comments/c1/history')).body as { items: Record<string, unknown>[] };
    expect(items.map(({ text }) => text)).toEqual(['At 1', 'Better', null]);
  });

  it('answers each like of a batch, and gives the same ones the same ids under one key', async () => {
    const likes = [
      { postId: 'p', userId: 'u1' },
      { postId: 'never', userId: 'u1' },
      { postId: 'p', userId: 'not a user' },
      { postId: 'p', userId: 'u2', liked: false },
      'no like',
    ];
    for (let copy = 0; copy < 2; copy += 1) {
      const { status, body } = await send('POST', '/likes', { likes }, { 'idempotency-key': 'batch-1' });
      const results = body['results'] as { status: string; problem?: { status: number } }[];
      expect(status).toBe(200);
      expect(results.map(({ status: each, problem }) => [each, problem?.status])).toEqual([
        ['accepted', undefined],
        ['refused', 404],
        ['refused', 400],
        ['accepted', undefined],
        ['refused', 400],
      ]);
    }
    const told = await reader.take<LikeChanged>(topics.likes, ({ key }) => key === 'p', 4);
    expect(told.map(({ value }) => [value.userId, value.liked])).toEqual([
      ['u1', true],
      ['u2', false],
      ['u1', true],
      ['u2', false],
    ]);
    expect(new Set(told.map(({ messageId }) => messageId)).size).toBe(2);
    expect((await send('POST', '/likes', { likes: [] })).status).toBe(400);
    expect((await send('POST', '/likes', { likes: Array.from({ length: 1_001 }, () => likes[0]) })).status).toBe(400);
  });

  it('tells who follows whom, in order, and lets nobody follow oneself', async () => {
    expect((await send('PUT', '/users/ben/follows/ann')).status).toBe(204);
    expect((await send('DELETE', '/users/ben/follows/ann')).status).toBe(204);
    expect((await send('PUT', '/users/ben/follows/ben')).status).toBe(422);
    const told = await reader.take<FollowChanged>(topics.follows, ({ key }) => key === 'ben', 2);
    expect(told.map(({ value }) => [value.followedId, value.following])).toEqual([
      ['ann', true],
      ['ann', false],
    ]);
  });
});
