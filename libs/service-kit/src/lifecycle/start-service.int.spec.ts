import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TinyConfig, TinyModule, tinyMood } from '../../fixtures/tiny.module.ts';
import { openApiLedger, startService, type RunningService } from '../index.ts';

const OPTIONS = {
  name: 'tiny',
  description: 'Serves the specs',
  configs: [TinyConfig],
  environment: { GREETING: 'good morning', LOG_LEVEL: 'silent', MAX_BODY_BYTES: '2048' },
};

let service: RunningService;

beforeAll(async () => {
  service = await startService(TinyModule, OPTIONS);
});

afterAll(async () => {
  await service.close();
});

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

async function ask(path: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(`${service.url}${path}`, init);
  const type = response.headers.get('content-type') ?? '';
  const body = (type.includes('json') ? await response.json() : { text: await response.text() }) as Record<
    string,
    unknown
  >;
  return { status: response.status, type, headers: response.headers, body };
}

function post(path: string, body: unknown): Promise<Answer> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return ask(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: text });
}

describe('a service that the kit started', () => {
  it('injects its typed configuration', async () => {
    expect((await ask('/notes/greeting')).body).toEqual({ text: 'good morning' });
  });

  it('answers the probes with each check by name', async () => {
    expect(await ask('/health/live')).toMatchObject({ status: 200, body: { status: 'ok', checks: {} } });
    const ready = await ask('/health/ready');
    expect(ready).toMatchObject({
      status: 200,
      body: { status: 'ok', checks: { mood: { ok: true, detail: 'fine' } } },
    });
    tinyMood.good = false;
    expect(await ask('/health/ready')).toMatchObject({
      status: 503,
      body: { checks: { mood: { ok: false, detail: 'bad' } } },
    });
    expect((await ask('/health/live')).status).toBe(200);
    tinyMood.good = true;
  });

  it('measures requests by route pattern, so that ids make no series of their own', async () => {
    await ask('/notes/41');
    await ask('/notes/42');
    await ask('/nowhere/1');
    const { type, body } = await ask('/metrics');
    expect(type).toContain('text/plain');
    expect(body['text']).toMatch(
      /http_request_duration_seconds_count\{method="GET",route="\/notes\/:id",status="404"\} 2/,
    );
    expect(body['text']).toMatch(/route="unknown",status="404"/);
    expect(body['text']).not.toContain('/notes/41');
    expect(body['text']).toContain('process_cpu_user_seconds_total');
    expect(body['text']).toContain('tiny_total 3');
  });

  it('serves its OpenAPI document, with problems as the default answer', async () => {
    const { status, body } = await ask('/docs/openapi.json');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      info: { title: 'tiny' },
      paths: { '/notes': { post: { responses: { default: { content: { 'application/problem+json': {} } } } } } },
    });
    expect(Object.keys(body['paths'] as object)).not.toContain('/health/live');
    expect((await ask('/docs')).type).toContain('text/html');
  });

  it('writes the same OpenAPI document without being started', async () => {
    const ledger = JSON.parse(await openApiLedger(TinyModule, OPTIONS)) as unknown;
    expect(ledger).toEqual((await ask('/docs/openapi.json')).body);
  });
});

describe('a request that fails', () => {
  it('is answered by a problem document', async () => {
    const answer = await ask('/notes/7?x=1');
    expect(answer.status).toBe(404);
    expect(answer.type).toContain('application/problem+json');
    expect(answer.body).toEqual({
      type: 'urn:problem-type:headwater:note-not-found',
      title: 'Note not found',
      status: 404,
      detail: 'There is no note 7.',
      instance: '/notes/7',
    });
  });

  it('names every wrong field, also nested and unknown ones', async () => {
    const answer = await post('/notes', { text: '', stars: 11, author: { name: '' }, colour: 'red' });
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ type: 'urn:problem-type:headwater:validation-failed', instance: '/notes' });
    const errors = answer.body['errors'] as { field: string; pointer: string; detail: string }[];
    expect(errors.map((error) => error.field).sort()).toEqual(['author.name', 'colour', 'stars', 'text']);
    expect(errors).toContainEqual({
      field: 'colour',
      pointer: '#/colour',
      detail: 'colour is no field of this request',
    });
    expect(errors.find((error) => error.field === 'author.name')?.pointer).toBe('#/author/name');
  });

  it('is a 400 when the body is no JSON, a 413 when it is too large, a 404 for an unknown address', async () => {
    expect(await post('/notes', '{"text":')).toMatchObject({
      status: 400,
      body: { type: 'about:blank', title: 'Bad Request' },
    });
    expect(await post('/notes', { text: 'x'.repeat(4000) })).toMatchObject({ status: 413, body: { status: 413 } });
    expect(await ask('/nowhere')).toMatchObject({ status: 404, body: { title: 'Not Found', instance: '/nowhere' } });
  });

  it('tells nothing of the inside when it met a bug', async () => {
    const answer = await ask('/notes/bug');
    expect(answer).toMatchObject({ status: 500, body: { type: 'urn:problem-type:headwater:internal-error' } });
    expect(JSON.stringify(answer.body)).not.toContain('hunter2');
  });
});

describe('a paged list', () => {
  it('is read to its end by its cursors, each item once', async () => {
    const seen: unknown[] = [];
    let cursor: string | null = '';
    do {
      const page: Answer = await ask(`/notes?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`);
      seen.push(...(page.body['items'] as unknown[]));
      cursor = page.body['nextCursor'] as string | null;
    } while (cursor !== null);
    expect(seen).toEqual([1, 2, 3, 4, 5].map((id) => ({ id })));
  });

  it('refuses a cursor that it did not give out', async () => {
    for (const cursor of ['42', 'bm9wZQ', Buffer.from('["x"]').toString('base64url'), '%7B%7D', 'W10']) {
      const answer = await ask(`/notes?cursor=${cursor}`);
      expect(answer).toMatchObject({ status: 400, body: { type: 'urn:problem-type:headwater:invalid-cursor' } });
    }
  });

  it('refuses a limit that is out of range', async () => {
    expect((await ask('/notes?limit=0')).status).toBe(400);
    expect((await ask('/notes?limit=abc')).status).toBe(400);
    expect((await ask('/notes?limit=201')).status).toBe(400);
  });
});

describe('a service that is closed', () => {
  it('finishes the request under way and refuses new connections', async () => {
    const other = await startService(TinyModule, OPTIONS);
    const slow = fetch(`${other.url}/notes/slow`);
    await other.app.getHttpAdapter().getInstance().ready();
    await fetch(`${other.url}/health/live`);
    await Promise.all([other.close(), other.close()]);
    expect(await (await slow).json()).toEqual({ done: true });
    await expect(fetch(`${other.url}/health/live`)).rejects.toThrow();
  });
});
