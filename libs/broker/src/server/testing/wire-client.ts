/**
 * A client that speaks the protocol's frames and nothing more, for tests: any API, any version, any order.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import {
  decodeResponse,
  encodeRequest,
  type AnyApi,
  type RequestInput,
  type ResponseOf,
} from '../../protocol/index.ts';

interface PendingAnswer {
  readonly resolve: (frame: Buffer) => void;
  readonly reject: (error: Error) => void;
}

export class WireClient {
  readonly socket: Socket;
  /** Resolves when the connection is closed by either side. */
  readonly closed: Promise<void>;
  readonly #pending: PendingAnswer[] = [];
  #received: Buffer = Buffer.alloc(0);
  #nextCorrelationId = 1;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    this.closed = new Promise((resolve) => {
      socket.on('close', () => {
        for (const { reject } of this.#pending.splice(0)) reject(new Error('The broker closed the connection'));
        resolve();
      });
    });
  }

  static async connect(port: number, host = '127.0.0.1'): Promise<WireClient> {
    const socket = connect({ port, host });
    await once(socket, 'connect');
    return new WireClient(socket);
  }

  /** Sends a request and gives its answer. Calls made one after another are pipelined. */
  async send<A extends AnyApi>(
    api: A,
    version: number,
    body: RequestInput<A>,
    clientId: string | null = 'wire-client',
  ): Promise<ResponseOf<A>> {
    const correlationId = this.#nextCorrelationId++;
    const answer = this.raw(Buffer.concat(encodeRequest(api, version, { correlationId, clientId }, body)));
    const decoded = decodeResponse(api, version, [await answer]);
    if (decoded.correlationId !== correlationId)
      throw new Error(`The answer to ${correlationId} says that it is the one to ${decoded.correlationId}`);
    return decoded.body;
  }

  /** Sends bytes as they are and gives the next answer, without its size. */
  raw(bytes: Buffer): Promise<Buffer> {
    this.socket.write(bytes);
    return this.next();
  }

  /** The next answer that no call waits for yet. */
  next(): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      if (this.socket.destroyed) reject(new Error('The connection is closed'));
      else this.#pending.push({ resolve, reject });
    });
  }

  close(): void {
    this.socket.destroy();
  }

  #take(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    while (this.#received.length >= 4) {
      const end = 4 + this.#received.readInt32BE(0);
      if (this.#received.length < end) return;
      const frame = this.#received.subarray(4, end);
      this.#received = this.#received.subarray(end);
      this.#pending.shift()?.resolve(frame);
    }
  }
}
