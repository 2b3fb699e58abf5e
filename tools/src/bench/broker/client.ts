/** Single requests to a broker, for setting a bench up. */
import net from 'node:net';
import { FrameReader } from './frame-reader.ts';

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Sends one frame on a connection of its own; resolves with the size of the answer. */
export function request({ host, port }: Address, frame: Buffer): Promise<number> {
  const { promise, resolve, reject }: PromiseWithResolvers<number> = Promise.withResolvers();
  const socket = net.connect(port, host, () => socket.write(frame));
  const reader = new FrameReader(0, (_, sizeBytes) => {
    socket.destroy();
    resolve(sizeBytes);
  });
  socket.on('data', (chunk) => reader.push(chunk));
  socket.once('error', reject);
  socket.once('close', () => reject(new Error(`${host}:${port} closed the connection without an answer`)));
  return promise;
}
