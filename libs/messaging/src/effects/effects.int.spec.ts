import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { deadLetterTopicOf, likeChanged, type LikeChanged } from '@headwater/contracts';
import { startBroker, startPostgres, type RunningBroker, type RunningPostgres } from '@headwater/testkit';
import { DataSource } from 'typeorm';
import { Observer, testTopic, type TestTopic } from '../../fixtures/test-kafka.ts';
import { TestService } from '../../fixtures/test-service.ts';
import { until } from '../../fixtures/until.ts';
import {
  CreateInbox1700000000000,
  FatalHandlerError,
  Subscribe,
  SubscribeBatch,
  SubscriptionContext,
  type MessageProducer,
  type TopicMessage,
} from '../index.ts';

const newGroup = (): string => `spec.${randomUUID().slice(0, 8)}`;

const likeOf = (postId: string, number: number): LikeChanged => ({
  eventId: `${postId}-${number}`,
  postId,
  userId: String(number),
  liked: true,
  occurredAt: new Date(1_500_000_000_000 + number),
});

const insert = 'INSERT INTO effect (message_id, post_id) VALUES ($1, $2)';

describe('effects exactly once', () => {
  let broker: RunningBroker;
  let postgres: RunningPostgres;
  let dataSource: DataSource;
  let observer: Observer;

  beforeAll(async () => {
    [broker, postgres] = await Promise.all([startBroker(), startPostgres()]);
    observer = new Observer(broker);
    dataSource = new DataSource({
      type: 'postgres',
      url: await postgres.createDatabase('effects'),
      migrations: [CreateInbox1700000000000],
      extra: { max: 20 },
    });
    await dataSource.initialize();
    await dataSource.runMigrations();
    // No key on purpose: an effect that happens twice is there twice.
    await dataSource.query(
      'CREATE TABLE effect (position bigserial, message_id text, post_id text, bad int CHECK (bad IS NULL))',
    );
  });
  afterAll(async () => {
    await observer[Symbol.asyncDispose]();
    await dataSource.destroy();
    await Promise.all([broker.close(), postgres.close()]);
  });
  beforeEach(() => dataSource.query('TRUNCATE effect, inbox'));

  const start = (topic: TestTopic, controllers: Parameters<typeof TestService.start>[2]): Promise<TestService> =>
    TestService.start(broker, [topic], controllers, {}, dataSource);

  const produce = (producer: MessageProducer, topic: TestTopic, posts: number, each: number): Promise<unknown> =>
    Promise.all(
      Array.from({ length: each }, (_, number) => number).flatMap((number) =>
        Array.from({ length: posts }, (_, post) => producer.send(topic, likeChanged, likeOf(`post-${post}`, number))),
      ),
    );

  const effects = async (): Promise<string[]> => {
    const rows: { message_id: string }[] = await dataSource.query('SELECT message_id FROM effect ORDER BY position');
    return rows.map((row) => row.message_id);
  };

  const committedToTheEnd = (group: string, topic: TestTopic): Promise<void> =>
    until(async () => (await observer.committed(group, topic)).join() === (await observer.ends(topic)).join());

  const expected = (posts: number, each: number): string[] =>
    Array.from({ length: posts }, (_, post) => Array.from({ length: each }, (_, n) => `post-${post}-${n}`)).flat();

  it('come in order of each key, share transactions, and are there once when everything is delivered again', async () => {
    const topic = testTopic(4);
    const group = newGroup();
    let calls = 0;
    @Controller()
    class Likes {
      // #region handler
      @Subscribe(topic, { group, delivery: 'exactly-once-effect', policy: 'dead-letter' })
      async onLike(
        @Payload() { messageId, value }: TopicMessage<TestTopic>,
        @Ctx() context: SubscriptionContext,
      ): Promise<void> {
        calls += 1;
        await context.manager.query(insert, [messageId, value.postId]);
      }
      // #endregion
    }
    {
      await using writer = await start(topic, []);
      await produce(writer.producer, topic, 20, 50);
    }
    const before = await commits(dataSource);
    {
      await using _service = await start(topic, [Likes]);
      await committedToTheEnd(group, topic);
    }
    const transactions = (await commits(dataSource)) - before;
    const done = await effects();
    expect([...done].sort()).toEqual(expected(20, 50).sort());
    for (let post = 0; post < 20; post++)
      expect(done.filter((id) => id.startsWith(`post-${post}-`))).toEqual(
        Array.from({ length: 50 }, (_, number) => `post-${post}-${number}`),
      );
    expect(transactions).toBeLessThan(500);

    await observer.rewind(group, topic);
    await using _again = await start(topic, [Likes]);
    await committedToTheEnd(group, topic);
    expect(await effects()).toEqual(done);
    expect(calls).toBe(1_000);
  });

  it('of single statements that are transactions of their own come in order of each key', async () => {
    const topic = testTopic(4);
    const group = newGroup();
    @Controller()
    class Likes {
      @Subscribe(topic, { group, policy: 'dead-letter' })
      async onLike(
        @Payload() { messageId, value }: TopicMessage<TestTopic>,
        @Ctx() context: SubscriptionContext,
      ): Promise<void> {
        const rows = await context.query<{ post_id: string }>(`${insert} RETURNING post_id`, [messageId, value.postId]);
        if (rows[0]!.post_id !== value.postId) throw new FatalHandlerError('the rows are of another statement');
      }
    }
    await using service = await start(topic, [Likes]);
    await produce(service.producer, topic, 20, 50);
    await committedToTheEnd(group, topic);
    const done = await effects();
    for (let post = 0; post < 20; post++)
      expect(done.filter((id) => id.startsWith(`post-${post}-`))).toEqual(
        Array.from({ length: 50 }, (_, number) => `post-${post}-${number}`),
      );
  });

  it('of a message that fails meet its policy, and all others are there once', async () => {
    const topic = testTopic(2);
    const group = newGroup();
    @Controller()
    class Likes {
      @Subscribe(topic, { group, delivery: 'exactly-once-effect', policy: 'dead-letter' })
      async onLike(
        @Payload() { messageId, value }: TopicMessage<TestTopic>,
        @Ctx() context: SubscriptionContext,
      ): Promise<void> {
        await context.query(insert, [messageId, value.postId]);
        if (value.userId === '7') throw new FatalHandlerError('no sevens');
        if (value.userId === '9') await context.manager.query('INSERT INTO effect (bad) VALUES (1)');
      }
    }
    await using service = await start(topic, [Likes]);
    await produce(service.producer, topic, 10, 20);
    await committedToTheEnd(group, topic);
    const good = expected(10, 20).filter((id) => !/-[79]$/.test(id));
    expect((await effects()).sort()).toEqual(good.sort());
    const letters = await observer.read(deadLetterTopicOf(topic, group), 20);
    expect(letters.map(({ key }) => String(key)).sort()).toEqual(
      Array.from({ length: 10 }, (_, post) => [`post-${post}`, `post-${post}`])
        .flat()
        .sort(),
    );
  });

  it('of a batch are narrowed down to the message at fault by halving', async () => {
    const topic = testTopic(1);
    const group = newGroup();
    let calls = 0;
    @Controller()
    class Likes {
      @SubscribeBatch(topic, { group, delivery: 'exactly-once-effect', policy: 'dead-letter', batchSize: 200 })
      async onLikes(
        @Payload() messages: readonly TopicMessage<TestTopic>[],
        @Ctx() context: SubscriptionContext,
      ): Promise<void> {
        calls += 1;
        await context.manager.query(
          `INSERT INTO effect (message_id, post_id, bad)
           SELECT id, post, CASE WHEN id LIKE '%-13' THEN 1 END FROM unnest($1::text[], $2::text[]) AS t(id, post)`,
          [messages.map(({ messageId }) => messageId), messages.map(({ value }) => value.postId)],
        );
      }
    }
    {
      await using writer = await start(topic, []);
      await produce(writer.producer, topic, 3, 64);
    }
    await using _service = await start(topic, [Likes]);
    await committedToTheEnd(group, topic);
    const good = expected(3, 64).filter((id) => !id.endsWith('-13'));
    expect((await effects()).sort()).toEqual(good.sort());
    expect((await observer.read(deadLetterTopicOf(topic, group), 3)).length).toBe(3);
    expect(calls).toBeLessThan(64);
  });

  it('are not lost when a handler swallows the failure of a statement', async () => {
    const topic = testTopic(1);
    const group = newGroup();
    let swallow = true;
    @Controller()
    class Likes {
      @Subscribe(topic, { group, delivery: 'exactly-once-effect', policy: 'dead-letter', firstRetryMs: 1 })
      async onLike(
        @Payload() { messageId, value }: TopicMessage<TestTopic>,
        @Ctx() context: SubscriptionContext,
      ): Promise<void> {
        await context.manager.query(insert, [messageId, value.postId]);
        if (!swallow) return;
        swallow = false;
        await context.manager.query('SELECT 1/0').catch(() => undefined);
      }
    }
    await using service = await start(topic, [Likes]);
    await produce(service.producer, topic, 3, 10);
    await committedToTheEnd(group, topic);
    expect((await effects()).sort()).toEqual(expected(3, 10).sort());
  });

  it('go on when a table is altered under a prepared statement', async () => {
    const topic = testTopic(1);
    const group = newGroup();
    await dataSource.query('CREATE TABLE setting (number int); INSERT INTO setting VALUES (1)');
    @Controller()
    class Likes {
      @Subscribe(topic, { group, delivery: 'exactly-once-effect', policy: 'dead-letter', firstRetryMs: 1 })
      async onLike(
        @Payload() { messageId, value }: TopicMessage<TestTopic>,
        @Ctx() context: SubscriptionContext,
      ): Promise<void> {
        await context.manager.query('SELECT * FROM setting WHERE number > $1', [0]);
        await context.manager.query(insert, [messageId, value.postId]);
      }
    }
    await using service = await start(topic, [Likes]);
    await produce(service.producer, topic, 3, 20);
    await committedToTheEnd(group, topic);
    await dataSource.query('ALTER TABLE setting ADD COLUMN other text');
    await service.producer.send(topic, likeChanged, likeOf('after', 1));
    await committedToTheEnd(group, topic);
    expect((await effects()).sort()).toEqual([...expected(3, 20), 'after-1'].sort());
  });

  it('are there once when their connections are cut again and again', async () => {
    const topic = testTopic(3);
    const group = newGroup();
    let calls = 0;
    const retried = { policy: 'dead-letter', firstRetryMs: 1, maxRetryMs: 50 } as const;
    @Controller()
    class Likes {
      @Subscribe(topic, { group, delivery: 'exactly-once-effect', transactionMessages: 50, ...retried })
      async onLike(
        @Payload() { messageId, value }: TopicMessage<TestTopic>,
        @Ctx() context: SubscriptionContext,
      ): Promise<void> {
        calls += 1;
        await context.manager.query(insert, [messageId, value.postId]);
      }
    }
    {
      await using writer = await start(topic, []);
      await produce(writer.producer, topic, 20, 50);
    }
    await using _service = await start(topic, [Likes]);
    // Over a connection of another database, which is not cut itself.
    const elsewhere = new DataSource({ type: 'postgres', url: postgres.url });
    await elsewhere.initialize();
    for (const mark of [1, 200, 400, 600, 800]) {
      await until(() => calls >= mark);
      await elsewhere.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'effects'`);
    }
    await elsewhere.destroy();
    await committedToTheEnd(group, topic);
    expect((await effects()).sort()).toEqual(expected(20, 50).sort());
  });
});

/** Transactions that the database has committed so far; the statistics are flushed by their own connection. */
async function commits(dataSource: DataSource): Promise<number> {
  const [row]: { next: string }[] = await dataSource.query(`SELECT pg_current_xact_id()::text AS next`);
  return Number(row!.next);
}
