import { once } from 'node:events';
import net from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../clock/index.ts';
import { CommittedOffsets } from './committed-offsets.ts';

const servers: net.Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

const bytes = (...values: number[]) => Buffer.from(values);
const int16 = (value: number) => bytes(value >> 8, value & 0xff);
const int32 = (value: number) => Buffer.concat([int16(value >> 16), int16(value & 0xffff)]);

const findCoordinator = 10;
const notCoordinator = 16;
type Answer = 'offsets' | 'not-coordinator' | 'hang-up';

/** The only broker, which answers one request for offsets after another as it is told, then with the offset 7. */
async function startBroker(...answers: Answer[]) {
  const broker = { port: 0, found: 0, asked: 0 };
  const server = net.createServer((socket) => {
    let received: Buffer = Buffer.alloc(0);
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      while (received.length >= 4 && received.length >= 4 + received.readInt32BE(0)) {
        const end = 4 + received.readInt32BE(0);
        const correlation = received.subarray(8, 12);
        const isFinding = received.readInt16BE(4) === findCoordinator;
        received = received.subarray(end);
        broker[isFinding ? 'found' : 'asked'] += 1;
        const answer = isFinding ? 'offsets' : (answers.shift() ?? 'offsets');
        if (answer === 'hang-up') return void socket.destroy();
        const body = isFinding ? coordinator(broker.port) : offsets(answer);
        socket.write(Buffer.concat([int32(4 + body.length), correlation, body]));
      }
    });
  });
  servers.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  broker.port = (server.address() as net.AddressInfo).port;
  return broker;
}

function coordinator(port: number): Buffer {
  const host = '127.0.0.1';
  return Buffer.concat([int32(0), int16(0), int16(-1), int32(1), int16(host.length), Buffer.from(host), int32(port)]);
}

/** Partition 0 of a topic `t`, in the flexible encoding. */
function offsets(answer: Answer): Buffer {
  const partition = [int32(0), int32(0), int32(7), int32(-1), bytes(1), int16(0), bytes(0)];
  const topics = answer === 'offsets' ? [bytes(2, 2), Buffer.from('t'), bytes(2), ...partition, bytes(0)] : [bytes(1)];
  const code = int16(answer === 'offsets' ? 0 : notCoordinator);
  return Buffer.concat([bytes(0), int32(0), ...topics, code, bytes(0)]);
}

function offsetsOf(port: number): CommittedOffsets {
  return new CommittedOffsets({ clientId: 'spec', bootstrapServers: [`127.0.0.1:${port}`] }, systemClock);
}

describe('the committed offsets of a group', () => {
  it.each<[string, Answer]>([
    ['the connection ends', 'hang-up'],
    ['the coordinator has moved', 'not-coordinator'],
  ])('are asked for again when %s', async (_case, answer) => {
    const broker = await startBroker(answer, answer);
    expect(await offsetsOf(broker.port).of('group', 't', [0])).toEqual(new Map([[0, 7n]]));
    expect(broker).toMatchObject({ found: 3, asked: 3 });
  });

  it('are not to be had when every connection ends', async () => {
    const broker = await startBroker(...Array<Answer>(10).fill('hang-up'));
    await expect(offsetsOf(broker.port).of('group', 't', [0])).rejects.toThrow('closed the connection');
  });

  it('are asked for by many, who look for the coordinator once', async () => {
    const broker = await startBroker();
    const committed = offsetsOf(broker.port);
    await Promise.all(Array.from({ length: 10 }, () => committed.of('group', 't', [0])));
    expect(broker).toMatchObject({ found: 1, asked: 10 });
  });
});
