import { createServer, connect, Socket } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { withOwnBuffers } from './own-buffers.ts';

describe('reading a socket into own buffers', () => {
  it('fills the buffers that are given, one after another', async () => {
    const buffers = [Buffer.alloc(4), Buffer.alloc(4)];
    const taken: { buffer: Buffer; text: string }[] = [];
    const { promise: whole, resolve } = Promise.withResolvers<undefined>();
    const server = createServer({ pauseOnConnect: true }, (accepted) => {
      let bytes = 0;
      const socket = withOwnBuffers(accepted, {
        nextBuffer: () => buffers[taken.length % 2]!,
        take(buffer, count) {
          taken.push({ buffer, text: buffer.toString('latin1', 0, count) });
          bytes += count;
          if (bytes < 10) return;
          socket.destroy();
          resolve(undefined);
        },
      });
      expect(socket).not.toBe(accepted);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const client = connect(port, '127.0.0.1');
    client.write('0123456789');
    await whole;
    expect(taken.map(({ text }) => text).join('')).toBe('0123456789');
    for (const { buffer } of taken) expect(buffers).toContain(buffer);
    client.destroy();
    server.close();
    await once(server, 'close');
  });

  it('takes the chunks of a socket as they come where its handle is not to be had', () => {
    const taken: string[] = [];
    const accepted = new Socket();
    const socket = withOwnBuffers(accepted, {
      nextBuffer: () => Buffer.alloc(1),
      take: (buffer, count) => taken.push(buffer.toString('latin1', 0, count)),
    });
    expect(socket).toBe(accepted);
    accepted.emit('data', Buffer.from('abc'));
    expect(taken).toEqual(['abc']);
  });
});
