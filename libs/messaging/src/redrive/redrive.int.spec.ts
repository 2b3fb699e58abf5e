/** Dead letters and parked keys in an operator's hands, on a real broker and PostgreSQL. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, type Type } from '@nestjs/common';
import { deadLetterTopicOf, likeChanged } from '@headwater/contracts';
import { startBroker, startPostgres, type RunningBroker, type RunningPostgres } from '@headwater/testkit';
import { DataSource } from 'typeorm';
import { newClient, Observer, testTopic, type TestTopic } from '../../fixtures/test-kafka.ts';
import { TestService } from '../../fixtures/test-service.ts';
import { until } from '../../fixtures/until.ts';
import {
  CreateParkedMessages1700000000001,
  DeadLetterDesk,
  FatalHandlerError,
  RedriveModule,
  Subscribe,
  type MessageProducer,
  type TopicMessage,
} from '../index.ts';

const act = { who: 'the spec', why: 'the handler is mended' };

describe('dead letters', () => {
  let broker: RunningBroker;
  let observer: Observer;
  let topic: TestTopic;
  let group: string;
  let otherGroup: string;
  let broken: boolean;
  let seen: string[];
  let seenByOther: string[];
  let places: string[];

  beforeAll(async () => {
    broker = await startBroker();
    observer = new Observer(broker);
  });
  afterAll(async () => {
    await observer[Symbol.asyncDispose]();
    await broker.close();
  });
  beforeEach(() => {
    topic = testTopic(2);
    [group, otherGroup] = [0, 1].map(() => `spec.${randomUUID().slice(0, 8)}`) as [string, string];
    broken = true;
    seen = [];
    seenByOther = [];
    places = [];
  });

  const controller = (): Type => {
    @Controller()
    class Likes {
      @Subscribe(topic, { group })
      onLike({ value, partition, offset, topic: from }: TopicMessage<TestTopic>): void {
        if (value.postId.startsWith('bad')) places.push(`${from}/${partition}/${offset}`);
        if (broken && value.postId.startsWith('bad')) throw new FatalHandlerError(`no ${value.postId}`);
        seen.push(value.postId);
      }

      @Subscribe(topic, { group: otherGroup })
      onLikeToo({ value }: TopicMessage<TestTopic>): void {
        seenByOther.push(value.postId);
      }
    }
    return Likes;
  };
  const start = (): Promise<TestService> =>
    TestService.start(broker, [topic], [controller()], {}, undefined, undefined, [
      RedriveModule.forRootAsync({ useFactory: () => ({ topics: [topic] }) }),
    ]);
  const send = async (producer: MessageProducer, posts: readonly string[]): Promise<void> => {
    for (const postId of posts)
      await producer.send(
        topic,
        likeChanged,
        { eventId: postId, postId, userId: 'u', liked: true, occurredAt: new Date(0) },
        { headers: { shard: postId.slice(-1) } },
      );
  };
  const deskOf = ({ producer }: TestService): DeadLetterDesk =>
    new DeadLetterDesk({ client: newClient(broker), producer, topics: [topic] });

  it('are given to their own group again and to no other, once', async () => {
    await using service = await start();
    const desk = deskOf(service);
    await send(service.producer, ['a', 'bad-1', 'b', 'bad-2']);
    await observer.read(deadLetterTopicOf(topic, group), 2);
    await until(() => seen.length === 2);
    broken = false;
    const dry = await desk.redrive(topic.name, group, { filter: {}, act, dryRun: true });
    expect([dry.found, seen.length]).toEqual([2, 2]);
    const report = await desk.redrive(topic.name, group, { filter: { error: 'no bad-1' }, act });
    expect(report.done).toHaveLength(1);
    await until(() => seen.includes('bad-1'));
    await desk.redrive(topic.name, group, { filter: { headers: { shard: '2' } }, act, perSecond: 100 });
    await until(() => seen.includes('bad-2'));
    expect((await desk.redrive(topic.name, group, { filter: {}, act })).found).toBe(0);
    await send(service.producer, ['last']);
    await until(() => [seen, seenByOther].every((each) => each.includes('last') && each.length >= 5));
    expect([...seen].sort()).toEqual(['a', 'b', 'bad-1', 'bad-2', 'last']);
    expect([...seenByOther].sort()).toEqual(['a', 'b', 'bad-1', 'bad-2', 'last']);
    // A handler sees a redriven record where it was first read.
    expect(new Set(places).size).toBe(2);
    const all = await desk.list(topic.name, group);
    expect(all.map(({ state, note }) => [state, note?.who])).toEqual([
      ['redriven', 'the spec'],
      ['redriven', 'the spec'],
    ]);
  });

  it('that fail again come back with a count, up to the cap, and can be discarded', async () => {
    await using service = await start();
    const desk = deskOf(service);
    await send(service.producer, ['bad-1']);
    await observer.read(deadLetterTopicOf(topic, group), 1);
    const options = { filter: {}, act, maxRedrives: 1 };
    expect((await desk.redrive(topic.name, group, options)).done).toHaveLength(1);
    const [, again] = await observer.read(deadLetterTopicOf(topic, group), 2);
    expect(String(again?.headers?.['redrive-count'])).toBe('1');
    expect(String(again?.headers?.['dead-letter-attempts'])).toBe('2');
    expect(await desk.redrive(topic.name, group, options)).toMatchObject({
      found: 1,
      done: [],
      overCap: [{ redrives: 1 }],
    });
    expect((await desk.discard(topic.name, group, { filter: {}, act })).done).toHaveLength(1);
    expect(await desk.list(topic.name, group, {}, { states: ['open'] })).toEqual([]);
    const [discarded] = await desk.list(topic.name, group, {}, { states: ['discarded'] });
    expect(discarded?.note).toMatchObject({ action: 'discarded', ...act });
  });

  it('are given to their group as a person edited them, within contract and key', async () => {
    await using service = await start();
    await send(service.producer, ['bad-1']);
    const [letter] = await observer.read(deadLetterTopicOf(topic, group), 1);
    const url = `/messaging/dead-letters/${topic.name}/${group}`;
    const [{ partition, offset, content }] = (await service.ask('GET', url)).body as [
      { partition: number; offset: string; content: { value: object } },
    ];
    const edit = (value: object): Promise<{ status: number }> =>
      service.ask('POST', `${url}/edit`, { ...act, partition, offset, value });
    expect((await edit({ ...content.value, liked: 'perhaps' })).status).toBe(422);
    expect((await edit({ ...content.value, postId: 'good' })).status).toBe(422);
    broken = false;
    expect((await edit({ ...content.value, userId: 'mended' })).status).toBe(204);
    await until(() => seen.includes('bad-1'));
    expect(letter?.key?.toString()).toBe('bad-1');
    expect((await edit({ ...content.value, userId: 'again' })).status).toBe(422);
    expect((await service.ask('GET', `${url}?state=all`)).body).toMatchObject([{ state: 'redriven', note: act }]);
  });

  it('are shown, redriven and discarded over REST', async () => {
    await using service = await start();
    await send(service.producer, ['bad-1', 'bad-2']);
    await observer.read(deadLetterTopicOf(topic, group), 2);
    const url = `/messaging/dead-letters/${topic.name}/${group}`;
    const { body } = await service.ask('GET', `${url}?key=bad-2`);
    expect(body).toMatchObject([
      {
        state: 'open',
        key: 'bad-2',
        error: 'FatalHandlerError',
        content: { event: likeChanged.name, value: { userId: 'u' } },
      },
    ]);
    broken = false;
    const redriven = await service.ask('POST', `${url}/redrive`, { ...act, key: 'bad-1' });
    expect(redriven).toEqual({ status: 200, body: { found: 1, done: 1, overCap: 0, dryRun: false } });
    await until(() => seen.includes('bad-1'));
    expect((await service.ask('POST', `${url}/discard`, act)).body).toMatchObject({ done: 1 });
    expect((await service.ask('POST', `${url}/redrive`, { who: 'me' })).status).toBe(400);
    expect((await service.ask('GET', '/messaging/inbox/bad-1')).body).toEqual([]);
    expect((await service.ask('GET', `${url}-not`)).status).toBe(404);
    expect((await service.ask('POST', `/messaging/subscriptions/${group}/pause`)).status).toBe(204);
    expect((await service.ask('GET', '/messaging/subscriptions')).body).toMatchObject([{ group, paused: true }, {}]);
    expect((await service.ask('POST', '/messaging/subscriptions/nobody/resume')).status).toBe(404);
  });
});

describe('parked keys over REST', () => {
  let broker: RunningBroker;
  let postgres: RunningPostgres;
  let dataSource: DataSource;

  beforeAll(async () => {
    [broker, postgres] = await Promise.all([startBroker(), startPostgres()]);
    const url = await postgres.createDatabase('redrive');
    dataSource = new DataSource({ type: 'postgres', url, migrations: [CreateParkedMessages1700000000001] });
    await dataSource.initialize();
    await dataSource.runMigrations();
  });
  afterAll(async () => {
    await dataSource.destroy();
    await Promise.all([broker.close(), postgres.close()]);
  });

  it('are listed, edited within their contract and key, and released', async () => {
    const topic = testTopic(1);
    const group = `spec.${randomUUID().slice(0, 8)}`;
    const seen: string[] = [];
    @Controller()
    class Likes {
      @Subscribe(topic, { group, attempts: 1 })
      onLike({ value }: TopicMessage<TestTopic>): void {
        if (value.userId === 'bad') throw new Error('a bad user');
        seen.push(`${value.userId} ${value.occurredAt.toISOString()}`);
      }
    }
    await using service = await TestService.start(broker, [topic], [Likes], {}, dataSource, undefined, [
      RedriveModule.forRootAsync({ useFactory: () => ({ topics: [topic], dataSource }) }),
    ]);
    const like = { eventId: 'e', postId: 'p', userId: 'bad', liked: true, occurredAt: new Date(0) };
    await service.producer.send(topic, likeChanged, like);
    await service.producer.send(topic, likeChanged, { ...like, eventId: 'f', userId: 'good' });
    await until(
      async () =>
        ((await service.ask('GET', '/messaging/parked-keys')).body as { messages: number }[])[0]?.messages === 2,
    );
    const key = { group, topic: topic.name, partition: 0, key: 'p' };
    const query = new URLSearchParams({ ...key, partition: '0' }).toString();
    const { body } = await service.ask('GET', `/messaging/parked-keys/messages?${query}`);
    expect(body).toMatchObject([
      {
        offset: '0',
        content: { event: likeChanged.name, value: { userId: 'bad', occurredAt: '1970-01-01T00:00:00.000Z' } },
      },
      { offset: '1' },
    ]);
    const edit = (value: object) =>
      service.ask('POST', '/messaging/parked-keys/edit', { ...key, ...act, offset: 0, value });
    const right = { ...like, userId: 'mended', occurredAt: '2018-03-12T00:00:00.000Z' };
    expect((await edit({ ...right, liked: 'perhaps' })).status).toBe(422);
    expect((await edit({ ...right, postId: 'q' })).status).toBe(422);
    expect((await edit(right)).status).toBe(204);
    expect((await service.ask('POST', '/messaging/parked-keys/release', { ...key, ...act })).status).toBe(204);
    await until(() => seen.length === 2);
    expect(seen).toEqual(['mended 2018-03-12T00:00:00.000Z', 'good 1970-01-01T00:00:00.000Z']);
    expect((await service.ask('POST', '/messaging/parked-keys/release', { ...key, ...act, key: 'x' })).status).toBe(
      409,
    );
  });
});
