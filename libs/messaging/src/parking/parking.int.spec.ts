/** The policy `park` on a real broker and a real PostgreSQL. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, type Type } from '@nestjs/common';
import { likeChanged } from '@headwater/contracts';
import { startBroker, startPostgres, type RunningBroker, type RunningPostgres } from '@headwater/testkit';
import { DataSource } from 'typeorm';
import { Observer, testTopic, type TestTopic } from '../../fixtures/test-kafka.ts';
import { TestService } from '../../fixtures/test-service.ts';
import { until } from '../../fixtures/until.ts';
import { Subscribe, SubscribeBatch, type MessageProducer, type TopicMessage } from '../index.ts';
import { CreateParkedMessages1700000000001, ParkedKeys, type ParkedKeyName } from './index.ts';

const act = { who: 'the spec', why: 'it is mended' };
const inOrder = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index);

/** A handler that fails for the posts that are named, and remembers what it did. */
class Book {
  readonly bad = new Set<string>();
  readonly seen = new Map<string, number[]>();
  attempts = 0;

  handle({ value }: TopicMessage<TestTopic>): void {
    if (this.bad.has(value.postId)) {
      this.attempts += 1;
      throw new Error(`${value.postId} is bad`);
    }
    const numbers = this.seen.get(value.postId) ?? [];
    this.seen.set(value.postId, numbers);
    numbers.push(Number(value.userId));
  }

  count(postId: string): number {
    return this.seen.get(postId)?.length ?? 0;
  }
}

describe('a subscription that parks', () => {
  let broker: RunningBroker;
  let postgres: RunningPostgres;
  let dataSource: DataSource;
  let observer: Observer;
  let parked: ParkedKeys;
  let topic: TestTopic;
  let group: string;
  let book: Book;

  beforeAll(async () => {
    [broker, postgres] = await Promise.all([startBroker(), startPostgres()]);
    dataSource = new DataSource({
      type: 'postgres',
      url: await postgres.createDatabase('parking'),
      migrations: [CreateParkedMessages1700000000001],
      poolErrorHandler: () => undefined,
    });
    await dataSource.initialize();
    await dataSource.runMigrations();
    observer = new Observer(broker);
    parked = new ParkedKeys(dataSource);
  });
  afterAll(async () => {
    await observer[Symbol.asyncDispose]();
    await dataSource.destroy();
    await Promise.all([broker.close(), postgres.close()]);
  });
  beforeEach(() => {
    topic = testTopic(2);
    group = `spec.${randomUUID().slice(0, 8)}`;
    book = new Book();
  });

  const controller = (lanes: number, attempts = 2): Type => {
    @Controller()
    class Likes {
      @Subscribe(topic, { group, lanes, attempts, policy: 'park', firstRetryMs: 1, maxRetryMs: 5 })
      onLike(message: TopicMessage<TestTopic>): void {
        book.handle(message);
      }
    }
    return Likes;
  };
  const start = (type: Type = controller(1)): Promise<TestService> =>
    TestService.start(broker, [topic], [type], {}, dataSource);
  const send = (producer: MessageProducer, posts: readonly string[], from: number, to: number): Promise<unknown> =>
    Promise.all(
      inOrder(from, to).flatMap((number) =>
        posts.map((postId) =>
          producer.send(topic, likeChanged, {
            eventId: `${postId}-${number}`,
            postId,
            userId: String(number),
            liked: true,
            occurredAt: new Date(number),
          }),
        ),
      ),
    );
  const committed = async (): Promise<number[]> =>
    (await observer.committed(group, topic)).map((offset) => Math.max(0, offset));
  const allCommitted = async (): Promise<boolean> => (await committed()).join() === (await observer.ends(topic)).join();
  const nameOf = async (postId: string): Promise<ParkedKeyName> => {
    const [found] = await parked.list({ subscription: group, key: Buffer.from(postId) });
    return found!;
  };

  it('lets other keys go on past a key that fails, and commits past it', async () => {
    book.bad.add('bad');
    await using service = await start();
    await send(service.producer, ['a', 'bad', 'b'], 0, 20);
    await until(allCommitted);
    expect([book.seen.get('a'), book.seen.get('b')]).toEqual([inOrder(0, 20), inOrder(0, 20)]);
    expect(book.attempts).toBe(2);
    const keys = await parked.list({ subscription: group });
    expect(keys).toMatchObject([{ state: 'parked', attempts: 2, error: 'Error', reason: 'bad is bad', messages: 20 }]);
    const [state] = service.transport.states();
    expect(state).toMatchObject({ parkedKeys: 1, waitingRecords: 0 });
  });

  it('goes through what waits in order when it is released, before what arrives', async () => {
    book.bad.add('bad');
    await using service = await start();
    await send(service.producer, ['bad', 'good'], 0, 200);
    await until(allCommitted);
    book.bad.clear();
    let sent = 200;
    const state = { released: false };
    const arriving = (async () => {
      while (!state.released || sent < 400) await send(service.producer, ['bad'], sent, ++sent);
    })();
    await parked.release(await nameOf('bad'), act);
    await until(() => book.count('bad') > 100);
    state.released = true;
    await arriving;
    await until(() => book.count('bad') === sent);
    expect(book.seen.get('bad')).toEqual(inOrder(0, sent));
    await until(async () => (await parked.list({ subscription: group })).length === 0);
    await send(service.producer, ['bad'], sent, sent + 5);
    await until(() => book.count('bad') === sent + 5);
    expect(book.seen.get('bad')).toEqual(inOrder(0, sent + 5));
    expect(await parked.audit({ subscription: group })).toMatchObject([{ action: 'release', ...act }]);
  });

  it('keeps a key parked over a restart and a rebalance, in order', async () => {
    book.bad.add('bad');
    const first = await start();
    await send(first.producer, ['bad', 'a'], 0, 10);
    await until(async () => (await parked.list({ subscription: group })).length === 1);
    await first[Symbol.asyncDispose]();

    await using second = await start();
    await send(second.producer, ['bad', 'b'], 10, 20);
    // At least: what a member had not committed when the group rebalanced is delivered again.
    await until(() => book.count('b') >= 10);
    const third = await start();
    await send(third.producer, ['bad', 'c'], 20, 30);
    await until(() => book.count('c') >= 10);
    await third[Symbol.asyncDispose]();
    await send(second.producer, ['bad', 'd'], 30, 40);
    await until(async () => book.count('d') >= 10 && (await allCommitted()));

    expect(book.attempts).toBe(2);
    expect(await parked.list({ subscription: group })).toMatchObject([{ messages: 40 }]);
    book.bad.clear();
    await parked.release(await nameOf('bad'), act);
    await until(() => book.count('bad') === 40);
    expect(book.seen.get('bad')).toEqual(inOrder(0, 40));
  });

  it('parks a released key again when it fails again, and goes on where it stood', async () => {
    book.bad.add('bad');
    await using service = await start();
    await send(service.producer, ['bad'], 0, 5);
    await until(allCommitted);
    await parked.release(await nameOf('bad'), act);
    await until(
      async () =>
        (await nameOf('bad').then((name) => parked.list({ key: name.key, subscription: group })))[0]?.attempts === 4,
    );
    expect(await parked.list({ subscription: group })).toMatchObject([{ state: 'parked', messages: 5 }]);
    book.bad.clear();
    await parked.release(await nameOf('bad'), act);
    await until(() => book.count('bad') === 5);
    expect(book.seen.get('bad')).toEqual(inOrder(0, 5));
  });

  it('leaves out a message that an operator skips and gives one that was edited its new bytes', async () => {
    book.bad.add('bad');
    await using service = await start();
    await send(service.producer, ['bad'], 0, 4);
    await until(allCommitted);
    const name = await nameOf('bad');
    const [first, second] = await parked.messages(name);
    const edited = { eventId: 'bad-1', postId: 'bad', userId: '99', liked: true, occurredAt: new Date(1) };
    const bytes = service.codec.encode(topic, likeChanged, edited);
    await parked.skip(name, first!.record.offset, act);
    await parked.edit(name, second!.record.offset, bytes, act);
    await expect(parked.skip(name, 10_000n, act)).rejects.toMatchObject({ code: 'NOT_PARKED' });
    book.bad.clear();
    await parked.release(name, act);
    await until(() => book.count('bad') === 3);
    expect(book.seen.get('bad')).toEqual([99, 2, 3]);
    const [, edit, skip] = await parked.audit({ subscription: group });
    expect(edit).toMatchObject({ action: 'edit', before: second!.record.value, after: bytes });
    expect(skip).toMatchObject({
      action: 'skip',
      before: first!.record.value,
      after: null,
      offset: first!.record.offset,
    });
    await expect(parked.release(name, act)).rejects.toMatchObject({ code: 'NOT_PARKED' });
  });

  it('finds the one of a batch that fails, and handles the others', async () => {
    @Controller()
    class Likes {
      @SubscribeBatch(topic, { group, attempts: 2, policy: 'park', firstRetryMs: 1, maxRetryMs: 5 })
      onLikes(messages: readonly TopicMessage<TestTopic>[]): void {
        if (messages.some(({ value }) => book.bad.has(value.postId))) throw new Error('one of them is bad');
        for (const message of messages) book.handle(message);
      }
    }
    book.bad.add('bad');
    await using writer = await TestService.start(broker, [topic], []);
    await send(writer.producer, ['a', 'bad', 'b', 'c'], 0, 50);
    await using _service = await start(Likes);
    await until(allCommitted);
    for (const postId of ['a', 'b', 'c']) expect(book.seen.get(postId)).toEqual(inOrder(0, 50));
    expect(await parked.list({ subscription: group })).toMatchObject([{ messages: 50 }]);
    book.bad.clear();
    await parked.release(await nameOf('bad'), act);
    await until(() => book.count('bad') === 50);
    expect(book.seen.get('bad')).toEqual(inOrder(0, 50));
  });

  it('parks nothing while the database is away, and goes on when it is back', async () => {
    let away = true;
    let refused = 0;
    @Controller()
    class Likes {
      @Subscribe(topic, { group, attempts: 2, policy: 'park', firstRetryMs: 1, maxRetryMs: 5 })
      onLike(message: TopicMessage<TestTopic>): void {
        if (away) {
          refused += 1;
          throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
        }
        book.handle(message);
      }
    }
    await using service = await start(Likes);
    await send(service.producer, ['a'], 0, 5);
    await until(() => refused > 10);
    expect(await parked.list({ subscription: group })).toEqual([]);
    away = false;
    await until(() => book.count('a') === 5);
    expect(book.seen.get('a')).toEqual(inOrder(0, 5));
  });

  it('stops parking when so many keys fail that it must be the handler', async () => {
    let broken = true;
    @Controller()
    class Likes {
      @Subscribe(topic, { group, attempts: 1, maxParkedKeys: 3, policy: 'park', firstRetryMs: 1, maxRetryMs: 5 })
      onLike(message: TopicMessage<TestTopic>): void {
        if (broken) throw new Error('a bug');
        book.handle(message);
      }
    }
    await using service = await start(Likes);
    const posts = inOrder(0, 40).map((number) => `post-${number}`);
    await send(service.producer, posts, 0, 1);
    const ofPartition = (partition: number) => parked.list({ subscription: group, partition });
    await until(async () => (await ofPartition(0)).length === 3 && (await ofPartition(1)).length === 3);
    expect((await committed()).reduce((sum, offset) => sum + offset, 0)).toBeLessThan(40);
    broken = false;
    await until(() => book.seen.size === 34);
  });
});
