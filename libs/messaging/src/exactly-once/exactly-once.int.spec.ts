import { randomUUID } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { commentAdded, deadLetterTopicOf, likeChanged, type LikeChanged } from '@headwater/contracts';
import { describeOnEveryEngine } from '@headwater/testkit/engines';
import { Observer, newClient, testTopic, type TestTopic } from '../../fixtures/test-kafka.ts';
import { TestService } from '../../fixtures/test-service.ts';
import { until } from '../../fixtures/until.ts';
import {
  DeadLetterDesk,
  FatalHandlerError,
  Subscribe,
  SubscribeBatch,
  SubscriptionContext,
  type FetchedRecords,
  type GroupMember,
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

const produce = (producer: MessageProducer, topic: TestTopic, posts: number, each: number): Promise<unknown> =>
  Promise.all(
    Array.from({ length: each }, (_, number) => number).flatMap((number) =>
      Array.from({ length: posts }, (_, post) => producer.send(topic, likeChanged, likeOf(`post-${post}`, number))),
    ),
  );

const commentOf = ({ value }: TopicMessage<TestTopic>) => ({
  eventId: `of ${value.eventId}`,
  postId: value.postId,
  commentId: value.eventId,
  userId: value.userId,
  authorName: value.userId,
  parentCommentId: null,
  depth: 0,
  text: value.eventId,
  occurredAt: value.occurredAt,
});

describeOnEveryEngine('exactly-once delivery', (kafka) => {
  /** The ids of all messages of a topic that a reader of what is committed sees, by their arrival. */
  const committedIds = (topic: string): { ids: string[]; member: GroupMember } => {
    const ids: string[] = [];
    const member = newClient(kafka).joinGroup(
      {
        groupId: `reader.${randomUUID()}`,
        topic,
        startFrom: 'earliest',
        sessionTimeoutMs: 60_000,
        rebalanceTimeoutMs: 60_000,
        heartbeatIntervalMs: 500,
        maxWaitMs: 100,
        maxBytesPerPartition: 1024 * 1024,
        isolation: 'read-committed',
      },
      {
        onAssigned: () => undefined,
        onRevoked: () => undefined,
        onRebalancing: () => undefined,
        onRecords: ({ records }: FetchedRecords) => {
          ids.push(...records.map(({ headers }) => String(headers['message-id'])));
          return Promise.resolve(true);
        },
      },
    );
    return { ids, member };
  };

  const expected = (posts: number, each: number): string[] =>
    Array.from({ length: posts }, (_, post) => Array.from({ length: each }, (_, n) => `of post-${post}-${n}`)).flat();

  it('shows every result once, in order of each key, whatever is delivered again', async () => {
    const input = testTopic(3);
    const output = testTopic(2);
    const group = newGroup();
    let calls = 0;
    @Controller()
    class Likes {
      // #region handler
      @Subscribe(input, { group, delivery: 'exactly-once', transactionMessages: 40 })
      onLike(@Payload() message: TopicMessage<TestTopic>, @Ctx() context: SubscriptionContext): void {
        calls += 1;
        context.output.send(output, commentAdded, commentOf(message));
      }
      // #endregion
    }
    await using observer = new Observer(kafka);
    {
      await using first = await TestService.start(kafka, [input, output], [Likes]);
      await produce(first.producer, input, 8, 25);
      await until(() => calls > 60);
    }
    // The second goes on where the first was stopped; the third comes into a running group, which rebalances.
    await using second = await TestService.start(kafka, [input, output], [Likes]);
    await produce(second.producer, input, 8, 25).catch(() => undefined);
    await using _third = await TestService.start(kafka, [input, output], [Likes]);
    const { ids, member } = committedIds(output.name);
    await until(() => ids.length >= 400);
    await until(async () => {
      const committed = await newClient(kafka).committedOffsets(group, input.name, [0, 1, 2]);
      const ends = await observer.ends(input);
      return ends.every((end, partition) => Number(committed.get(partition)) === end);
    });
    await member.close();
    expect([...ids].sort()).toEqual([...expected(8, 25), ...expected(8, 25)].sort());
    for (let post = 0; post < 8; post++) {
      const numbers = ids.filter((id) => id.startsWith(`of post-${post}-`)).map((id) => Number(id.split('-').at(-1)));
      expect(numbers).toEqual([...Array(25).keys(), ...Array(25).keys()]);
    }
  });

  it('writes the dead letters of what fails with the results of the others', async () => {
    const input = testTopic(1);
    const output = testTopic(1);
    const group = newGroup();
    @Controller()
    class Likes {
      @Subscribe(input, { group, delivery: 'exactly-once', firstRetryMs: 1 })
      onLike(@Payload() message: TopicMessage<TestTopic>, @Ctx() context: SubscriptionContext): void {
        context.output.send(output, commentAdded, commentOf(message));
        if (message.value.userId === '3') throw new FatalHandlerError('no threes');
        if (message.value.userId === '5' && context.attempt === 1) throw new Error('not yet');
      }
    }
    await using service = await TestService.start(kafka, [input, output], [Likes]);
    await produce(service.producer, input, 2, 10);
    const results = committedIds(output.name);
    const letters = committedIds(deadLetterTopicOf(input, group));
    await until(() => results.ids.length >= 18 && letters.ids.length >= 2);
    await Promise.all([results.member.close(), letters.member.close()]);
    expect(results.ids.sort()).toEqual(
      expected(2, 10)
        .filter((id) => !id.endsWith('-3'))
        .sort(),
    );
    expect(letters.ids.sort()).toEqual(['post-0-3', 'post-1-3']);
  });

  it('gives a batch handler the messages of a partition, and its results are once there', async () => {
    const input = testTopic(2);
    const output = testTopic(1);
    @Controller()
    class Likes {
      @SubscribeBatch(input, { group: newGroup(), delivery: 'exactly-once' })
      onLikes(@Payload() messages: readonly TopicMessage<TestTopic>[], @Ctx() context: SubscriptionContext): void {
        for (const message of messages) context.output.send(output, commentAdded, commentOf(message));
        if (messages.some(({ value }) => value.userId === '4')) throw new FatalHandlerError('no fours');
      }
    }
    await using service = await TestService.start(kafka, [input, output], [Likes]);
    await produce(service.producer, input, 3, 10);
    const { ids, member } = committedIds(output.name);
    await until(() => ids.length >= 27);
    await member.close();
    expect(ids.sort()).toEqual(
      expected(3, 10)
        .filter((id) => !id.endsWith('-4'))
        .sort(),
    );
  });

  it('is paused by an operator, and given its dead letters again, whose results come once', async () => {
    const input = testTopic(1);
    const output = testTopic(1);
    const group = newGroup();
    let broken = true;
    const places: string[] = [];
    @Controller()
    class Likes {
      @Subscribe(input, { group, delivery: 'exactly-once' })
      onLike(@Payload() message: TopicMessage<TestTopic>, @Ctx() context: SubscriptionContext): void {
        context.output.send(output, commentAdded, commentOf(message));
        if (message.value.userId !== '3') return;
        places.push(`${message.topic}/${message.offset}`);
        if (broken) throw new FatalHandlerError('no threes');
      }
    }
    await using service = await TestService.start(kafka, [input, output], [Likes]);
    await produce(service.producer, input, 1, 5);
    const results = committedIds(output.name);
    const letters = committedIds(deadLetterTopicOf(input, group));
    await until(() => results.ids.length === 4 && letters.ids.length === 1);
    const desk = new DeadLetterDesk({ client: newClient(kafka), producer: service.producer, topics: [input] });
    const redrive = { filter: {}, act: { who: 'the spec', why: 'it is mended' } };
    await desk.redrive(input.name, group, redrive);
    // It fails once more, and its letter says where it was first read.
    await until(() => letters.ids.length === 2);
    broken = false;
    service.transport.pause(group);
    expect(service.transport.states()).toMatchObject([{ group, paused: true }]);
    await desk.redrive(input.name, group, redrive);
    await produce(service.producer, input, 1, 1);
    service.transport.resume(group);
    await until(() => results.ids.length === 6);
    await Promise.all([results.member.close(), letters.member.close()]);
    expect(results.ids.sort()).toEqual([...expected(1, 5), 'of post-0-0'].sort());
    expect(new Set(places).size).toBe(1);
    expect((await desk.list(input.name, group)).map(({ redrives, state }) => [redrives, state])).toEqual([
      [0, 'redriven'],
      [1, 'redriven'],
    ]);
  });
});
