/** social-feed on a broker and a PostgreSQL of its own, and what its specs send and ask. */
import { setTimeout as delay } from 'node:timers/promises';
import {
  commentAdded,
  likeChanged,
  postPublished,
  topics,
  type CommentAdded,
  type LikeChanged,
  type PostPublished,
} from '@headwater/contracts';
import { createKafkajsClient, EventCodec, MessageProducer, systemClock, TopicSetup } from '@headwater/messaging';
import { startService, type RunningService } from '@headwater/service-kit';
import { startBroker, startPostgres, type RunningPostgres } from '@headwater/testkit';
import { AppModule } from './app.module.ts';
import { service } from './service.ts';

export const at = (minute: number): Date => new Date(Date.UTC(2018, 2, 12, 17, minute));

let copies = 0;

export function postOf(postId: string, over: Partial<PostPublished> = {}): PostPublished {
  return {
    eventId: `published-${postId}`,
    postId,
    userId: `author-of-${postId}`,
    authorName: null,
    title: null,
    text: `About ${postId}`,
    kind: 'plain',
    parentPostId: null,
    sourceUrl: null,
    occurredAt: at(0),
    ...over,
  };
}

export function likeOf(postId: string, userId: string, over: Partial<LikeChanged> = {}): LikeChanged {
  return { eventId: `like-${copies++}`, postId, userId, liked: true, occurredAt: at(1), ...over };
}

export function commentOf(postId: string, commentId: string, over: Partial<CommentAdded> = {}): CommentAdded {
  return {
    eventId: `added-${commentId}`,
    commentId,
    postId,
    userId: 'ben',
    authorName: null,
    text: `This is ${commentId}`,
    parentCommentId: null,
    depth: 0,
    occurredAt: at(2),
    ...over,
  };
}

export class FeedUnderTest implements AsyncDisposable {
  private constructor(
    readonly broker: Awaited<ReturnType<typeof startBroker>>,
    readonly postgres: RunningPostgres,
    readonly databaseUrl: string,
    readonly codec: EventCodec,
    readonly producer: MessageProducer,
    private service: RunningService | undefined,
  ) {}

  static async start(): Promise<FeedUnderTest> {
    const broker = await startBroker({ flush: 'os' });
    const postgres = await startPostgres();
    const { bootstrapServers } = broker;
    const client = createKafkajsClient({ clientId: 'spec', bootstrapServers: [bootstrapServers], clock: systemClock });
    const codec = new EventCodec(broker.registryUrl);
    const produced = [topics.posts, topics.likes, topics.comments, topics.follows];
    await new TopicSetup(client).ensure(produced);
    await codec.register(produced);
    const producer = new MessageProducer(client, codec);
    const databaseUrl = await postgres.createDatabase('social_feed');
    const feed = new FeedUnderTest(broker, postgres, databaseUrl, codec, producer, undefined);
    await feed.restart();
    return feed;
  }

  get url(): string {
    return this.service!.url;
  }

  async restart(): Promise<void> {
    await this.service?.close();
    this.service = await startService(AppModule, {
      ...service,
      environment: {
        PORT: '0',
        LOG_LEVEL: 'silent',
        DATABASE_URL: this.databaseUrl,
        KAFKA_BOOTSTRAP_SERVERS: this.broker.bootstrapServers,
        SCHEMA_REGISTRY_URL: this.broker.registryUrl,
        TRENDING_INTERVAL_MS: '100',
      },
    });
  }

  readonly publish = (...given: Parameters<typeof postOf>): Promise<void> =>
    this.producer.send(topics.posts, postPublished, postOf(...given));
  readonly like = (...given: Parameters<typeof likeOf>): Promise<void> =>
    this.producer.send(topics.likes, likeChanged, likeOf(...given));
  readonly comment = (...given: Parameters<typeof commentOf>): Promise<void> =>
    this.producer.send(topics.comments, commentAdded, commentOf(...given));

  async get(path: string, init: RequestInit = {}): Promise<{ status: number; body: Record<string, unknown> }> {
    const response = await fetch(`${this.url}${path}`, init);
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  /** Waits until an answer is as it is to be; the test's limit ends it. */
  async answerBecomes(
    path: string,
    isSo: (body: Record<string, unknown>) => boolean,
  ): Promise<Record<string, unknown>> {
    for (;;) {
      const { status, body } = await this.get(path);
      if (status === 200 && isSo(body)) return body;
      await delay(20);
    }
  }

  async totalsBecome(postId: string, likes: number, comments = 0): Promise<void> {
    await this.answerBecomes(
      `/posts/${postId}/totals`,
      (totals) => totals['likes'] === likes && totals['comments'] === comments,
    );
  }

  /** The texts of a list's field, page by page. */
  async pages(path: string, field: string, limit: number): Promise<unknown[][]> {
    const pages: unknown[][] = [];
    for (let cursor: unknown; cursor !== null;) {
      const { body } = await this.get(
        `${path}limit=${limit}${cursor === undefined ? '' : `&cursor=${String(cursor)}`}`,
      );
      pages.push((body['items'] as Record<string, unknown>[]).map((item) => item[field]));
      cursor = body['nextCursor'];
    }
    return pages;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.producer.close();
    await this.service?.close();
    await this.postgres.close();
    await this.broker.close();
  }
}
