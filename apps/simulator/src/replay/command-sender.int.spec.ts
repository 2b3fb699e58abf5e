import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { CommandSender } from './command-sender.ts';
import { type RefusedItem, type TraceEvent } from './trace.ts';

const EVENT: TraceEvent = {
  kind: 'likes',
  chain: '1',
  begins: false,
  service: 'social-posts',
  count: 1,
  occurredAtMs: 0,
  method: 'PUT',
  path: '/posts/1/likes/voter-1',
  body: { occurredAt: '2018-03-12T00:00:00.000Z' },
  idempotencyKey: 'vote-1',
  origin: 'votes.ndjson:1',
};

const open: { close(): unknown }[] = [];

afterEach(async () => {
  for (const thing of open.splice(0)) await thing.close();
});

async function listen(handler: RequestListener, port = 0): Promise<{ server: Server; url: string; port: number }> {
  const server = createServer(handler).listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address() as AddressInfo;
  open.push({ close: () => server.close().closeAllConnections() });
  return { server, url: `http://127.0.0.1:${address.port}`, port: address.port };
}

/** A sender whose pauses take no time and are written down. */
function sender(url: string, giveUpAfterMs = 60_000) {
  let nowMs = 0;
  const pausesMs: number[] = [];
  const retries: string[] = [];
  const clock = {
    nowMs: () => nowMs,
    sleep: (durationMs: number) => {
      nowMs += durationMs;
      pausesMs.push(durationMs);
      return Promise.resolve();
    },
  };
  const onRetry = (reason: string): void => void retries.push(reason);
  const made = new CommandSender({
    addressOf: () => url,
    concurrency: 2,
    clock,
    random: () => 1,
    giveUpAfterMs,
    onRetry,
    requestTimeoutMs: 30_000,
  });
  open.push({ close: () => made.close() });
  return { sender: made, pausesMs, retries };
}

describe('the command sender', () => {
  it('sends body and idempotency key, and takes 2xx for an acknowledgement', async () => {
    const seen: unknown[] = [];
    const { url } = await listen((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        seen.push([request.method, request.url, request.headers['idempotency-key'], JSON.parse(body)]);
        response.writeHead(204).end();
      });
    });
    expect(await sender(url).sender.send(EVENT)).toMatchObject({ outcome: 'acknowledged' });
    expect(seen).toEqual([['PUT', '/posts/1/likes/voter-1', 'vote-1', EVENT.body]]);
  });

  it('sends the same command again after 5xx, 429 and cut connections, with growing pauses, until it is acknowledged', async () => {
    let attempt = 0;
    const keys: unknown[] = [];
    const { url } = await listen((request, response) => {
      attempt += 1;
      keys.push(request.headers['idempotency-key']);
      if (attempt === 1)
        response.writeHead(503, { 'content-type': 'application/problem+json' }).end('{"detail":"away"}');
      else if (attempt === 2) response.writeHead(429).end();
      else if (attempt === 3) request.socket.destroy();
      else response.writeHead(200).end();
    });
    const { sender: made, pausesMs, retries } = sender(url);
    expect(await made.send(EVENT)).toMatchObject({ outcome: 'acknowledged' });
    expect(keys).toEqual(['vote-1', 'vote-1', 'vote-1', 'vote-1']);
    expect(pausesMs).toEqual([50, 100, 200]);
    expect(retries).toEqual(['503 away', '429 ', 'UND_ERR_SOCKET']);
  });

  it('does not repeat a command that was refused, and passes the reason on', async () => {
    let attempts = 0;
    const { url } = await listen((_request, response) => {
      attempts += 1;
      response.writeHead(404, { 'content-type': 'application/problem+json' }).end('{"detail":"There is no post 1."}');
    });
    expect(await sender(url).sender.send(EVENT)).toEqual({
      outcome: 'refused',
      status: 404,
      reason: '404 There is no post 1.',
    });
    expect(attempts).toBe(1);
  });

  it('passes on which items of a batch were refused, after those that could not be taken just now', async () => {
    const answers = ['[{"status":503,"reason":"away"}]', '[{"status":404,"reason":"no such show"}]'];
    const { url } = await listen((_request, response) => response.end(answers.shift()));
    const batch = { ...EVENT, count: 3, refusedItems: (answer: unknown) => answer as readonly RefusedItem[] };
    const { sender: made, retries } = sender(url);
    expect(await made.send(batch)).toMatchObject({
      outcome: 'acknowledged',
      refusedItems: [{ status: 404, reason: 'no such show' }],
    });
    expect(retries).toEqual(['away']);
  });

  it('gives up with a clear error when nothing was acknowledged for long', async () => {
    const { url, server } = await listen((_request, response) => response.end());
    server.close();
    await once(server, 'close');
    await expect(sender(url, 10_000).sender.send(EVENT)).rejects.toThrow(
      /acknowledged nothing for 1\d s \(last answer: ECONNREFUSED\)/,
    );
  });
});
