/** The path of an event, on the real broker, with a stand-in of the services that wrote and read it. */
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { RunningService } from '@headwater/service-kit';
import { startBroker, type RunningBroker } from '@headwater/testkit';
import type { Admin, Producer } from 'kafkajs';
import { kafkaOf, ServiceStandIn, startConsole } from '../console.fixture.ts';
import type { EventPath, ReadBy } from './event-path.ts';

/** It has read far ahead; the other one nothing yet. */
const group = 'social-feed.posts';
const slowGroup = 'social-feed.slow';
const farOffset = 1_000;
const topicNames = ['posts', 'posts_with_counts', `posts.dead-letter.${group}`];

let broker: RunningBroker;
let services: ServiceStandIn;
let running: RunningService;
let admin: Admin;
let producer: Producer;
let written = 0;

beforeAll(async () => {
  broker = await startBroker();
  services = await ServiceStandIn.start();
  const kafka = kafkaOf(broker.bootstrapServers);
  [admin, producer] = [kafka.admin(), kafka.producer()];
  await Promise.all([admin.connect(), producer.connect()]);
  await admin.createTopics({ topics: topicNames.map((topic) => ({ topic, numPartitions: 1 })) });
  await Promise.all([commit(group, farOffset), commit(slowGroup, 0)]);
  running = await startConsole({
    kafka: broker,
    services: { 'social-posts': services.url, 'social-feed': services.url },
  });
});
afterAll(async () => {
  await running.close();
  await Promise.all([admin.disconnect(), producer.disconnect()]);
  await services.close();
  await broker.close();
});
beforeEach(() => services.answers.clear());

async function write(topic: string, key: string, headers: Record<string, string>): Promise<number> {
  const [place] = await producer.send({ topic, messages: [{ key, value: '{"text":"Hello"}', headers }] });
  return Number(place!.baseOffset);
}

/** A post with a message id of its own, at its offset. */
async function writePost(headers: Record<string, string> = {}): Promise<{ messageId: string; offset: number }> {
  const messageId = `m-${(written += 1)}`;
  return { messageId, offset: await write('posts', messageId, { 'message-id': messageId, ...headers }) };
}

const commit = (groupId: string, offset: number): Promise<void> =>
  admin.setOffsets({ groupId, topic: 'posts', partitions: [{ partition: 0, offset: String(offset) }] });

async function pathOf(messageId: string): Promise<EventPath> {
  const response = await fetch(`${running.url}/api/trace?messageId=${messageId}`);
  expect(response.status).toBe(200);
  return (await response.json()) as EventPath;
}

/** What a group made of it, once the console has looked at its offsets. */
async function readerOf(messageId: string, name = group): Promise<ReadBy> {
  for (;;) {
    const { readBy } = await pathOf(messageId);
    const reader = readBy.find((each) => each.group === name && each.committed !== null);
    if (reader !== undefined) return reader;
    await delay(50);
  }
}

describe('the path of an event', () => {
  it('begins with the transaction of its command, as the outbox has it', async () => {
    const { messageId, offset } = await writePost();
    const message = {
      aggregate: { type: 'post', id: 'p-1' },
      type: 'PostPublished',
      createdAt: '2026-11-22T01:00:00.000Z',
      publishedAt: '2026-11-22T01:00:00.020Z',
      attempts: 1,
    };
    services.answers.set(`GET /event-sourcing/outbox/messages/${messageId}`, message);
    expect(await pathOf(messageId)).toMatchObject({
      topic: 'posts',
      record: { partition: 0, offset },
      messageId,
      writtenBy: { service: 'social-posts', outbox: message },
    });
  });

  it('has no outbox where the service has forgotten the message, or sent it straight to Kafka', async () => {
    const { messageId } = await writePost();
    expect((await pathOf(messageId)).writtenBy).toEqual({ service: 'social-posts', outbox: null });
  });

  it('waits at a group that has not come so far', async () => {
    const { messageId } = await writePost();
    expect(await readerOf(messageId, slowGroup)).toMatchObject({
      service: 'social-feed',
      outcome: 'waiting',
      at: null,
    });
  });

  it('went through a group when its inbox says', async () => {
    const { messageId } = await writePost();
    const at = '2026-11-22T01:00:01.000Z';
    services.answers.set(`GET /messaging/inbox/${messageId}`, [
      { group: 'social-feed.likes', at: '2026-11-22T00:00:00.000Z' },
      { group, at },
    ]);
    expect(await readerOf(messageId)).toMatchObject({ outcome: 'processed', at, reason: null });
  });

  it('went through a group that has no inbox for it, at a time that nobody knows', async () => {
    const { messageId } = await writePost();
    expect(await readerOf(messageId)).toMatchObject({ outcome: 'processed', at: null });
  });

  it('is parked when it waits in the line of its key, and not when that line is of later records', async () => {
    const { messageId, offset } = await writePost();
    const parked = { group, topic: 'posts', partition: 0, key: messageId, state: 'parked', reason: 'no such author' };
    services.answers.set('GET /messaging/parked-keys', [{ ...parked, partition: 1 }, parked]);
    services.answers.set('GET /messaging/parked-keys/messages', [{ offset: String(offset + 1) }]);
    expect(await readerOf(messageId)).toMatchObject({ outcome: 'processed' });
    services.answers.set('GET /messaging/parked-keys/messages', [{ offset: String(offset) }]);
    expect(await readerOf(messageId)).toMatchObject({ outcome: 'parked', reason: 'no such author' });
  });

  it('ends as a dead letter of the group, with its reason', async () => {
    const { messageId } = await writePost();
    await write(`posts.dead-letter.${group}`, messageId, {
      'message-id': messageId,
      'dead-letter-reason': 'the text is no text',
    });
    expect(await readerOf(messageId)).toMatchObject({
      outcome: 'dead-letter',
      reason: 'the text is no text',
    });
  });

  it('goes on in what its readers wrote under its trace', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const { messageId } = await writePost({ traceparent });
    const offset = await write('posts_with_counts', 'p-1', { traceparent });
    const { traceId, caused } = await pathOf(messageId);
    expect(traceId).toBe('0af7651916cd43dd8448eb211c80319c');
    expect(caused).toMatchObject([{ topic: 'posts_with_counts', by: 'trace', record: { offset } }]);
  });

  it('is told as far as it is known when a service is away', async () => {
    const { messageId } = await writePost();
    services.answers.set(`GET /event-sourcing/outbox/messages/${messageId}`, { detail: 'the database is away' });
    services.answers.set(`GET /messaging/inbox/${messageId}`, { detail: 'the database is away' });
    expect(await readerOf(messageId)).toMatchObject({ outcome: 'processed', at: null });
    expect((await pathOf(messageId)).writtenBy.outbox).toBeNull();
  });
});
