import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { RunningService } from '@headwater/service-kit';
import { startBroker, type RunningBroker } from '@headwater/testkit';
import { FeedStandIn, kafkaOf, startConsole, writeRecords } from './console.fixture.ts';
import { applyListChange } from './live/list-change.ts';
import type { LiveChange, LiveSnapshot, LiveState } from './live/live-state.ts';

let broker: RunningBroker;
let feed: FeedStandIn;
let running: RunningService;

beforeAll(async () => {
  broker = await startBroker();
  feed = await FeedStandIn.start();
  running = await startConsole({
    kafka: broker,
    services: { 'social-posts': '', 'social-feed': feed.url, 'movieflix-resume': '' },
  });
});
afterAll(async () => {
  await running.close();
  await feed.close();
  await broker.close();
});

/** Asks for the state until it is as it should be. */
async function stateWhen(isRight: (state: LiveState) => boolean): Promise<LiveState> {
  for (;;) {
    const response = await fetch(`${running.url}/api/state`);
    const { state } = (await response.json()) as LiveSnapshot;
    if (isRight(state)) return state;
    await delay(50);
  }
}

const topicOf = (state: LiveState, name: string): LiveState['topics'][number] | undefined =>
  state.topics.find((topic) => topic.name === name);

describe('the console tells', () => {
  it('which broker there is, and which parts answer', async () => {
    // A part that was slow to answer once is asked again.
    const state = await stateWhen(
      ({ cluster, parts }) => cluster !== null && parts.every(({ status }) => status !== 'down'),
    );
    expect(state.cluster?.brokers).toEqual([{ nodeId: expect.any(Number), address: broker.bootstrapServers }]);
    expect(state.parts.slice(0, 5).map(({ name, status }) => [name, status])).toEqual([
      ['Kafka', 'up'],
      ['Schema registry', 'up'],
      ['social-posts', 'off'],
      ['social-feed', 'up'],
      ['movieflix-resume', 'off'],
    ]);
  });

  it('topics with the offsets of their partitions', async () => {
    await writeRecords(broker.bootstrapServers, 'rides', 30);
    const state = await stateWhen((now) => topicOf(now, 'rides')?.written === 30);
    const rides = topicOf(state, 'rides');
    expect(rides).toMatchObject({ kind: 'data', retained: 30 });
    expect(rides?.partitions.map(({ partition, begin }) => [partition, begin])).toEqual([
      [0, 0],
      [1, 0],
    ]);
    expect(topicOf(state, '_schemas')).toMatchObject({ kind: 'internal' });
  });

  it('groups with their members and how far they are behind', async () => {
    await writeRecords(broker.bootstrapServers, 'fares', 10);
    const consumer = kafkaOf(broker.bootstrapServers).consumer({ groupId: 'billing' });
    await consumer.connect();
    await consumer.subscribe({ topic: 'fares', fromBeginning: true });
    await consumer.run({ eachMessage: () => Promise.resolve() });
    const caughtUp = await stateWhen(({ groups }) =>
      groups.some(
        ({ groupId, state, offsets }) =>
          groupId === 'billing' &&
          state === 'Stable' &&
          offsets.reduce((sum, { committed }) => sum + (committed ?? 0), 0) === 10,
      ),
    );
    const group = caughtUp.groups.find(({ groupId }) => groupId === 'billing');
    expect(group).toMatchObject({
      lag: 0,
      members: [{ clientId: 'spec', assignments: [{ topic: 'fares', partitions: [0, 1] }] }],
    });
    await consumer.disconnect();
    await writeRecords(broker.bootstrapServers, 'fares', 7);
    const behind = await stateWhen(({ groups }) =>
      groups.some(({ groupId, lag }) => groupId === 'billing' && lag === 7),
    );
    expect(behind.groups.find(({ groupId }) => groupId === 'billing')).toMatchObject({ state: 'Empty', members: [] });
  });

  it('the feed, as plain text with its source', async () => {
    feed.items.push({ postId: '7', title: 'Qubits', likes: 2 });
    const state = await stateWhen((now) => now.feed.length > 0);
    expect(state.feed[0]).toEqual({
      postId: '7',
      userId: 'u1',
      authorName: 'Ada',
      title: 'Qubits',
      excerpt: 'What is a qubit ?',
      kind: 'question',
      sourceUrl: 'https://quantumcomputing.stackexchange.com/q/7',
      likes: 2,
      comments: 0,
      publishedAt: '2018-03-12T17:00:45.567Z',
    });
  });

  it('a listener the state once, then what changes', async () => {
    await using events = await listen(`${running.url}/api/live`);
    const first = await events.next();
    expect(first.name).toBe('snapshot');
    let { topics } = (first.data as LiveSnapshot).state;
    await writeRecords(broker.bootstrapServers, 'zones', 5);
    while (topics.find(({ name }) => name === 'zones')?.written !== 5) {
      const { name, data } = await events.next();
      expect(name).toBe('change');
      const change = (data as LiveChange).topics;
      if (change !== undefined) topics = applyListChange(topics, change, (topic) => topic.name);
    }
  });

  it('where it is documented, and whether it is well', async () => {
    const document = (await (await fetch(`${running.url}/docs/openapi.json`)).json()) as { paths: object };
    expect(Object.keys(document.paths)).toEqual(expect.arrayContaining(['/api/state', '/api/live']));
    expect((await fetch(`${running.url}/health/ready`)).status).toBe(200);
  });
});

describe('the door to the services', () => {
  let service: Server;
  let asked: string[];
  let away: string;
  const addressOf = (server: Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let elsewhere: RunningService;

  beforeAll(async () => {
    service = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        asked.push(`${request.method} ${request.url} ${body}`.trimEnd());
        response.setHeader('content-type', 'application/problem+json');
        response.writeHead(request.url?.startsWith('/large') === true ? 200 : 422);
        response.end(
          request.url?.startsWith('/large') === true ? 'x'.repeat(5 * 1024 ** 2) : '{"detail":"no such thing"}',
        );
      });
    }).listen(0, '127.0.0.1');
    await once(service, 'listening');
    const url = `${addressOf(service)}/`;
    const gone = createServer().listen(0, '127.0.0.1');
    await once(gone, 'listening');
    away = addressOf(gone);
    gone.close();
    elsewhere = await startConsole({
      kafka: broker,
      services: { 'mybank-alerts': url, connect: away, 'movieflix-resume': '' },
    });
  });
  beforeEach(() => {
    asked = [];
  });
  afterAll(async () => {
    await elsewhere.close();
    service.close().closeAllConnections();
  });

  const ask = (path: string, init?: RequestInit): Promise<Response> =>
    fetch(`${elsewhere.url}/api/services/${path}`, init);

  it('passes on method, path, query and body, and passes the answer back as it is', async () => {
    const body = JSON.stringify({ amount: '10.00' });
    const headers = { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' };
    const answer = await ask('mybank-alerts/users/a%2Fb/thresholds?x=%20y', { method: 'PUT', headers, body });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      422,
      expect.stringMatching(/^application\/problem\+json/),
    ]);
    expect(await answer.json()).toEqual({ detail: 'no such thing' });
    expect(asked).toContain('PUT /users/a%2Fb/thresholds?x=%20y {"amount":"10.00"}');
  });

  it('says which service is away, or not known, or not given', async () => {
    const told = async (path: string): Promise<unknown[]> => {
      const answer = await ask(path);
      return [answer.status, ((await answer.json()) as { detail: string }).detail];
    };
    expect(await told('connect/connectors')).toEqual([503, `connect at ${away} cannot be asked: refuses connections`]);
    expect(await told('movieflix-resume/users')).toEqual([
      404,
      'The console was not told where movieflix-resume is: SERVICE_ADDRESSES names it without a URL',
    ]);
    expect(await told('payroll/users')).toEqual([404, expect.stringContaining('The console knows no service payroll')]);
  });

  it('passes nothing on for a page of another origin, and nothing back that is too large', async () => {
    const foreign = await ask('mybank-alerts/x', { method: 'POST', headers: { 'sec-fetch-site': 'cross-site' } });
    expect(foreign.status).toBe(403);
    expect(asked.filter((request) => request.startsWith('POST'))).toEqual([]);
    expect((await ask('mybank-alerts/large')).status).toBe(502);
  });
});

describe('a console whose broker does not answer', () => {
  it('says so, and what the others say', async () => {
    const elsewhere = await startConsole({
      kafka: { bootstrapServers: '127.0.0.1:1', registryUrl: broker.registryUrl },
    });
    try {
      for (;;) {
        const { state } = (await (await fetch(`${elsewhere.url}/api/state`)).json()) as LiveSnapshot;
        const [kafka, registry] = state.parts;
        // A registry that was slow to answer once is asked again.
        if (kafka === undefined || registry?.status !== 'up') {
          await delay(20);
          continue;
        }
        expect(kafka).toMatchObject({ name: 'Kafka', status: 'down', address: '127.0.0.1:1' });
        expect(kafka.problem).toMatch(/ECONNREFUSED|Connection/);
        expect(registry).toMatchObject({ status: 'up' });
        return;
      }
    } finally {
      await elsewhere.close();
    }
  });
});

interface ServerSentEvent {
  readonly name: string;
  readonly data: unknown;
}

/** Reads server-sent events one by one. */
async function listen(url: string): Promise<AsyncDisposable & { next(): Promise<ServerSentEvent> }> {
  const abort = new AbortController();
  const response = await fetch(url, { signal: abort.signal });
  if (response.body === null) throw new Error('The answer has no body');
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  const next = async (): Promise<ServerSentEvent> => {
    for (;;) {
      const end = text.indexOf('\n\n');
      if (end < 0) {
        const { value, done } = await reader.read();
        if (done) throw new Error('The stream ended');
        text += value;
        continue;
      }
      const block = text.slice(0, end);
      text = text.slice(end + 2);
      const match = /^event: (.+)\ndata: (.+)$/.exec(block);
      if (match !== null) return { name: match[1] ?? '', data: JSON.parse(match[2] ?? '') as unknown };
    }
  };
  return {
    next,
    [Symbol.asyncDispose]: () => {
      abort.abort();
      return Promise.resolve();
    },
  };
}
