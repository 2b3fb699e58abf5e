import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import kafkajs from 'kafkajs';
import {
  commentAdded,
  likeChanged,
  postDeleted,
  postPublished,
  postWithCounts,
  topics,
  type CommentAdded,
  type LikeChanged,
  type PostPublished,
  type PostWithCounts,
} from '@headwater/contracts';
import { createKafkajsClient, EventCodec, MessageProducer, systemClock, TopicSetup } from '@headwater/messaging';
import { startService, type RunningService } from '@headwater/service-kit';
import { startPostgres, TopicReader, type RunningPostgres } from '@headwater/testkit';
import { message, specifyConsumer, type ConsumerSpecification } from '@headwater/testkit/specification';
import { describeOnEveryEngine } from '@headwater/testkit/engines';
import { AppModule } from './app.module.ts';
import { service } from './service.ts';

const at = (minute: number): Date => new Date(Date.UTC(2018, 2, 12, 17, minute));

const postOf = (postId: string, minute = 0): PostPublished => ({
  eventId: `published-${postId}`,
  postId,
  userId: `author-of-${postId}`,
  authorName: 'Ann',
  title: `About ${postId}`,
  text: 'What is a qubit?',
  kind: 'question',
  parentPostId: null,
  sourceUrl: `https://example.org/${postId}`,
  occurredAt: at(minute),
});

let copies = 0;
const likeOf = (postId: string, userId: string, liked = true): LikeChanged => ({
  eventId: `like-${copies++}`,
  postId,
  userId,
  liked,
  occurredAt: at(1),
});

const commentOf = (postId: string, commentId: string): CommentAdded => ({
  eventId: `comment-${commentId}`,
  commentId,
  postId,
  userId: 'ben',
  authorName: null,
  text: 'Good question',
  parentCommentId: null,
  depth: 0,
  occurredAt: at(2),
});

describeOnEveryEngine(
  'social-feed',
  (broker) => {
    let postgres: RunningPostgres;
    let feed: RunningService;
    let producer: MessageProducer;
    let consumer: ConsumerSpecification;

    const startFeed = async (): Promise<RunningService> =>
      startService(AppModule, {
        ...service,
        environment: {
          PORT: '0',
          LOG_LEVEL: 'silent',
          DATABASE_URL: await postgres.createDatabase('social_feed'),
          KAFKA_BOOTSTRAP_SERVERS: broker.bootstrapServers,
          SCHEMA_REGISTRY_URL: broker.registryUrl,
        },
      });

    const publish = (post: PostPublished) => producer.send(topics.posts, postPublished, post);
    const like = (...given: Parameters<typeof likeOf>) => producer.send(topics.likes, likeChanged, likeOf(...given));
    const comment = (added: CommentAdded) => producer.send(topics.comments, commentAdded, added);

    const get = async (path: string): Promise<{ status: number; body: Record<string, unknown> }> => {
      const response = await fetch(`${feed.url}${path}`);
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    };

    /** Waits until the totals are so; the test's limit ends it. */
    const totalsBecome = async (postId: string, likes: number, comments: number): Promise<void> => {
      for (;;) {
        const { status, body } = await get(`/posts/${postId}/totals`);
        if (status === 200 && body['likes'] === likes && body['comments'] === comments) return;
        await delay(50);
      }
    };

    /** Waits until everything that was sent is committed by the feed's groups. */
    const caughtUp = (): Promise<void> =>
      consumer
        .given()
        .when()
        .thenSee(() => undefined);

    beforeAll(async () => {
      postgres = await startPostgres();
      const client = createKafkajsClient({
        clientId: 'spec',
        bootstrapServers: [broker.bootstrapServers],
        clock: systemClock,
      });
      const codec = new EventCodec(broker.registryUrl);
      const produced = [topics.posts, topics.likes, topics.comments];
      await new TopicSetup(client).ensure(produced);
      await codec.register(produced);
      producer = new MessageProducer(client, codec);
      feed = await startFeed();
      consumer = await specifyConsumer({
        source: broker,
        subscriptions: produced.map((topic) => ({ topic, group: `social-feed.${topic.name}` })),
      });
    });

    afterAll(async () => {
      await consumer.close();
      await producer.close();
      await feed.close();
      await postgres.close();
    });

    it('answers the totals of a post', async () => {
      await publish(postOf('p1'));
      await Promise.all([like('p1', 'ben'), like('p1', 'cem'), comment(commentOf('p1', 'c1'))]);
      await totalsBecome('p1', 2, 1);
      expect(await get('/posts/p1/totals')).toEqual({ status: 200, body: { postId: 'p1', likes: 2, comments: 1 } });
    });

    it('counts a like once, however often it is delivered', async () => {
      const post = message(topics.posts, postPublished, postOf('again'));
      const liked = [likeOf('again', 'ben'), likeOf('again', 'cem')].map((each) =>
        message(topics.likes, likeChanged, each),
      );
      await consumer
        .given(post)
        .when(...liked)
        .thenRedeliveryChangesNothing(async () => (await get('/posts/again/totals')).body);
      expect((await get('/posts/again/totals')).body).toMatchObject({ likes: 2 });
    });

    it('counts a user who likes twice once, and takes a like back', async () => {
      await publish(postOf('twice'));
      await like('twice', 'ben');
      await like('twice', 'ben');
      await like('twice', 'cem');
      await like('twice', 'cem', false);
      await like('twice', 'nobody', false);
      await like('twice', 'dan', false);
      await like('twice', 'dan');
      await caughtUp();
      await totalsBecome('twice', 2, 0);
    });

    it('has the totals of a post whose likes and comments came before it', async () => {
      await Promise.all([like('late', 'ben'), like('late', 'cem'), comment(commentOf('late', 'c2'))]);
      await caughtUp();
      expect((await get('/posts/late/totals')).status).toBe(404);
      await publish(postOf('late'));
      await totalsBecome('late', 2, 1);
    });

    it('answers a problem document for a post that it does not know', async () => {
      const response = await fetch(`${feed.url}/posts/unknown/totals`);
      expect(response.status).toBe(404);
      expect(response.headers.get('content-type')).toContain('application/problem+json');
      expect(await response.json()).toMatchObject({ status: 404, type: 'urn:problem-type:headwater:post-unknown' });
    });

    it('forgets a deleted post, and leaves a tombstone for it', async () => {
      await publish(postOf('gone', 3));
      await like('gone', 'ben');
      await totalsBecome('gone', 1, 0);
      await producer.send(topics.posts, postDeleted, {
        eventId: 'deleted-gone',
        postId: 'gone',
        userId: 'author-of-gone',
        occurredAt: at(4),
      });
      await caughtUp();
      expect((await get('/posts/gone/totals')).status).toBe(404);
      expect(JSON.stringify((await get('/feed?limit=200')).body)).not.toContain('gone');
      await using reader = await TopicReader.start(broker, [topics.postsWithCounts]);
      const tombstones = await reader.take(
        topics.postsWithCounts,
        ({ key, value }) => key === 'gone' && value === null,
        1,
      );
      expect(tombstones).toHaveLength(1);
    });

    it('pages through the feed from the newest on, also where posts share a time', async () => {
      await Promise.all(
        ['f1', 'f2', 'f3', 'f4', 'f5'].map((postId, index) => publish(postOf(postId, index < 3 ? 50 : 40))),
      );
      await like('f5', 'ben');
      await totalsBecome('f5', 1, 0);
      await caughtUp();
      const seen: unknown[] = [];
      let cursor: string | null = null;
      do {
        const { body } = await get(`/feed?limit=2${cursor === null ? '' : `&cursor=${cursor}`}`);
        seen.push(...(body['items'] as Record<string, unknown>[]).map((item) => item['postId']));
        cursor = body['nextCursor'] as string | null;
      } while (cursor !== null && seen.length < 6);
      expect(seen.slice(0, 5)).toEqual(['f3', 'f2', 'f1', 'f5', 'f4']);
      const [first] = (await get('/feed?limit=1')).body['items'] as unknown[];
      expect(first).toEqual({
        postId: 'f3',
        userId: 'author-of-f3',
        authorName: 'Ann',
        title: 'About f3',
        text: 'What is a qubit?',
        kind: 'question',
        parentPostId: null,
        sourceUrl: 'https://example.org/f3',
        publishedAt: at(50).toISOString(),
        editedAt: null,
        likes: 0,
        comments: 0,
      });
      expect((await get('/feed?cursor=nonsense')).status).toBe(400);
      expect((await get('/feed?limit=0')).status).toBe(400);
    });

    it('publishes the latest counts of a post, by its key', async () => {
      await publish(postOf('counted'));
      await Promise.all(Array.from({ length: 50 }, (_, index) => like('counted', `user-${index}`)));
      await using reader = await TopicReader.start(broker, [topics.postsWithCounts]);
      const isLatest = ({ name, value }: { name: string | null; value: unknown }): boolean =>
        name === postWithCounts.name &&
        (value as PostWithCounts).postId === 'counted' &&
        (value as PostWithCounts).likes === 50;
      const [latest] = await reader.take<PostWithCounts>(topics.postsWithCounts, isLatest, 1);
      expect(latest).toMatchObject({
        key: 'counted',
        value: { postId: 'counted', likes: 50, comments: 0, kind: 'question' },
      });
    });

    it('changes nothing when everything is delivered again', async () => {
      await caughtUp();
      const before = await get('/feed?limit=200');
      await feed.close();
      const admin = new kafkajs.Kafka({
        brokers: [broker.bootstrapServers],
        logLevel: kafkajs.logLevel.NOTHING,
      }).admin();
      await admin.connect();
      await Promise.all(
        [topics.posts, topics.likes, topics.comments].map((topic) =>
          admin.setOffsets({
            groupId: `social-feed.${topic.name}`,
            topic: topic.name,
            partitions: Array.from({ length: topic.partitions }, (_, partition) => ({ partition, offset: '0' })),
          }),
        ),
      );
      await admin.disconnect();
      feed = await startFeed();
      await caughtUp();
      expect(await get('/feed?limit=200')).toEqual(before);
    });

    it('catches up after its database was away', async () => {
      await publish(postOf('outage'));
      await totalsBecome('outage', 0, 0);
      await postgres.kill();
      await Promise.all(Array.from({ length: 20 }, (_, index) => like('outage', `user-${index}`)));
      await postgres.restart();
      await totalsBecome('outage', 20, 0);
    });

    it('describes itself, and says how it is', async () => {
      const { body } = await get('/docs/openapi.json');
      expect(Object.keys(body['paths'] as object)).toEqual(
        expect.arrayContaining(['/feed', '/posts/{postId}/totals', '/trending', '/users/{userId}/home']),
      );
      // The database came back a moment ago; a consumer may still wait for its next attempt.
      let ready = await get('/health/ready');
      while (ready.status !== 200) {
        await delay(50);
        ready = await get('/health/ready');
      }
      expect(ready).toMatchObject({ status: 200, body: { checks: { kafka: { ok: true }, database: { ok: true } } } });
      expect((await get('/health/live')).status).toBe(200);
      const metrics = async (): Promise<string> => (await fetch(`${feed.url}/metrics`)).text();
      expect(await metrics()).toMatch(/messaging_messages_total\{group="social-feed\.likes",outcome="ok"\} \d+/);
      // The gauges follow the commits.
      while (!/messaging_lag_records\{group="social-feed\.likes",partition="\d"\} 0/.test(await metrics()))
        await delay(50);
    });
  },
  { own: true },
);
