/** What becomes of a record that fails, by its subscription's policy, on every engine. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { Controller, type Type } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { deadLetterTopicOf, likeChanged } from '@headwater/contracts';
import { describeOnEveryEngine } from '@headwater/testkit/engines';
import { Observer, testTopic, type TestTopic } from '../../fixtures/test-kafka.ts';
import { TestService } from '../../fixtures/test-service.ts';
import { until } from '../../fixtures/until.ts';
import {
  deadLetterHeaderNames,
  FatalHandlerError,
  Subscribe,
  SubscriptionContext,
  type MessageProducer,
  type SubscriptionOptions,
  type TopicMessage,
} from '../index.ts';

type Handler = (message: TopicMessage<TestTopic>, context: SubscriptionContext) => unknown;

describeOnEveryEngine('a subscription with a policy', (kafka) => {
  let observer: Observer;
  let topic: TestTopic;
  let group: string;
  let done: string[];

  beforeAll(() => {
    observer = new Observer(kafka);
  });
  afterAll(() => observer[Symbol.asyncDispose]());
  beforeEach(() => {
    topic = testTopic(1);
    group = `spec.${randomUUID().slice(0, 8)}`;
    done = [];
  });

  const controller = (options: Partial<SubscriptionOptions>, handler: Handler): Type => {
    @Controller()
    class Likes {
      @Subscribe(topic, { group, firstRetryMs: 1, maxRetryMs: 5, ...options })
      onLike(@Payload() message: TopicMessage<TestTopic>, @Ctx() context: SubscriptionContext): unknown {
        return handler(message, context);
      }
    }
    return Likes;
  };
  const send = async (producer: MessageProducer, posts: readonly string[]): Promise<void> => {
    for (const postId of posts)
      await producer.send(topic, likeChanged, {
        eventId: postId,
        postId,
        userId: 'u',
        liked: true,
        occurredAt: new Date(0),
      });
  };
  const committed = async (): Promise<number | undefined> => (await observer.committed(group, topic))[0];

  it('tries a record again by way of its tiers, each after its delay, then puts it among the dead letters', async () => {
    const tried: { partition: number; offset: bigint; atMs: number }[] = [];
    const handler: Handler = ({ value, partition, offset }) => {
      if (value.postId !== 'bad') return void done.push(value.postId);
      tried.push({ partition, offset, atMs: Date.now() });
      throw new Error('not today');
    };
    const options = { policy: 'retry-topic', attempts: 2, retryDelaysMs: [50, 400] } as const;
    await using service = await TestService.start(kafka, [topic], [controller(options, handler)]);
    await send(service.producer, ['a', 'bad', 'b']);
    const [letter] = await observer.read(deadLetterTopicOf(topic, group), 1);
    await until(() => done.length === 2);
    expect(done).toEqual(['a', 'b']);
    expect(tried.map(({ partition, offset }) => [partition, offset])).toEqual(Array.from({ length: 4 }, () => [0, 1n]));
    const [, inPlace, first, second] = tried.map(({ atMs }) => atMs);
    expect(first! - inPlace!).toBeGreaterThanOrEqual(50);
    expect(second! - first!).toBeGreaterThanOrEqual(400);
    const headers = Object.fromEntries(
      Object.entries(letter?.headers ?? {}).map(([name, value]) => [name, String(value)]),
    );
    expect(headers).toMatchObject({
      [deadLetterHeaderNames.topic]: topic.name,
      [deadLetterHeaderNames.offset]: '1',
      [deadLetterHeaderNames.attempts]: '4',
      [deadLetterHeaderNames.reason]: 'not today',
    });
    expect(Object.keys(headers).filter((name) => name.startsWith('origin-') || name.startsWith('retry-'))).toEqual([]);
  });

  it('goes on with a record that a tier could process', async () => {
    let failures = 1;
    const handler: Handler = ({ value }) => {
      if (value.postId === 'bad' && failures-- > 0) throw new FatalHandlerError('not yet');
      done.push(value.postId);
    };
    const options = { policy: 'retry-topic', retryDelaysMs: [20] } as const;
    await using service = await TestService.start(kafka, [topic], [controller(options, handler)]);
    await send(service.producer, ['bad', 'a']);
    await until(() => done.length === 2);
    expect(new Set(done)).toEqual(new Set(['a', 'bad']));
  });

  it('drops what it may skip', async () => {
    const handler: Handler = ({ value }) => {
      if (value.postId === 'bad') throw new Error('no');
      done.push(value.postId);
    };
    const options = { policy: 'skip', attempts: 2 } as const;
    await using service = await TestService.start(kafka, [topic], [controller(options, handler)]);
    await send(service.producer, ['a', 'bad', 'b']);
    await until(async () => (await committed()) === 3);
    expect(done).toEqual(['a', 'b']);
  });

  it('ends, is not live, and commits nothing past the record when it must stop', async () => {
    const handler: Handler = ({ value }) => {
      if (value.postId === 'bad') throw new FatalHandlerError('this must not be');
      done.push(value.postId);
    };
    const options = { policy: 'stop', lanes: 1 } as const;
    const stalled = Promise.withResolvers<Error>();
    await using service = await TestService.start(
      kafka,
      [topic],
      [controller(options, handler)],
      {},
      undefined,
      stalled.resolve,
    );
    await send(service.producer, ['a', 'bad', 'b']);
    expect(await stalled.promise).toMatchObject({ code: 'SUBSCRIPTION_STOPPED' });
    expect(service.transport.live()).toMatchObject({ ok: false });
    await service[Symbol.asyncDispose]();
    expect(await committed()).toBe(1);
    expect(done).toEqual(['a']);
  });

  it('ends an attempt at its deadline, and never runs two of a key at a time', async () => {
    let running = 0;
    let most = 0;
    let aborted = 0;
    const handler: Handler = async ({ value }, { signal, attempt }) => {
      most = Math.max(most, ++running);
      if (value.postId === 'slow' && attempt === 1)
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      running -= 1;
      if (signal.aborted) {
        aborted += 1;
        throw signal.reason as Error;
      }
      done.push(value.postId);
    };
    const options = { deadlineMs: 50, attempts: 3, lanes: 1 } as const;
    await using service = await TestService.start(kafka, [topic], [controller(options, handler)]);
    await send(service.producer, ['slow', 'a']);
    await until(() => done.length === 2);
    expect([done, most, aborted]).toEqual([['slow', 'a'], 1, 1]);
  });

  it('commits before it handles when a record may be lost but not be handled twice', async () => {
    let ahead: number | undefined;
    const handler: Handler = async ({ value }) => {
      ahead ??= await committed();
      done.push(value.postId);
      if (value.postId === 'bad') throw new Error('no');
    };
    await using writer = await TestService.start(kafka, [topic], []);
    await send(writer.producer, ['a', 'bad', 'b']);
    const options = { delivery: 'at-most-once', lanes: 1 } as const;
    await using _service = await TestService.start(kafka, [topic], [controller(options, handler)]);
    await until(() => done.length === 3);
    expect([done, ahead]).toEqual([['a', 'bad', 'b'], 3]);
  });

  it('is paused and resumed by an operator', async () => {
    const handler: Handler = ({ value }) => void done.push(value.postId);
    await using service = await TestService.start(kafka, [topic], [controller({}, handler)]);
    await send(service.producer, ['a']);
    await until(() => done.length === 1);
    service.transport.pause(group);
    // What a fetch that was under way brings is still handled.
    await send(service.producer, ['b']);
    await until(async () => (await observer.ends(topic))[0] === 2);
    expect(service.transport.states()).toMatchObject([{ paused: true }]);
    expect(() => service.transport.pause('nobody')).toThrow('No subscription nobody');
    service.transport.resume(group);
    await until(() => done.length === 2);
    expect(service.transport.states()).toMatchObject([{ paused: false }]);
  });
});
