/**
 * Reads a socket into buffers that the broker gives it, instead of a new one of 64 KB for each read.
 *
 * Node offers this (`onread` of `net.Socket`) for connections that a program opens, and not for those that a server accepts. So an
 * accepted connection's handle is moved into a socket made with that option; the server goes on counting the connection. Neither
 * `handle` nor `_server` is documented. Where a handle is not to be had, the accepted socket is used as it is and its chunks are
 * given as they come: the same bytes, only slower.
 */
import { Socket } from 'node:net';

/** Takes what arrives. */
export interface Receiver {
  /** The buffer that the next read fills. */
  nextBuffer(): Buffer;
  /** So many bytes of the stream are in `buffer`, which is the receiver's only until it returns. */
  take(buffer: Buffer, count: number): void;
}

interface Internals {
  _handle?: object | null;
  _server?: object | null;
}

/** The socket to use in place of one that was accepted with `pauseOnConnect`. It reads at once. */
export function withOwnBuffers(accepted: Socket, receiver: Receiver): Socket {
  const from = accepted as unknown as Internals;
  const handle = from._handle;
  if (handle === null || handle === undefined) {
    accepted.on('data', (chunk: Buffer) => receiver.take(chunk, chunk.length));
    return accepted;
  }
  const options = {
    handle,
    allowHalfOpen: true,
    onread: {
      buffer: () => receiver.nextBuffer(),
      callback: (count: number, buffer: Uint8Array) => {
        receiver.take(buffer as Buffer, count);
        return true;
      },
    },
  };
  from._handle = null;
  const socket = new Socket(options as ConstructorParameters<typeof Socket>[0]);
  (socket as unknown as Internals)._server = from._server ?? null;
  from._server = null;
  return socket;
}
