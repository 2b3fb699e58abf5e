import { once } from 'node:events';
import net from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { WireConnection } from './wire-connection.ts';

const servers: net.Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** Somebody who answers every connection's first bytes with the same. */
async function answering(bytes: Buffer): Promise<number> {
  const server = net.createServer((socket) =>
    socket.once('data', () => socket.write(bytes)).on('error', () => undefined),
  );
  servers.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  return (server.address() as net.AddressInfo).port;
}

describe('a connection to what is no broker', () => {
  it.each([
    ['speaks HTTP', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['wants TLS', Buffer.from([0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x46])],
    ['announces less than nothing', Buffer.from([0xff, 0xff, 0xff, 0xff])],
  ])('ends, and says why, when it %s', async (_what, bytes) => {
    const connection = await WireConnection.open('127.0.0.1', await answering(bytes), { clientId: 'spec' });
    await expect(connection.request(18, 0)).rejects.toThrow('is not the Kafka protocol');
    expect(connection.isOpen).toBe(false);
  });
});
