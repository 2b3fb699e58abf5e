import { connect } from 'node:net';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startRegistry } from '../registry.ts';
import { MemorySchemaLog, type SchemaLog } from '../store/index.ts';
import { RegistryFixture } from '../registry.fixture.ts';

let registry: RegistryFixture;
beforeEach(async () => {
  registry = await RegistryFixture.start();
});
afterEach(async () => {
  await registry.close();
});

const V1 = 'application/vnd.schemaregistry.v1+json';

describe('the HTTP face', () => {
  it.each([
    ['malformed JSON', '{"schema":', 400],
    ['an empty body', '', 422],
    ['a list', '[]', 422],
    ['null', 'null', 422],
  ])('refuses %s with its reason', async (_what, body, status) => {
    expect(await registry.send('POST', '/subjects/a/versions', body)).toEqual({
      status,
      body: { error_code: status, message: expect.any(String) },
    });
  });

  it('refuses a body beyond its limit, and goes on', async () => {
    const huge = JSON.stringify({ schema: 'x'.repeat(8 * 1024 * 1024) });
    expect((await registry.send('POST', '/subjects/a/versions', huge)).status).toBe(413);
    expect((await registry.get('/subjects')).status).toBe(200);
  });

  it('answers unknown paths and methods in JSON', async () => {
    expect(await registry.get('/nothing/here')).toEqual({
      status: 404,
      body: { error_code: 404, message: 'HTTP 404 Not Found' },
    });
    expect(await registry.put('/subjects', {})).toEqual({
      status: 405,
      body: { error_code: 405, message: 'HTTP 405 Method Not Allowed' },
    });
    expect((await registry.get('/subjects/%E0%A4%A/versions')).status).toBe(400);
    expect((await registry.get('/subjects/?deleted=true')).status).toBe(200);
  });

  it.each([
    [undefined, V1],
    ['*/*', V1],
    [`${V1}, application/json`, V1],
    ['application/json', 'application/json'],
    ['text/html, application/vnd.schemaregistry+json; q=0.9', 'application/vnd.schemaregistry+json'],
  ])('answers a client that accepts %s in %s', async (accept, expected) => {
    const response = await fetch(`${registry.url}/subjects`, accept === undefined ? {} : { headers: { accept } });
    expect(response.headers.get('content-type')).toBe(expected);
    await response.arrayBuffer();
  });

  it('refuses media types that it does not speak', async () => {
    const accept = await fetch(`${registry.url}/subjects`, { headers: { accept: 'text/html' } });
    expect(accept.status).toBe(406);
    const content = await fetch(`${registry.url}/subjects/a/versions`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: '{}',
    });
    expect(content.status).toBe(415);
  });

  it('survives a client that speaks no HTTP', async () => {
    const { port } = new URL(registry.url);
    const socket = connect(Number(port), '127.0.0.1');
    await once(socket, 'connect');
    socket.end('\u0000\u0001 not http\r\n\r\n');
    expect(await text(socket)).toMatch(/^HTTP\/1.1 400/);
    expect((await registry.get('/')).body).toEqual({});
  });

  it('lists the schema types and the contexts', async () => {
    expect((await registry.get('/schemas/types')).body).toEqual(['AVRO']);
    expect((await registry.get('/contexts')).body).toEqual(['.']);
  });

  it('says that a port is taken', async () => {
    const port = Number(new URL(registry.url).port);
    await expect(startRegistry({ port, log: new MemorySchemaLog() })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});

describe('a log that fails', () => {
  const failing = (append: SchemaLog['append']): SchemaLog => {
    const log = new MemorySchemaLog();
    return { append, follow: (deliver) => log.follow(deliver) };
  };

  it('makes a registration fail with 50001 and its reason, and nothing is registered', async () => {
    const broken = await RegistryFixture.start(failing(() => Promise.reject(new Error('disk full'))));
    expect(await broken.register('a', 'int')).toEqual({
      status: 500,
      body: { error_code: 50001, message: 'The log refused the write: disk full' },
    });
    expect((await broken.get('/subjects')).body).toEqual([]);
    expect(broken.warnings).toEqual(['The log refused the write: disk full']);
    await broken.close();
  });

  it('makes a registration fail with 50002 when the record does not come back', async () => {
    const silent = await RegistryFixture.start(
      failing(() => Promise.resolve({ lastOffset: 0 })),
      20,
    );
    expect(await silent.register('a', 'int')).toEqual({
      status: 500,
      body: expect.objectContaining({ error_code: 50002 }),
    });
    await silent.close();
  });

  it('keeps a registry that cannot read it from starting', async () => {
    const unreadable: SchemaLog = {
      append: () => Promise.reject(new Error('unused')),
      follow: () => Promise.reject(new Error('log is gone')),
    };
    await expect(startRegistry({ log: unreadable })).rejects.toThrow('log is gone');
  });
});
