/** Attacks below the frames: sizes that nobody should believe, frames that never end, other protocols, clients that do not read. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { encodeRequest, metadataApi } from '@headwater/broker-core/protocol';
import type { BrokerChild } from '../broker/broker-child.ts';
import type { LiveMemory } from '../broker/child-messages.ts';
import type { Random } from '../random.ts';
import { promise, Violation } from '../violation.ts';
import { MIB } from './memory-watch.ts';

const CLOSE_DEADLINE_MS = 60_000;
const OVERSIZED_CONNECTIONS = 10;
const ANNOUNCED_CONNECTIONS = 100;
const SLOW_CONNECTIONS = 60;
const DEAF_CONNECTIONS = 4;
const DEAF_REQUESTS = 1_000;
/** Each oversized frame goes on for so long after its size. */
const OVERSIZED_CHUNKS = 5;
/** What the broker's other work moves meanwhile. */
const SLACK_MIB = 8;
const MOST_LOOKS = 20;

export interface StreamAttackOptions {
  readonly broker: BrokerChild;
  readonly port: number;
  readonly random: Random;
  /** `socket.request.max.bytes`. */
  readonly maxFrameBytes: number;
}

async function open(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

async function expectClosed(socket: Socket, what: string): Promise<void> {
  socket.resume();
  const closed = new Promise<boolean>((resolve) => {
    const timer = setTimeout(() => resolve(false), CLOSE_DEADLINE_MS);
    const isClosed = () => {
      clearTimeout(timer);
      resolve(true);
    };
    if (socket.destroyed || socket.readableEnded) isClosed();
    socket.once('close', isClosed);
    socket.once('end', isClosed);
  });
  if (!(await closed)) throw new Violation('what is not a request closes its connection', what);
  socket.destroy();
}

/** Frames over the limit are refused by their size field, before a byte of them is kept. */
export async function oversizedFrames({ broker, port, random, maxFrameBytes }: StreamAttackOptions): Promise<number> {
  const before = await broker.liveMemory();
  const chunk = Buffer.alloc(MIB);
  const one = async (): Promise<{ readonly socket: Socket; readonly size: number }> => {
    const socket = await open(port);
    const size = random.pick([maxFrameBytes + 1, 2 ** 31 - 1, -1, -(2 ** 31), maxFrameBytes * 3]);
    const head = Buffer.alloc(4);
    head.writeInt32BE(size, 0);
    socket.write(head);
    // It goes on sending, as if nobody had said anything.
    for (let sent = 0; sent < OVERSIZED_CHUNKS && !socket.destroyed; sent++) socket.write(chunk);
    return { socket, size };
  };
  const streams = await Promise.all(Array.from({ length: OVERSIZED_CONNECTIONS }, one));
  await expectLittle(broker, before, `${OVERSIZED_CONNECTIONS} frames over the limit`);
  await Promise.all(streams.map(({ socket, size }) => expectClosed(socket, `a frame of ${size} bytes`)));
  return OVERSIZED_CONNECTIONS;
}

/** Frames within the limit that are announced and do not come take no memory, and keep nobody waiting. */
export async function announcedFrames(options: StreamAttackOptions): Promise<{
  /** Announces on new connections, and ends the former ones. @returns how many. */
  readonly renew: () => Promise<number>;
  readonly close: () => void;
}> {
  const { broker, port, maxFrameBytes } = options;
  const head = Buffer.alloc(1024);
  head.writeInt32BE(maxFrameBytes, 0);
  let sockets: readonly Socket[] = [];
  const close = (): void => sockets.forEach((socket) => socket.destroy());
  const renew = async (): Promise<number> => {
    close();
    const before = await broker.liveMemory();
    sockets = await Promise.all(Array.from({ length: ANNOUNCED_CONNECTIONS }, () => open(port)));
    for (const socket of sockets) socket.write(head);
    await expectLittle(broker, before, `${ANNOUNCED_CONNECTIONS} frames that do not come`);
    return sockets.length;
  };
  await renew();
  return { renew, close };
}

/** Connections that send a byte now and then. @returns what sends the next byte of each. */
export async function slowClients({ port, random }: StreamAttackOptions): Promise<{ step(): void; close(): void }> {
  const sockets = await Promise.all(Array.from({ length: SLOW_CONNECTIONS }, () => open(port)));
  const request = Buffer.concat(encodeRequest(metadataApi, 9, { correlationId: 1, clientId: 'slow' }, { topics: [] }));
  let at = 0;
  return {
    step: () => {
      for (const socket of sockets) if (random.chance(0.5)) socket.write(request.subarray(at, at + 1));
      at = (at + 1) % request.length;
    },
    close: () => sockets.forEach((socket) => socket.destroy()),
  };
}

/** Other protocols, noise, and clients that end their side within a frame: the broker closes. */
export async function foreignStreams({ port, random }: StreamAttackOptions): Promise<number> {
  const announced = Buffer.alloc(50);
  announced.writeInt32BE(1000, 0);
  const streams = [
    Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'),
    Buffer.from('160301020001000001fc0303', 'hex'),
    Buffer.from('SSH-2.0-OpenSSH_9.9\r\n'),
    Buffer.alloc(4),
    Buffer.alloc(3),
    Buffer.alloc(0),
    announced,
    Buffer.from(Array.from({ length: 200 }, () => random.below(256))),
  ];
  await Promise.all(
    streams.map(async (stream, index) => {
      const socket = await open(port);
      socket.end(stream);
      await expectClosed(socket, `stream ${index}: ${stream.toString('hex').slice(0, 60)}`);
    }),
  );
  return streams.length;
}

/** Clients that ask and do not read: their answers must not pile up. */
export async function deafClients({ broker, port }: StreamAttackOptions): Promise<number> {
  const before = await broker.liveMemory();
  const request = Buffer.concat(
    encodeRequest(metadataApi, 9, { correlationId: 1, clientId: 'deaf' }, { topics: null }),
  );
  const many = Buffer.concat(Array.from({ length: DEAF_REQUESTS }, () => request));
  const sockets = await Promise.all(Array.from({ length: DEAF_CONNECTIONS }, () => open(port)));
  for (const socket of sockets) {
    socket.pause();
    socket.write(many);
  }
  // A request of another connection is answered after what the broker took of these.
  const last = await open(port);
  last.write(request);
  await once(last, 'data');
  await expectLittle(broker, before, `${DEAF_CONNECTIONS} clients that do not read`);
  for (const socket of [...sockets, last]) socket.destroy();
  return DEAF_CONNECTIONS * DEAF_REQUESTS;
}

/** Looks several times: the attacks beside this one have the broker hold a large frame for a moment. @throws Violation. */
async function expectLittle(broker: BrokerChild, before: LiveMemory, what: string): Promise<void> {
  let addedMib = Number.POSITIVE_INFINITY;
  for (let look = 0; look < MOST_LOOKS && addedMib > SLACK_MIB; look++) {
    const { liveBytes } = await broker.liveMemory();
    addedMib = Math.min(addedMib, (liveBytes - before.liveBytes) / MIB);
  }
  promise(addedMib <= SLACK_MIB, 'what is refused takes no memory', () => `${what} took ${addedMib.toFixed(0)} MiB`);
}
