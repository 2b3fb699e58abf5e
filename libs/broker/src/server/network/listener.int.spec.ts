import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { ManualClock } from '../../state-machine/index.ts';
import { systemClock } from '../../storage/index.ts';
import { CLOSE_CONNECTION, type Answer } from './connection.ts';
import { AnswerMemory } from './answer-memory.ts';
import { Listener, type ListenerOptions } from './listener.ts';

/**
 * A made-up protocol over the real listener: the body's first byte is the pipeline, the rest is text. `handle` is the test's.
 */
type Handle = (text: string, size: number) => Answer | Promise<Answer>;

const MINUTE_MS = 60_000;

const open: { close(): Promise<void> | void }[] = [];
afterEach(async () => {
  for (const resource of open.splice(0).reverse()) await resource.close();
});

async function listen(handle: Handle, options: Partial<ListenerOptions> = {}) {
  const logged: string[] = [];
  const answers = new AnswerMemory(64 << 20);
  const listener = await Listener.start({
    host: '127.0.0.1',
    port: 0,
    handler: {
      pipelineOf: (frame) => Buffer.concat(frame)[0] ?? 0,
      isForgotten: () => true,
      handle: (frame) => {
        const body = Buffer.concat(frame);
        return handle(body.toString('latin1', 1), body.length);
      },
    },
    limits: {
      maxFrameBytes: 1 << 20,
      inFlightBytes: 1 << 20,
      inFlightRequests: 100,
      unreadAnswerBytes: 1 << 16,
      frameGraceMs: 60_000,
    },
    requestMemoryBytes: 8 << 20,
    answers,
    maxStuckMs: 60_000,
    maxIdleMs: -1,
    maxConnections: 100,
    maxConnectionsPerIp: 100,
    clock: systemClock,
    log: (message) => logged.push(message),
    ...options,
  });
  open.push({ close: () => listener.close(100) });
  return { listener, logged, answers: options.answers ?? answers };
}

async function client(listener: Listener) {
  const socket = connect({ port: listener.port, host: '127.0.0.1' });
  open.push({ close: () => void socket.destroy() });
  await once(socket, 'connect');
  let received = '';
  // Also by a reset: so ends a connection that is closed before all that the client sent was read.
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => (received += chunk.toString('latin1')));
  return { socket, closed, received: () => received };
}

function frame(text: string, pipeline = 0): Buffer {
  const body = Buffer.concat([Buffer.from([pipeline]), Buffer.from(text, 'latin1')]);
  const size = Buffer.alloc(4);
  size.writeInt32BE(body.length);
  return Buffer.concat([size, body]);
}

/** Lets sockets and timers move on. */
const nextTurn = (): Promise<void> => delay(1);

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await nextTurn();
}

/** Waits for what the listener does when time has passed: moves time until it has done it. */
async function untilLater(clock: ManualClock, condition: () => boolean): Promise<void> {
  while (!condition()) {
    await clock.advance(MINUTE_MS);
    await nextTurn();
  }
}

/** Hands out promises that the test settles. */
function gates() {
  const waiting = new Map<string, () => void>();
  return {
    pass: (name: string) => waiting.get(name)!(),
    isWaiting: (name: string) => waiting.has(name),
    wait: (name: string) =>
      new Promise<Answer>((resolve) => waiting.set(name, () => resolve([Buffer.from(name, 'latin1')]))),
  };
}

describe('a listener', () => {
  it('handles one request of a connection at a time, and answers in order', async () => {
    const gate = gates();
    const { listener } = await listen((text) => gate.wait(text));
    const { socket, received } = await client(listener);
    socket.write(Buffer.concat([frame('a'), frame('b')]));
    await until(() => gate.isWaiting('a'));
    expect(gate.isWaiting('b')).toBe(false);
    gate.pass('a');
    await until(() => gate.isWaiting('b'));
    gate.pass('b');
    await until(() => received() === 'ab');
  });

  it('overlaps requests of one pipeline and still answers in their order', async () => {
    const gate = gates();
    const { listener } = await listen((text) => gate.wait(text));
    const { socket, received } = await client(listener);
    socket.write(Buffer.concat([frame('a', 1), frame('b', 1), frame('c', 0)]));
    await until(() => gate.isWaiting('a') && gate.isWaiting('b'));
    gate.pass('b');
    await nextTurn();
    expect(received()).toBe('');
    expect(gate.isWaiting('c')).toBe(false);
    gate.pass('a');
    await until(() => gate.isWaiting('c'));
    gate.pass('c');
    await until(() => received() === 'abc');
  });

  it('gives nothing for a request without an answer and goes on', async () => {
    const { listener } = await listen((text) => (text === 'silent' ? null : [Buffer.from(text)]));
    const { socket, received } = await client(listener);
    socket.write(Buffer.concat([frame('silent'), frame('heard')]));
    await until(() => received() === 'heard');
  });

  it('sends the answers before it closes a connection that must close', async () => {
    const { listener } = await listen((text) => (text === 'end' ? CLOSE_CONNECTION : [Buffer.from(text)]));
    const { socket, received, closed } = await client(listener);
    socket.write(Buffer.concat([frame('first'), frame('end'), frame('late')]));
    await closed;
    expect(received()).toBe('first');
  });

  it('closes the connection of a handler that throws, and no other', async () => {
    const { listener, logged } = await listen((text) => {
      if (text === 'defect') throw new Error('boom');
      return [Buffer.from(text)];
    });
    const broken = await client(listener);
    const other = await client(listener);
    broken.socket.write(frame('defect'));
    await broken.closed;
    other.socket.write(frame('fine'));
    await until(() => other.received() === 'fine');
    expect(logged.join()).toContain('boom');
  });

  it('closes the connection that sends garbage, and no other', async () => {
    const { listener, logged } = await listen((text) => [Buffer.from(text)]);
    const garbage = await client(listener);
    const other = await client(listener);
    garbage.socket.write('GET / HTTP/1.1\r\n\r\n');
    await garbage.closed;
    other.socket.write(frame('fine'));
    await until(() => other.received() === 'fine');
    expect(logged.join()).toContain('socket.request.max.bytes');
    expect(listener.requestBytes).toBe(0);
  });

  it('answers a client that ends its side after its last request', async () => {
    const gate = gates();
    const { listener } = await listen((text) => gate.wait(text));
    const { socket, received, closed } = await client(listener);
    socket.end(Buffer.concat([frame('a'), frame('b')]));
    await until(() => gate.isWaiting('a'));
    gate.pass('a');
    await until(() => gate.isWaiting('b'));
    gate.pass('b');
    await closed;
    expect(received()).toBe('ab');
  });

  it('begins no request while the client leaves its answers unread', async () => {
    let handled = 0;
    const answer = Buffer.alloc(256 * 1024);
    const { listener, answers } = await listen(() => {
      handled++;
      return [answer];
    });
    const { socket } = await client(listener);
    socket.pause();
    socket.write(Buffer.concat(Array.from({ length: 200 }, () => frame('more'))));
    // The kernel's buffers take what they take; after them nothing moves.
    let seen = -1;
    while (seen !== handled || answers.usedBytes === 0) {
      seen = handled;
      for (let turn = 0; turn < 20; turn++) await nextTurn();
    }
    expect(handled).toBeLessThan(200);
    expect(answers.usedBytes).toBeLessThan(1 << 20);
    let bytes = 0;
    socket.on('data', (chunk: Buffer) => (bytes += chunk.length));
    socket.resume();
    await until(() => bytes === 200 * answer.length);
    await until(() => answers.usedBytes === 0);
  });

  it('stops reading when a connection holds too much in flight, and goes on when it is answered', async () => {
    const gate = gates();
    let taken = 0;
    const { listener } = await listen((text, size) => {
      taken += size;
      return gate.wait(text.slice(0, 4));
    });
    const { socket } = await client(listener);
    const large = 'x'.repeat(300_000);
    for (let index = 0; index < 20; index++) socket.write(frame(`${String(index).padStart(4, '0')}${large}`, 1));
    await until(() => gate.isWaiting('0003'));
    for (let turn = 0; turn < 50; turn++) await nextTurn();
    expect(taken).toBeLessThan(2 << 20);
    expect(listener.requestBytes).toBeLessThan(2 << 20);
    for (let index = 0; index < 20; index++) {
      const name = String(index).padStart(4, '0');
      await until(() => gate.isWaiting(name));
      gate.pass(name);
    }
    await until(() => listener.requestBytes === 0);
  });

  it('shares one budget between connections and serves each in turn', async () => {
    const { listener } = await listen((text) => [Buffer.from(text.slice(0, 2))], { requestMemoryBytes: 1 << 20 });
    const clients = await Promise.all(Array.from({ length: 8 }, () => client(listener)));
    const large = 'x'.repeat(900_000);
    for (const [index, { socket }] of clients.entries()) socket.write(frame(`c${index}${large}`));
    for (const [index, { received }] of clients.entries()) await until(() => received() === `c${index}`);
    await until(() => listener.requestBytes === 0);
  });

  it('gives the memory of a half-sent frame back when its connection ends', async () => {
    const { listener } = await listen(() => null);
    const { socket } = await client(listener);
    socket.write(frame('x'.repeat(1000)).subarray(0, 500));
    await until(() => listener.requestBytes === 1001);
    socket.destroy();
    await until(() => listener.requestBytes === 0);
  });

  it('closes connections that were idle for too long, but not one that waits for an answer', async () => {
    const gate = gates();
    const clock = new ManualClock();
    const { listener } = await listen((text) => gate.wait(text), { maxIdleMs: MINUTE_MS, clock });
    const idle = await client(listener);
    const waiting = await client(listener);
    waiting.socket.write(frame('poll'));
    await until(() => gate.isWaiting('poll') && listener.connectionCount === 2);
    await untilLater(clock, () => listener.connectionCount === 1);
    await idle.closed;
    gate.pass('poll');
    await until(() => waiting.received() === 'poll');
    await untilLater(clock, () => listener.connectionCount === 0);
    await waiting.closed;
  });

  it('gives up a client that leaves its answers unread for too long', async () => {
    const answer = Buffer.alloc(8 << 20);
    const clock = new ManualClock();
    const { listener, answers } = await listen(() => [answer], { maxIdleMs: MINUTE_MS, clock });
    const { socket } = await client(listener);
    socket.pause();
    socket.write(frame('more'));
    await until(() => answers.usedBytes > 0);
    await untilLater(clock, () => listener.connectionCount === 0);
    expect(answers.usedBytes).toBe(0);
  });

  it('closes those who take nothing once the memory for answers is used up, and nobody else', async () => {
    const answer = Buffer.alloc(24 << 20);
    const clock = new ManualClock();
    const given = { maxStuckMs: MINUTE_MS, answers: new AnswerMemory(8 << 20), clock };
    const { listener, answers, logged } = await listen((text) => [text === 'much' ? answer : Buffer.from(text)], given);
    const stuck = await client(listener);
    const idle = await client(listener);
    stuck.socket.pause();
    stuck.socket.write(frame('much'));
    await until(() => answers.isExhausted && listener.connectionCount === 2);
    await untilLater(clock, () => listener.connectionCount === 1);
    expect(answers.usedBytes).toBe(0);
    expect(logged.join()).toContain('leaves its answers unread');
    idle.socket.write(frame('served'));
    await until(() => idle.received() === 'served');
  });

  it('closes those who do not send what they announced while others wait for the memory, and nobody else', async () => {
    const limits = {
      maxFrameBytes: 1 << 20,
      inFlightBytes: 1 << 20,
      inFlightRequests: 100,
      unreadAnswerBytes: 1 << 16,
    };
    const { listener, logged } = await listen((text) => [Buffer.from(text)], {
      limits: { ...limits, frameGraceMs: 0 },
      requestMemoryBytes: 1 << 20,
      maxStuckMs: 200,
    });
    const announced = frame('x'.repeat((1 << 20) - 1));
    const silent = await client(listener);
    const idle = await client(listener);
    silent.socket.write(announced.subarray(0, 600_000));
    await until(() => listener.requestBytes === 1 << 20);
    const waiting = await client(listener);
    waiting.socket.write(frame('served'));
    await silent.closed;
    await until(() => waiting.received() === 'served');
    expect(logged.join()).toContain('does not send the rest of a request');
    idle.socket.write(frame('still here'));
    await until(() => idle.received() === 'still here');
  });

  it('keeps nobody waiting for those who announce much and send little of it', async () => {
    const { listener } = await listen((text) => [Buffer.from(text)], { requestMemoryBytes: 1 << 20 });
    const announced = frame('x'.repeat((1 << 20) - 1));
    const silent = await Promise.all(Array.from({ length: 15 }, () => client(listener)));
    for (const { socket } of silent) socket.write(announced.subarray(0, 1000));
    await until(() => listener.requestBytes === 15 * 64 * 1024);
    const other = await client(listener);
    other.socket.write(frame('served'));
    await until(() => other.received() === 'served');
  });

  it('gives back the memory of requests that were begun behind one that closes the connection', async () => {
    const gate = gates();
    const { listener } = await listen((text) => (text === 'end' ? CLOSE_CONNECTION : gate.wait(text)));
    const { socket, closed } = await client(listener);
    socket.write(Buffer.concat([frame('a', 1), frame('end', 1), frame('b', 1)]));
    await until(() => gate.isWaiting('b'));
    gate.pass('a');
    await closed;
    await until(() => listener.requestBytes === 0);
    gate.pass('b');
  });

  it.each([{ maxConnections: 1 }, { maxConnectionsPerIp: 1 }])('refuses connections over %j', async (limit) => {
    const { listener } = await listen((text) => [Buffer.from(text)], limit);
    const first = await client(listener);
    const second: Socket = connect({ port: listener.port, host: '127.0.0.1' });
    second.on('error', () => undefined);
    await new Promise((resolve) => second.once('close', resolve));
    first.socket.write(frame('served'));
    await until(() => first.received() === 'served');
    first.socket.destroy();
    await until(() => listener.connectionCount === 0);
    const third = await client(listener);
    third.socket.write(frame('served'));
    await until(() => third.received() === 'served');
  });

  it('answers what is under way when it closes, and takes nothing more', async () => {
    const gate = gates();
    const { listener } = await listen((text) => gate.wait(text));
    const { socket, received, closed } = await client(listener);
    socket.write(Buffer.concat([frame('begun'), frame('queued')]));
    await until(() => gate.isWaiting('begun'));
    const stopped = listener.close(10_000);
    gate.pass('begun');
    await stopped;
    await closed;
    expect(received()).toBe('begun');
    expect(gate.isWaiting('queued')).toBe(false);
  });
});
