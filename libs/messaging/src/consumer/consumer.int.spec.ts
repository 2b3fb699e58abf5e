import { randomUUID } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import {
  Catch,
  Controller,
  UseFilters,
  UseInterceptors,
  type NestInterceptor,
  type RpcExceptionFilter,
} from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { EMPTY, map, type Observable } from 'rxjs';
import { commentAdded, deadLetterTopicOf, likeChanged, type LikeChanged } from '@headwater/contracts';
import { describeOnEveryEngine } from '@headwater/testkit/engines';
import { newClient, Observer, testTable, testTopic, type TestTopic } from '../../fixtures/test-kafka.ts';
import { TestService } from '../../fixtures/test-service.ts';
import { until } from '../../fixtures/until.ts';
import {
  deadLetterHeaderNames,
  FatalHandlerError,
  headerNames,
  Subscribe,
  SubscribeBatch,
  SubscriptionContext,
  type MessageProducer,
  type TopicMessage,
} from '../index.ts';

const newGroup = (): string => `spec.${randomUUID().slice(0, 8)}`;

/** The `number`th like of a post; the number is the liker, so that a handler can tell the order. */
const likeOf = (postId: string, number: number): LikeChanged => ({
  eventId: `${postId}-${number}`,
  postId,
  userId: String(number),
  liked: true,
  occurredAt: new Date(1_500_000_000_000 + number),
});

const produceLikes = (
  producer: MessageProducer,
  topic: TestTopic,
  posts: readonly string[],
  from: number,
  to: number,
) =>
  Promise.all(
    Array.from({ length: to - from }, (_, index) => from + index).flatMap((number) =>
      posts.map((postId) => producer.send(topic, likeChanged, likeOf(postId, number))),
    ),
  );

describeOnEveryEngine('a subscription', (kafka) => {
  let observer: Observer;
  beforeAll(() => {
    observer = new Observer(kafka);
  });
  afterAll(() => observer[Symbol.asyncDispose]());

  it('keeps the order of each key while keys run side by side', async () => {
    const topic = testTopic();
    const group = newGroup();
    const seen = new Map<string, number[]>();
    let running = 0;
    let mostRunning = 0;
    @Controller()
    class Likes {
      @Subscribe(topic, { group })
      async onLike(message: TopicMessage<TestTopic>): Promise<void> {
        mostRunning = Math.max(mostRunning, ++running);
        const numbers = seen.get(message.value.postId) ?? [];
        seen.set(message.value.postId, numbers);
        for (let turns = Number(message.offset % 5n); turns > 0; turns--) await turn();
        numbers.push(Number(message.value.userId));
        running -= 1;
      }
    }
    await using service = await TestService.start(kafka, [topic], [Likes]);
    const posts = Array.from({ length: 40 }, (_, index) => `post-${index}`);
    await produceLikes(service.producer, topic, posts, 0, 30);
    const ends = await observer.ends(topic);
    await until(async () => (await observer.committed(group, topic)).join() === ends.join());
    const inOrder = Array.from({ length: 30 }, (_, index) => index);
    for (const postId of posts) expect(seen.get(postId)).toEqual(inOrder);
    expect(mostRunning).toBeGreaterThan(1);
  });

  it('goes on with other keys while one fails, commits nothing behind it, and goes on with it when it can', async () => {
    const topic = testTopic(1);
    const group = newGroup();
    let broken = true;
    let attempts = 0;
    const done: string[] = [];
    @Controller()
    class Likes {
      @Subscribe(topic, { group, firstRetryMs: 1, maxRetryMs: 20, lanes: 64 })
      onLike(message: TopicMessage<TestTopic>): void {
        if (message.value.postId === 'bad' && broken) {
          attempts += 1;
          throw new Error('the database is away');
        }
        done.push(message.value.eventId);
      }
    }
    await using service = await TestService.start(kafka, [topic], [Likes]);
    await produceLikes(service.producer, topic, ['good'], 0, 10);
    await produceLikes(service.producer, topic, ['bad', 'other', 'more'], 0, 10);
    await until(() => done.length === 30 && attempts > 5);
    await until(async () => (await observer.committed(group, topic))[0] === 10);
    expect(done.filter((id) => id.startsWith('bad'))).toEqual([]);

    broken = false;
    await until(async () => (await observer.committed(group, topic))[0] === 40);
    expect(done.filter((id) => id.startsWith('bad'))).toEqual(
      Array.from({ length: 10 }, (_, number) => `bad-${number}`),
    );
  });

  it('gives a batch handler what waits, in order, and retries the whole of it', async () => {
    const topic = testTopic(2);
    const group = newGroup();
    const batches: string[][] = [];
    let failures = 2;
    @Controller()
    class Likes {
      @SubscribeBatch(topic, { group, batchSize: 100, firstRetryMs: 1 })
      onLikes(messages: readonly TopicMessage<TestTopic>[]): void {
        if (failures > 0) {
          failures -= 1;
          throw new Error('not yet');
        }
        batches.push(messages.map(({ value }) => value.eventId));
      }
    }
    await using writer = await TestService.start(kafka, [topic], []);
    await produceLikes(writer.producer, topic, ['a', 'b', 'c'], 0, 200);
    await using _service = await TestService.start(kafka, [topic], [Likes]);
    await until(() => batches.flat().length === 600);
    for (const post of ['a', 'b', 'c'])
      expect(batches.flat().filter((id) => id.startsWith(post))).toEqual(
        Array.from({ length: 200 }, (_, number) => `${post}-${number}`),
      );
    expect(Math.max(...batches.map(({ length }) => length))).toBe(100);
  });

  it('puts a message that can never be processed aside with its bytes, its headers and an account, then goes on', async () => {
    const topic = testTopic(1);
    const group = newGroup();
    const done: string[] = [];
    @Controller()
    class Likes {
      @SubscribeBatch(topic, { group })
      onLikes(messages: readonly TopicMessage<TestTopic>[]): void {
        for (const { value } of messages) {
          if (value.userId === '3') throw new FatalHandlerError('nobody has the number 3');
          done.push(value.eventId);
        }
      }
    }
    await using writer = await TestService.start(kafka, [topic], []);
    for (let number = 0; number < 6; number++)
      await writer.producer.send(topic, likeChanged, likeOf('p', number), {
        headers: { [headerNames.traceparent]: `trace-${number}` },
      });
    await using _service = await TestService.start(kafka, [topic], [Likes]);
    await until(async () => (await observer.committed(group, topic))[0] === 6);
    expect(new Set(done)).toEqual(new Set(['p-0', 'p-1', 'p-2', 'p-4', 'p-5']));

    const [letter] = await observer.read(deadLetterTopicOf(topic, group), 1);
    expect(letter?.key?.toString()).toBe('p');
    expect(letter?.value).toEqual(writer.codec.encode(topic, likeChanged, likeOf('p', 3)));
    const headers = Object.fromEntries(
      Object.entries(letter?.headers ?? {}).map(([name, value]) => [name, String(value)]),
    );
    expect(headers).toMatchObject({
      [headerNames.messageId]: 'p-3',
      [headerNames.traceparent]: 'trace-3',
      [deadLetterHeaderNames.topic]: topic.name,
      [deadLetterHeaderNames.partition]: '0',
      [deadLetterHeaderNames.offset]: '3',
      [deadLetterHeaderNames.group]: group,
      [deadLetterHeaderNames.error]: 'FatalHandlerError',
      [deadLetterHeaderNames.reason]: 'nobody has the number 3',
    });
  });

  it('puts bytes that are no event of the topic aside as they are', async () => {
    const topic = testTopic(1);
    const group = newGroup();
    const done: string[] = [];
    @Controller()
    class Likes {
      @Subscribe(topic, { group })
      onLike(message: TopicMessage<TestTopic>): void {
        done.push(message.value.eventId);
      }
    }
    await using service = await TestService.start(kafka, [topic], [Likes]);
    const whole = service.codec.encode(topic, likeChanged, likeOf('p', 1));
    const garbage = [
      Buffer.from([0xff, 0xfe, 0x00]),
      Buffer.concat([Buffer.from([0, 0x7f, 0, 0, 0]), whole.subarray(5)]),
      whole.subarray(0, whole.length - 2),
      null,
    ];
    const client = await newClient(kafka).openWriter();
    await client.write(
      topic.name,
      garbage.map((value) => ({
        key: Buffer.from([0, 159, 146, 150]),
        value,
        headers: { binary: Buffer.from([0xff, 0x00]) },
      })),
    );
    await client.write(topic.name, [{ key: 'p', value: whole }]);
    await client.close();
    await until(async () => (await observer.committed(group, topic))[0] === 5);
    expect(done).toEqual(['p-1']);
    const letters = await observer.read(deadLetterTopicOf(topic, group), 4);
    expect(letters.map(({ value }) => value)).toEqual(garbage);
    expect(letters[0]?.key).toEqual(Buffer.from([0, 159, 146, 150]));
    expect(letters[0]?.headers?.['binary']).toEqual(Buffer.from([0xff, 0x00]));
    expect(letters.map(({ headers }) => String(headers?.[deadLetterHeaderNames.error]))).toEqual([
      'RECORD_UNREADABLE',
      'RECORD_UNREADABLE',
      'EVENT_UNREADABLE',
      'RECORD_UNREADABLE',
    ]);
  });

  it('tells a tombstone from an event, and events of one topic from each other', async () => {
    const topic = testTable();
    const group = newGroup();
    const seen: unknown[] = [];
    @Controller()
    class Rows {
      @Subscribe(topic, { group })
      onRow(message: TopicMessage<typeof topic>): void {
        if (message.name === null) seen.push(['gone', message.key, message.value]);
        else if (message.name === likeChanged.name) seen.push(['like', message.value.liked]);
        else seen.push(['comment', message.value.text]);
      }
    }
    await using service = await TestService.start(kafka, [topic], [Rows]);
    await service.producer.send(topic, likeChanged, likeOf('p', 1));
    const { liked: _, ...like } = likeOf('p', 2);
    const comment = { ...like, commentId: 'c', authorName: null, text: 'well said', parentCommentId: null, depth: 0 };
    await service.producer.send(topic, commentAdded, comment);
    await service.producer.sendTombstone(topic, 'p');
    await until(() => seen.length === 3);
    expect(seen).toEqual([
      ['like', true],
      ['comment', 'well said'],
      ['gone', 'p', null],
    ]);
  });

  it('delivers everything when members come and go, in order of first arrival', async () => {
    const topic = testTopic();
    const group = newGroup();
    const seen = new Map<string, number[]>();
    const handledBy = new Set<number>();
    const member = (id: number) => {
      @Controller()
      class Likes {
        @Subscribe(topic, { group })
        async onLike({ value }: TopicMessage<TestTopic>): Promise<void> {
          await turn();
          handledBy.add(id);
          const numbers = seen.get(value.postId) ?? [];
          seen.set(value.postId, numbers);
          if (!numbers.includes(Number(value.userId))) numbers.push(Number(value.userId));
        }
      }
      return TestService.start(kafka, [topic], [Likes]);
    };
    const posts = Array.from({ length: 20 }, (_, index) => `post-${index}`);
    const first = await member(1);
    await produceLikes(first.producer, topic, posts, 0, 20);
    const second = await member(2);
    let next = 20;
    for (; !(handledBy.has(1) && handledBy.has(2)); next += 20)
      await produceLikes(second.producer, topic, posts, next, next + 20);
    await first[Symbol.asyncDispose]();
    await produceLikes(second.producer, topic, posts, next, next + 20);
    const ends = await observer.ends(topic);
    await until(async () => (await observer.committed(group, topic)).join() === ends.join());
    await second[Symbol.asyncDispose]();
    const perPost = ends.reduce((sum, end) => sum + end, 0) / posts.length;
    for (const postId of posts) {
      expect(seen.get(postId)).toHaveLength(perPost);
      expect(seen.get(postId)).toEqual([...seen.get(postId)!].sort((a, b) => a - b));
    }
  });

  it('commits what is done when it closes, so that nothing is delivered again', async () => {
    const topic = testTopic();
    const group = newGroup();
    const done: string[] = [];
    const start = () => {
      @Controller()
      class Likes {
        @Subscribe(topic, { group, commitIntervalMs: 60_000 })
        onLike({ value }: TopicMessage<TestTopic>): void {
          done.push(value.eventId);
        }
      }
      return TestService.start(kafka, [topic], [Likes]);
    };
    const first = await start();
    await produceLikes(first.producer, topic, ['a', 'b', 'c'], 0, 10);
    await until(() => done.length === 30);
    await first[Symbol.asyncDispose]();
    await using second = await start();
    await produceLikes(second.producer, topic, ['a', 'b', 'c'], 10, 20);
    await until(() => done.length >= 60);
    expect(done).toHaveLength(60);
    expect(new Set(done).size).toBe(60);
  });

  it('keeps Nest’s interceptors, filters and parameters, and takes an empty observable for done', async () => {
    const topic = testTopic(1);
    const group = newGroup();
    const seen: unknown[] = [];
    class Watch implements NestInterceptor {
      intercept(_context: unknown, next: { handle(): Observable<unknown> }): Observable<unknown> {
        seen.push('intercepted');
        return next.handle().pipe(map((value) => value));
      }
    }
    @Catch(RangeError)
    class Forgive implements RpcExceptionFilter<RangeError> {
      catch(error: RangeError): Observable<unknown> {
        seen.push(`forgiven ${error.message}`);
        return EMPTY;
      }
    }
    @Controller()
    class Likes {
      @UseInterceptors(Watch)
      @UseFilters(Forgive)
      @Subscribe(topic, { group })
      onLike(@Payload() message: TopicMessage<TestTopic>, @Ctx() context: SubscriptionContext): Observable<never> {
        if (message.value.userId === '1') throw new RangeError('one');
        seen.push(context.group);
        return EMPTY;
      }
    }
    await using service = await TestService.start(kafka, [topic], [Likes]);
    await service.producer.send(topic, likeChanged, likeOf('p', 0));
    await service.producer.send(topic, likeChanged, likeOf('p', 1));
    await until(async () => (await observer.committed(group, topic))[0] === 2);
    expect(seen).toEqual(['intercepted', group, 'intercepted', 'forgiven one']);
  });

  it('does not start with two handlers in one group', async () => {
    const topic = testTopic(1);
    @Controller()
    class Likes {
      @Subscribe(topic, { group: 'spec.same' })
      one(_message: TopicMessage<TestTopic>): string {
        return 'one';
      }

      @Subscribe(topic, { group: 'spec.same' })
      two(_message: TopicMessage<TestTopic>): string {
        return 'two';
      }
    }
    await expect(TestService.start(kafka, [], [Likes])).rejects.toThrow(/spec\.same has two handlers/);
  });
});
