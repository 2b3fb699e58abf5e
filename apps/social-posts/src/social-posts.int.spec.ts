import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  topics,
  type CommentAdded,
  type LikeChanged,
  type PostDeleted,
  type PostPublished,
} from '@headwater/contracts';
import { startService, type RunningService } from '@headwater/service-kit';
import { startPostgres, TopicReader, type RunningPostgres } from '@headwater/testkit';
import { describeOnEveryEngine, type KafkaEngine } from '@headwater/testkit/engines';
import { AppModule } from './app.module.ts';
import { service } from './service.ts';

let kafka: KafkaEngine;
let postgres: RunningPostgres;
let posts: RunningService;
let reader: TopicReader;

async function startPosts(): Promise<RunningService> {
  return startService(AppModule, {
    ...service,
    environment: {
      PORT: '0',
      LOG_LEVEL: 'silent',
      DATABASE_URL: await postgres.createDatabase('social_posts'),
      KAFKA_BOOTSTRAP_SERVERS: kafka.bootstrapServers,
      SCHEMA_REGISTRY_URL: kafka.registryUrl,
    },
  });
}

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

async function send(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(`${posts.url}${path}`, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>,
  };
}

const occurredAt = '2018-03-12T17:00:45.567Z';

describeOnEveryEngine(
  'social-posts',
  (engine) => {
    beforeAll(async () => {
      kafka = engine;
      postgres = await startPostgres();
      posts = await startPosts();
      reader = await TopicReader.start(kafka, [topics.posts, topics.comments, topics.likes]);
    });

    afterAll(async () => {
      await reader.close();
      await posts.close();
      await postgres.close();
    });

    describe('publishing a post', () => {
      it('is answered with its place and version, and told to the world once', async () => {
        const answer = await send('POST', '/posts', {
          postId: 'p1',
          userId: 'ann',
          authorName: 'Ann',
          title: 'Qubits',
          text: 'What is one?',
          kind: 'question',
          sourceUrl: 'https://example.org/q/1',
          occurredAt,
        });
        expect(answer.status).toBe(201);
        expect(answer.headers.get('location')).toBe('/posts/p1');
        expect(answer.headers.get('etag')).toBe('"1"');
        expect(answer.body).toEqual({ postId: 'p1', userId: 'ann', version: 1 });

        const [published] = await reader.take<PostPublished>(topics.posts, (event) => event.value.postId === 'p1', 1);
        expect(published).toMatchObject({
          key: 'ann',
          name: 'headwater.social.PostPublished',
          value: {
            postId: 'p1',
            userId: 'ann',
            authorName: 'Ann',
            title: 'Qubits',
            text: 'What is one?',
            kind: 'question',
            parentPostId: null,
            occurredAt: new Date(occurredAt),
          },
        });
        expect(published?.messageId).toBe(published?.value.eventId);
      });

      it('finds an identifier when none is given', async () => {
        const { status, body } = await send('POST', '/posts', { userId: 'ann', text: 'Hello' });
        expect(status).toBe(201);
        expect((await send('GET', `/posts/${body['postId'] as string}`)).body).toEqual(body);
      });

      it('refuses an identifier that is taken', async () => {
        expect(await send('POST', '/posts', { postId: 'p1', userId: 'ben', text: 'Mine' })).toMatchObject({
          status: 409,
          body: {
            type: 'urn:problem-type:headwater:post-exists',
            detail: expect.stringContaining('There is a post p1 already'),
          },
        });
      });

      it('names each wrong field', async () => {
        const { status, body } = await send('POST', '/posts', {
          postId: 'no spaces',
          text: '',
          kind: 'poem',
          occurredAt: 'yesterday',
          colour: 'red',
        });
        expect(status).toBe(400);
        const fields = (body['errors'] as { field: string }[]).map(({ field }) => field);
        expect(new Set(fields)).toEqual(new Set(['postId', 'userId', 'text', 'kind', 'occurredAt', 'colour']));
      });

      it('refuses text that PostgreSQL cannot store, by name', async () => {
        const { status, body } = await send('POST', '/posts', { userId: 'ann', text: 'a\0b' });
        expect([status, body['detail']]).toEqual([400, 'The request has a wrong field: text.']);
      });
    });

    describe('an idempotency key', () => {
      it('makes a repeated command answer what it did the first time, and publish once', async () => {
        const command = { userId: 'ann', text: 'Only once' };
        const key = { 'idempotency-key': 'publish-1' };
        const first = await send('POST', '/posts', command, key);
        const second = await send('POST', '/posts', command, key);
        expect(first.status).toBe(201);
        expect([second.status, second.body, second.headers.get('location')]).toEqual([
          201,
          first.body,
          first.headers.get('location'),
        ]);
        const { postId } = first.body as { postId: string };
        // A later post of the same author is behind every copy there could be.
        await send('POST', '/posts', { postId: 'after-key', userId: 'ann', text: 'Later' });
        await reader.take(topics.posts, (event) => (event.value as PostPublished).postId === 'after-key', 1);
        expect(reader.seen(topics.posts, (event) => (event.value as PostPublished).postId === postId)).toHaveLength(1);
      });

      it('lets one of many at the same time do the work', async () => {
        const answers = await Promise.all(
          Array.from({ length: 8 }, () =>
            send('POST', '/posts', { userId: 'ann', text: 'Together' }, { 'idempotency-key': 'together' }),
          ),
        );
        expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
        expect(new Set(answers.map(({ body }) => body['postId'])).size).toBe(1);
      });

      it('is refused for another command', async () => {
        expect(
          await send('POST', '/posts', { userId: 'ann', text: 'Something else' }, { 'idempotency-key': 'publish-1' }),
        ).toMatchObject({
          status: 422,
          body: { type: 'urn:problem-type:headwater:idempotency-key-reused' },
        });
      });
    });

    describe('deleting a post', () => {
      it('needs the version that the client has seen, when it names one', async () => {
        await send('POST', '/posts', { postId: 'd1', userId: 'ann', text: 'Soon gone' });
        expect((await send('DELETE', '/posts/d1', undefined, { 'if-match': '"7"' })).status).toBe(412);
        expect((await send('DELETE', '/posts/d1', undefined, { 'if-match': 'seven' })).status).toBe(400);
        expect(
          (await send('DELETE', `/posts/d1?occurredAt=${occurredAt}`, undefined, { 'if-match': '"1"' })).status,
        ).toBe(204);
        const told = await reader.take<PostDeleted>(topics.posts, (event) => event.value.postId === 'd1', 2);
        expect(told.map(({ name, key }) => [name, key])).toEqual([
          ['headwater.social.PostPublished', 'ann'],
          ['headwater.social.PostDeleted', 'ann'],
        ]);
        expect(told[1]?.value.occurredAt).toEqual(new Date(occurredAt));
      });

      it('changes nothing the second time, and is not found for a post that never was', async () => {
        expect((await send('DELETE', '/posts/d1')).status).toBe(204);
        expect((await send('DELETE', '/posts/never')).status).toBe(404);
        expect((await send('GET', '/posts/d1')).status).toBe(409);
      });
    });

    describe('a comment', () => {
      it('is told to the world in the order of its post', async () => {
        await send('POST', '/posts', { postId: 'c1', userId: 'ann', text: 'Discuss' });
        for (let number = 1; number <= 20; number += 1)
          expect(
            (
              await send('POST', '/posts/c1/comments', {
                commentId: `c1-${number}`,
                userId: `user-${number}`,
                text: `Number ${number}`,
              })
            ).status,
          ).toBe(201);
        const comments = await reader.take<CommentAdded>(topics.comments, (event) => event.value.postId === 'c1', 20);
        expect(comments.map(({ value }) => value.commentId)).toEqual(
          Array.from({ length: 20 }, (_, index) => `c1-${index + 1}`),
        );
        expect(new Set(comments.map(({ key }) => key))).toEqual(new Set(['c1']));
      });

      it('is accepted along with more others than there are connections to the database', async () => {
        await send('POST', '/posts', { postId: 'c2', userId: 'ann', text: 'Crowded' });
        const answers = await Promise.all(
          Array.from({ length: 60 }, (_, number) =>
            send('POST', '/posts/c2/comments', { userId: `user-${number}`, text: 'Me too' }),
          ),
        );
        expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
        const { commentId } = answers[0]!.body as { commentId: string };
        expect(answers[0]?.headers.get('location')).toBe(`/posts/c2/comments/${commentId}`);
      });

      it('needs a post that is there, and an identifier that is free', async () => {
        expect((await send('POST', '/posts/never/comments', { userId: 'ben', text: 'Hm' })).status).toBe(404);
        expect((await send('POST', '/posts/d1/comments', { userId: 'ben', text: 'Hm' })).status).toBe(409);
        expect(
          (await send('POST', '/posts/c1/comments', { commentId: 'c1-1', userId: 'ben', text: 'Hm' })).body['type'],
        ).toBe('urn:problem-type:headwater:comment-exists');
      });
    });

    describe('a like', () => {
      it('is durable when it is answered, and so is taking it back', async () => {
        expect((await send('PUT', '/posts/p1/likes/ben', { occurredAt })).status).toBe(204);
        expect((await send('DELETE', '/posts/p1/likes/ben')).status).toBe(204);
        const likes = await reader.take<LikeChanged>(topics.likes, (event) => event.value.postId === 'p1', 2);
        expect(likes.map(({ key, value }) => [key, value.userId, value.liked])).toEqual([
          ['p1', 'ben', true],
          ['p1', 'ben', false],
        ]);
        expect(likes[0]?.value.occurredAt).toEqual(new Date(occurredAt));
      });

      it('needs no body, and a post that is there', async () => {
        expect((await send('PUT', '/posts/p1/likes/cat')).status).toBe(204);
        expect(await send('PUT', '/posts/never/likes/ben')).toMatchObject({
          status: 404,
          body: { type: 'urn:problem-type:headwater:post-unknown' },
        });
        expect(await send('PUT', '/posts/d1/likes/ben')).toMatchObject({
          status: 409,
          body: { type: 'urn:problem-type:headwater:post-deleted' },
        });
      });

      it('keeps one message id under one idempotency key', async () => {
        for (let copy = 0; copy < 2; copy += 1)
          await send('PUT', '/posts/c1/likes/ben', {}, { 'idempotency-key': 'like-1' });
        const likes = await reader.take<LikeChanged>(topics.likes, (event) => event.value.postId === 'c1', 2);
        expect(new Set(likes.map(({ messageId }) => messageId)).size).toBe(1);
      });
    });

    describe('the service', () => {
      it('accepts posts while the relay cannot publish, and publishes them after a restart', async () => {
        await postgres.restart();
        const answer = await sendUntilServed('POST', '/posts', {
          postId: 'after-restart',
          userId: 'dan',
          text: 'Still here',
        });
        expect(answer.status).toBe(201);
        const [told] = await reader.take<PostPublished>(
          topics.posts,
          (event) => event.value.postId === 'after-restart',
          1,
        );
        expect(told?.key).toBe('dan');
      });

      it('shows how far its outbox is', async () => {
        await send('POST', '/posts', { postId: 'counted', userId: 'eve', text: 'Count me' });
        await reader.take(topics.posts, (event) => (event.value as PostPublished).postId === 'counted', 1);
        const metrics = await (await fetch(`${posts.url}/metrics`)).text();
        const gauges = ['outbox_pending_messages', 'outbox_oldest_pending_seconds', 'outbox_held_aggregates'];
        for (const name of [...gauges, 'event_store_barrier_seconds'])
          expect(metrics).toMatch(new RegExp(`^${name} \\d`, 'm'));
        expect(metrics).toMatch(/^outbox_published_messages_total\{topic="posts"\} [1-9]/m);
        expect((await send('GET', '/health/live')).body).toMatchObject({ checks: { 'outbox-relay': { ok: true } } });
      });

      it('shows its API', async () => {
        const { body } = await send('GET', '/docs/openapi.json');
        expect(Object.keys(body['paths'] as object)).toEqual(
          expect.arrayContaining([
            '/posts',
            '/posts/{postId}',
            '/posts/{postId}/comments',
            '/posts/{postId}/likes/{userId}',
          ]),
        );
      });
    });

    /** Sends again while the service answers that its database is away. */
    async function sendUntilServed(method: string, path: string, body: unknown): Promise<Answer> {
      for (;;) {
        const answer = await send(method, path, body);
        if (answer.status !== 503) return answer;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  },
  { own: true },
);
