/** The console's API for the platform, against the real broker and registry. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { likeChanged, topics } from '@headwater/contracts';
import type { RunningService } from '@headwater/service-kit';
import { startBroker, type RunningBroker } from '@headwater/testkit';
import { kafkaOf, startConsole, writeRecords } from './console.fixture.ts';
import type { RecordView, ScanEnd } from './messages/record-view.ts';
import type { TopicDetails } from './topics/topic-details.ts';

let broker: RunningBroker;
let running: RunningService;

beforeAll(async () => {
  broker = await startBroker();
  running = await startConsole({ kafka: broker });
});
afterAll(async () => {
  await running.close();
  await broker.close();
});

// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- what is answered is the caller's to know
async function ask<Answer = { detail: string }>(
  method: string,
  path: string,
  body?: object,
): Promise<{ status: number; body: Answer }> {
  const response = await fetch(running.url + path, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  const text = await response.text();
  return { status: response.status, body: (text === '' ? null : JSON.parse(text)) as Answer };
}

interface Scanned {
  readonly records: readonly RecordView[];
  readonly end: ScanEnd | undefined;
  readonly progress: number;
}

/** Reads the events of a scan to its end, or until `isEnough`. */
async function scan(
  topic: string,
  query: Record<string, string>,
  isEnough: (records: readonly RecordView[]) => boolean = () => false,
  onProgress: () => Promise<void> = () => Promise.resolve(),
): Promise<Scanned> {
  const abort = new AbortController();
  const url = `${running.url}/api/topics/${topic}/messages?${new URLSearchParams(query).toString()}`;
  const response = await fetch(url, { signal: abort.signal });
  if (response.status !== 200) throw new Error(await response.text());
  const records: RecordView[] = [];
  let progress = 0;
  let text = '';
  for await (const piece of response.body!.pipeThrough(new TextDecoderStream())) {
    text += piece;
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const [, name, data = 'null'] = /^event: (\w+)\ndata: (.*)$/s.exec(block) ?? [];
      const value: unknown = JSON.parse(data);
      if (name === 'problem') throw new Error((value as { detail: string }).detail);
      if (name === 'end') return { records, end: value as ScanEnd, progress };
      if (name === 'records') records.push(...(value as RecordView[]));
      if (name === 'progress' && (progress += 1) === 1) await onProgress();
    }
    if (!isEnough(records)) continue;
    abort.abort();
    break;
  }
  return { records, end: undefined, progress };
}

describe('topics', () => {
  it('are created, told with sizes and configuration, altered, widened and deleted', async () => {
    const request = { name: 'orders', partitions: 2, configs: { 'retention.ms': 60_000, 'cleanup.policy': 'delete' } };
    expect((await ask('POST', '/api/topics', request)).status).toBe(201);
    expect((await ask('POST', '/api/topics', request)).status).toBe(409);
    await writeRecords(broker.bootstrapServers, 'orders', 20);
    const { body } = await ask<TopicDetails>('GET', '/api/topics/orders');
    expect(body.partitions.map(({ partition, replicas }) => [partition, replicas.length])).toEqual([
      [0, 1],
      [1, 1],
    ]);
    expect(body.partitions.reduce((sum, { end }) => sum + end, 0)).toBe(20);
    expect(body.bytes).toBeGreaterThan(20 * 10);
    expect(body.contract).toBeNull();
    const valueOf = ({ configs }: TopicDetails, name: string): unknown =>
      configs.filter((config) => config.name === name).map(({ value, source }) => [value, source])[0];
    expect(valueOf(body, 'retention.ms')).toEqual(['60000', 'topic']);

    const change = { set: { 'max.message.bytes': '2000000' }, reset: ['retention.ms'] };
    expect((await ask('PATCH', '/api/topics/orders/configs', change)).status).toBe(204);
    expect((await ask('POST', '/api/topics/orders/partitions', { count: 3 })).status).toBe(204);
    const altered = (await ask<TopicDetails>('GET', '/api/topics/orders')).body;
    expect(valueOf(altered, 'max.message.bytes')).toEqual(['2000000', 'topic']);
    expect(valueOf(altered, 'cleanup.policy')).toEqual(['delete', 'topic']);
    expect(valueOf(altered, 'retention.ms')).not.toEqual(['60000', 'topic']);
    expect(altered.partitions).toHaveLength(3);

    expect((await ask('DELETE', '/api/topics/orders')).status).toBe(204);
    expect((await ask('GET', '/api/topics/orders')).status).toBe(404);
    expect((await ask('DELETE', '/api/topics/orders')).status).toBe(404);
  });

  it('are deleted once and for all while somebody looks at them', async () => {
    const names = Array.from({ length: 10 }, (_, index) => `looked-at-${index}`);
    for (const name of names) {
      await ask('POST', '/api/topics', { name, partitions: 1 });
      const over = new AbortController();
      const look = async (): Promise<void> => {
        while (!over.signal.aborted) await ask('GET', `/api/topics/${name}`);
      };
      const looks = [look(), look(), look()];
      await ask('GET', `/api/topics/${name}`);
      const deletion = await ask('DELETE', `/api/topics/${name}`);
      over.abort();
      await Promise.all(looks);
      expect([name, deletion.status]).toEqual([name, 204]);
    }
  });

  it('say what is wrong with a request, without losing the connection', async () => {
    expect((await ask('POST', '/api/topics', { name: 'a b', partitions: 1 })).status).toBe(400);
    const wrong = { name: 'wrong', partitions: 1, configs: { 'cleanup.policy': 'sometimes' } };
    const refused = await ask('POST', '/api/topics', wrong);
    expect(refused.status).toBe(400);
    expect((await ask('POST', '/api/topics/nothing/partitions', { count: 3 })).status).toBe(404);
    interface Answer {
      readonly state: { readonly parts: readonly { readonly status: string }[] };
    }
    // A part that was slow to answer once is asked again.
    while ((await ask<Answer>('GET', '/api/state')).body.state.parts.some(({ status }) => status === 'down'))
      await delay(50);
  });
});

describe('messages', () => {
  const like = (postId: string, liked: boolean): object => ({
    eventId: `e-${postId}`,
    postId,
    userId: 'u',
    liked,
    occurredAt: '2018-03-12T17:00:00.000Z',
  });
  const subject = topics.likes.subjectOf(likeChanged);

  beforeAll(async () => {
    await ask('POST', '/api/topics', { name: 'likes', partitions: 3 });
    const schema = { schema: likeChanged.schema };
    expect((await ask('POST', `/api/registry/subjects/${subject}/versions`, schema)).status).toBe(200);
  });

  it('are written by a schema that checks them, and read decoded, with their bytes', async () => {
    const request = { format: 'schema', subject, headers: { source: 'hand' } };
    const wrong = await ask('POST', '/api/topics/likes/messages', {
      ...request,
      value: { ...like('p', true), liked: 1 },
    });
    expect(wrong.status).toBe(422);
    expect(wrong.body.detail).toContain('liked');
    const otherKey = await ask('POST', '/api/topics/likes/messages', { ...request, key: 'q', value: like('p', true) });
    expect(otherKey.status).toBe(422);
    const dry = await ask<{ isWritten: boolean; key: string }>('POST', '/api/topics/likes/messages', {
      ...{ ...request, value: like('p', true), dryRun: true },
    });
    expect(dry.body).toMatchObject({ isWritten: false, key: 'p' });
    expect((await scan('likes', { from: 'earliest' })).records).toEqual([]);
    for (const [postId, liked] of [
      ['p', true],
      ['q', false],
    ] as const)
      expect((await ask('POST', '/api/topics/likes/messages', { ...request, value: like(postId, liked) })).status).toBe(
        200,
      );
    const { records } = await scan('likes', { from: 'earliest', filter: 'value.liked == false' });
    expect(records).toHaveLength(1);
    const [found] = records;
    expect(found).toMatchObject({
      key: { format: 'text', value: 'q' },
      value: { format: 'avro', name: likeChanged.name, value: like('q', false) },
    });
    expect(Object.fromEntries(found!.headers)).toMatchObject({ source: 'hand', 'message-id': expect.any(String) });
    const raw = await ask<{ rawValue: string; rawKey: string }>(
      'GET',
      `/api/topics/likes/messages/${found!.partition}/${found!.offset}`,
    );
    expect(Buffer.from(raw.body.rawValue, 'base64').readInt8(0)).toBe(0);
    expect(Buffer.from(raw.body.rawKey, 'base64').toString()).toBe('q');
    expect((await ask('GET', '/api/topics/likes/messages/0/999')).status).toBe(404);
  });

  it('are found by key, header, offset and time, the newest or the first, and a scan goes on where it ended', async () => {
    await writeRecords(broker.bootstrapServers, 'numbers', 300);
    const newest = await scan('numbers', { limit: '5' });
    expect(newest.records).toHaveLength(5);
    const first = await scan('numbers', { from: 'earliest', limit: '200' });
    expect([first.records.length, first.end?.reason]).toEqual([200, 'limit']);
    const second = await scan('numbers', { from: first.end?.next ?? '', limit: '200' });
    expect([second.records.length, second.end?.reason, second.end?.next]).toEqual([100, 'end', null]);
    const keys = [...first.records, ...second.records].map(({ key }) => key.value);
    expect(new Set(keys).size).toBe(300);
    const one = await scan('numbers', { from: 'earliest', key: 'key-7' });
    expect(one.records.map(({ key }) => key.value)).toEqual(['key-7']);
    expect(one.end).toMatchObject({ scanned: 300, matched: 1, total: 300, passed: 300 });
    const end = await scan('numbers', { from: '99999' });
    expect(end.records).toEqual([]);
    const { records } = await scan('numbers', { from: new Date(Date.now() + 3_600_000).toISOString() });
    expect(records).toEqual([]);
    expect((await scan('likes', { from: 'earliest', header: 'source=hand' })).records).toHaveLength(2);
    expect((await scan('likes', { from: 'earliest', header: 'source=machine' })).records).toEqual([]);
  });

  it('are followed as they come', async () => {
    const isEnough = (records: readonly RecordView[]): boolean => records.length >= 3;
    const write = (): Promise<void> => writeRecords(broker.bootstrapServers, 'numbers', 3);
    const { records } = await scan('numbers', { from: 'now' }, isEnough, write);
    expect(records.map(({ key }) => key.value).sort()).toEqual(['key-0', 'key-1', 'key-2']);
  });

  it('say what is wrong with a question', async () => {
    const detail = async (query: string): Promise<string> =>
      (await ask('GET', `/api/topics/numbers/messages?${query}`)).body.detail;
    expect(await detail('filter=value.')).toContain('character 7: a name is expected');
    expect(await detail('from=yesterday')).toContain('from must be newest');
    expect(await detail('partition=7')).toContain('no partition 7');
    expect((await ask('GET', '/api/topics/nothing/messages')).status).toBe(404);
  });
});

describe('messages of other formats', () => {
  const PROTOBUF =
    'syntax = "proto3"; package shop; message Order { string id = 1; int64 cents = 2; Line line = 3; message Line { int32 pieces = 1; } }';
  const JSON_SCHEMA =
    '{"type":"object","required":["id"],"properties":{"id":{"type":"string"},"cents":{"type":"integer"}}}';
  let elsewhere: RunningService;
  const registry = createServer((request, response) => {
    const answers: Readonly<Record<string, object>> = {
      '/subjects/orders-value/versions/latest': { id: 1 },
      '/schemas/ids/1': { schemaType: 'PROTOBUF', schema: PROTOBUF },
      '/subjects/bills-value/versions/latest': { id: 2 },
      '/schemas/ids/2': { schemaType: 'JSON', schema: JSON_SCHEMA },
    };
    const answer = answers[request.url ?? ''];
    response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer ?? { error_code: 40403, message: 'Schema not found' }));
  });

  beforeAll(async () => {
    registry.listen(0, '127.0.0.1');
    await once(registry, 'listening');
    const registryUrl = `http://127.0.0.1:${(registry.address() as AddressInfo).port}`;
    elsewhere = await startConsole({ kafka: { bootstrapServers: broker.bootstrapServers, registryUrl } });
  });
  afterAll(async () => {
    await elsewhere.close();
    registry.closeAllConnections();
    registry.close();
  });

  it('are checked and decoded by a registry that knows them', async () => {
    const produce = (body: object): Promise<Response> =>
      fetch(`${elsewhere.url}/api/topics/orders-of-many/messages`, {
        method: 'POST',
        body: JSON.stringify({ format: 'schema', ...body }),
        headers: { 'content-type': 'application/json' },
      });
    await ask('POST', '/api/topics', { name: 'orders-of-many', partitions: 1 });
    const order = { id: 'a', cents: '1250', line: { pieces: 3 } };
    expect((await produce({ subject: 'orders-value', value: { ...order, nonsense: 1 } })).status).toBe(422);
    expect((await produce({ subject: 'orders-value', value: order })).status).toBe(200);
    expect((await produce({ subject: 'bills-value', value: { cents: 'many' } })).status).toBe(422);
    expect((await produce({ subject: 'bills-value', value: { id: 'b', cents: 3 } })).status).toBe(200);
    const unknown = Buffer.from([0, 0, 0, 0, 9, 1]).toString('base64');
    expect((await produce({ format: 'base64', value: unknown })).status).toBe(200);
    expect((await produce({ format: 'json', value: { plain: true } })).status).toBe(200);
    expect((await produce({ format: 'none', key: 'k' })).status).toBe(200);
    const previous = running;
    running = elsewhere;
    try {
      const { records } = await scan('orders-of-many', { from: 'earliest' });
      expect(records.map(({ value }) => [value.format, value.name, value.value])).toEqual([
        ['protobuf', 'shop.Order', order],
        ['json-schema', undefined, { id: 'b', cents: 3 }],
        ['binary', undefined, unknown],
        ['json', undefined, { plain: true }],
        ['none', undefined, null],
      ]);
      expect(records[2]?.value.problem).toBe('Schema not found');
    } finally {
      running = previous;
    }
  });
});

describe('offsets of a group', () => {
  it('are reset where they are asked to, after a dry run, and not while somebody reads', async () => {
    await writeRecords(broker.bootstrapServers, 'steps', 10);
    const admin = kafkaOf(broker.bootstrapServers).admin();
    await admin.connect();
    const committed = async (): Promise<number> => {
      const [topic] = await admin.fetchOffsets({ groupId: 'walkers', topics: ['steps'] });
      return (topic?.partitions ?? []).reduce((sum, { offset }) => sum + Number(offset), 0);
    };
    const consumer = kafkaOf(broker.bootstrapServers).consumer({ groupId: 'walkers' });
    await consumer.connect();
    await consumer.subscribe({ topic: 'steps', fromBeginning: true });
    const seen = Promise.withResolvers<undefined>();
    let count = 0;
    await consumer.run({
      eachMessage: () => {
        if ((count += 1) === 10) seen.resolve(undefined);
        return Promise.resolve();
      },
    });
    await seen.promise;
    const reset = (body: object) =>
      ask<{ changes: object[]; detail: string }>('POST', '/api/groups/walkers/offsets', body);
    const earliest = { topic: 'steps', to: 'earliest' };
    expect((await reset(earliest)).status).toBe(409);
    await consumer.disconnect();
    expect(await committed()).toBe(10);
    const dry = await reset({ ...earliest, dryRun: true });
    expect(dry.body).toMatchObject({
      isDone: false,
      changes: [
        { partition: 0, to: 0 },
        { partition: 1, to: 0 },
      ],
    });
    expect(await committed()).toBe(10);
    expect((await reset(earliest)).body).toMatchObject({ isDone: true });
    expect(await committed()).toBe(0);
    await reset({ topic: 'steps', to: 'latest' });
    await reset({ topic: 'steps', to: 'shift', value: '-2' });
    expect(await committed()).toBe(6);
    await reset({ topic: 'steps', to: 'offset', value: '1', partitions: [1] });
    expect(await committed()).toBeLessThan(6);
    await reset({ topic: 'steps', to: 'time', value: '2018-01-01T00:00:00Z' });
    expect(await committed()).toBe(0);
    expect((await reset({ topic: 'steps', to: 'time', value: 'soon' })).status).toBe(400);
    expect((await reset({ ...earliest, partitions: [9] })).status).toBe(404);
    expect((await ask('DELETE', '/api/groups/walkers')).status).toBe(204);
    await admin.disconnect();
  });
});

describe('the registry', () => {
  it('answers through the console, with its refusals as problem documents', async () => {
    const record = (fields: object[]): object => ({
      schema: JSON.stringify({ type: 'record', name: 'Thing', fields }),
    });
    const name = { name: 'name', type: 'string' };
    expect((await ask('POST', '/api/registry/subjects/things-value/versions', record([name]))).status).toBe(200);
    const breaking = record([name, { name: 'size', type: 'int' }]);
    const path = '/api/registry/compatibility/subjects/things-value/versions?verbose=true';
    expect((await ask<object>('POST', path, breaking)).body).toMatchObject({ is_compatible: false });
    const refused = await ask('POST', '/api/registry/subjects/things-value/versions', breaking);
    expect(refused.status).toBe(409);
    expect(refused.body.detail).not.toBe('');
    expect((await ask<string[]>('GET', '/api/registry/subjects')).body).toContain('things-value');
    expect((await ask('GET', '/api/registry/subjects/none/versions')).status).toBe(404);
  });
});

describe('a token', () => {
  const token = 'a-token-of-the-spec-4711';
  const starting = (environment: Record<string, string>): Promise<RunningService> =>
    startConsole({ kafka: broker, environment });

  it('is needed to start beyond loopback', async () => {
    await expect(starting({ HOST: '0.0.0.0' })).rejects.toThrow('API_TOKEN is missing');
    await expect(starting({ HOST: '0.0.0.0', API_TOKEN: 'short' })).rejects.toThrow('API_TOKEN');
  });

  it('is asked for by the API, as a header or as the cookie of the login', async () => {
    await using guarded = Object.assign(await starting({ HOST: '0.0.0.0', API_TOKEN: token }), {
      [Symbol.asyncDispose]: () => guarded.close(),
    });
    const status = async (path: string, init?: RequestInit): Promise<number> => {
      const abort = new AbortController();
      const { status: answered } = await fetch(guarded.url + path, { ...init, signal: abort.signal });
      abort.abort();
      return answered;
    };
    for (const path of [
      '/api/state',
      '/api/live',
      '/api/topics/x',
      '/api/services/connect/x',
      '/messaging/subscriptions',
    ])
      expect([path, await status(path)]).toEqual([path, 401]);
    expect(await status('/health/ready')).toBe(200);
    expect(await status('/api/state', { headers: { authorization: `Bearer ${token}` } })).toBe(200);
    expect(await status('/api/state', { headers: { authorization: 'Bearer wrong-token-of-the-spec' } })).toBe(401);
    const login = (given: string): Promise<Response> =>
      fetch(`${guarded.url}/api/access`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ token: given }),
      });
    expect((await login('wrong-token-of-the-spec')).status).toBe(401);
    const answer = await login(token);
    const cookie = answer.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/HttpOnly; SameSite=Strict/);
    expect(cookie).not.toContain(token);
    const headers = { cookie: cookie.split(';')[0] ?? '' };
    expect(await status('/api/state', { headers })).toBe(200);
    expect(await (await fetch(`${guarded.url}/api/access`, { headers })).json()).toEqual({
      required: true,
      granted: true,
    });
    for (let times = 0; times < 20; times++) await login('guess-guess-guess-guess');
    expect((await login(token)).status).toBe(429);
  });
});
