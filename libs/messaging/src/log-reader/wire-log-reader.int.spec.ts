import { once } from 'node:events';
import net from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { NoSuchPartition } from '../client/index.ts';
import { systemClock } from '../clock/index.ts';
import { LeaderAway } from './fetch-api.ts';
import { WireLogReader } from './wire-log-reader.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const int8 = (value: number) => Buffer.from([value]);
const int16 = (value: number) => Buffer.from(new Int16Array([value]).buffer).swap16();
const int32 = (value: number) => Buffer.from(new Int32Array([value]).buffer).swap32();
const int64 = (value: bigint) => Buffer.from(new BigInt64Array([value]).buffer).swap64();
const string = (text: string) => Buffer.concat([int16(text.length), Buffer.from(text)]);
const nothing = int16(-1);

const notLeader = 6;
const metadataKey = 3;

interface Broker {
  readonly port: number;
  listOffsetsRequests: number;
}

/** A broker that everybody names as the leader, and that hears of it after a while: for the first `refusals` questions it is not. */
async function startLateLeader(refusals: number): Promise<Broker> {
  const server = net.createServer((socket) => {
    socket.on('error', () => undefined);
    let received: Buffer = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      while (received.length >= 4 && received.length >= 4 + received.readInt32BE(0)) {
        const end = 4 + received.readInt32BE(0);
        const isMetadata = received.readInt16BE(4) === metadataKey;
        const body = isMetadata ? metadata(broker.port) : offsets(++broker.listOffsetsRequests <= refusals);
        socket.write(Buffer.concat([int32(4 + body.length), received.subarray(8, 12), body]));
        received = received.subarray(end);
      }
    });
    closing.push(() => socket.destroy());
  });
  closing.push(() => server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const broker = { port: (server.address() as net.AddressInfo).port, listOffsetsRequests: 0 };
  return broker;
}

function metadata(port: number): Buffer {
  const brokers = [int32(1), int32(0), string('127.0.0.1'), int32(port), nothing];
  const partition = [int16(0), int32(0), int32(0), int32(0), int32(0)];
  const topic = [int16(0), string('new'), int8(0), int32(1), ...partition];
  return Buffer.concat([int32(0), ...brokers, nothing, int32(0), int32(1), ...topic]);
}

function offsets(isRefused: boolean): Buffer {
  const partition = [int32(0), int16(isRefused ? notLeader : 0), int64(-1n), int64(isRefused ? -1n : 7n), int32(0)];
  return Buffer.concat([int32(0), int32(1), string('new'), int32(1), ...partition]);
}

function readerOf({ port }: Broker, leaderWaitMs?: number): WireLogReader {
  const limits = {
    isolation: 'read-committed',
    maxWaitMs: 50,
    ...(leaderWaitMs !== undefined && { leaderWaitMs }),
  } as const;
  const reader = new WireLogReader(
    {
      ...limits,
      maxBytesPerPartition: 1024,
      maxBufferedBytesPerPartition: 1024,
      clientId: 'spec',
      bootstrapServers: [`127.0.0.1:${port}`],
    },
    { onArrival: () => undefined, onOffsetOutOfRange: () => undefined },
    systemClock,
  );
  closing.push(() => reader.close());
  return reader;
}

describe('a log reader that asks for offsets', () => {
  it('waits for a leader that has not heard of its partition yet', async () => {
    const broker = await startLateLeader(3);
    const ranges = await readerOf(broker).offsets('new', [0]);
    expect(ranges.get(0)).toEqual({ earliest: 7, latest: 7 });
    expect(broker.listOffsetsRequests).toBeGreaterThan(3);
  });

  it('says who is not there when it has waited long enough for a leader', async () => {
    const broker = await startLateLeader(Infinity);
    await expect(readerOf(broker, 300).offsets('new', [0])).rejects.toBeInstanceOf(LeaderAway);
    expect(broker.listOffsetsRequests).toBeGreaterThan(3);
  });

  it('says at once that there is no such partition', async () => {
    const broker = await startLateLeader(0);
    await expect(readerOf(broker).offsets('new', [0, 1])).rejects.toThrow('topic new has no partition 1');
    expect(broker.listOffsetsRequests).toBe(0);
  });

  it('asks for the ends once, whoever wants to know at the same time', async () => {
    const broker = await startLateLeader(0);
    const reader = readerOf(broker);
    const ranges = await Promise.all(Array.from({ length: 20 }, () => reader.offsets('new', [0])));
    for (const range of ranges) expect(range.get(0)).toEqual({ earliest: 7, latest: 7 });
    expect(broker.listOffsetsRequests).toBe(2);
  });

  it('answers each question on its own', async () => {
    const reader = readerOf(await startLateLeader(0));
    const asked = [reader.offsets('new', [0]), reader.offsets('new', [1]), reader.offsets('gone', [0])];
    expect(await Promise.allSettled(asked)).toEqual([
      { status: 'fulfilled', value: new Map([[0, { earliest: 7, latest: 7 }]]) },
      { status: 'rejected', reason: new NoSuchPartition('topic new has no partition 1') },
      { status: 'rejected', reason: new NoSuchPartition('topic gone has no partition 0') },
    ]);
  });

  it('lets everybody know who asked when no broker is there', async () => {
    const server = net.createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as net.AddressInfo;
    server.close();
    const reader = readerOf({ port, listOffsetsRequests: 0 });
    const asked = await Promise.allSettled([reader.offsets('new', [0]), reader.offsets('new', [0])]);
    expect(asked.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });
});
