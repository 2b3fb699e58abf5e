/** A client that speaks the protocol's frames and nothing more: requests are pipelined, answers come in order. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import {
  decodeResponse,
  encodeRequest,
  type AnyApi,
  type RequestInput,
  type ResponseOf,
} from '@headwater/broker-core/protocol';
import { Violation } from '../violation.ts';

/** The broker is gone, or closed the connection. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
}

/** Far longer than anything takes, however busy the machine is. */
const ANSWER_DEADLINE_MS = 120_000;

interface PendingAnswer {
  readonly what: string;
  readonly resolve: (frame: Buffer) => void;
  readonly reject: (error: Error) => void;
}

export class BrokerClient {
  readonly socket: Socket;
  /** Resolves when the connection is closed by either side. */
  readonly closed: Promise<void>;
  readonly #pending: PendingAnswer[] = [];
  #received: Buffer = Buffer.alloc(0);
  #nextCorrelationId = 1;
  #deadline: NodeJS.Timeout | undefined;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    this.closed = new Promise((resolve) => {
      socket.on('close', () => {
        clearTimeout(this.#deadline);
        for (const { reject } of this.#pending.splice(0)) reject(new ConnectionLost('The connection was closed'));
        resolve();
      });
    });
  }

  /** @throws ConnectionLost when nobody listens. */
  static async connect(port: number): Promise<BrokerClient> {
    const socket = connect({ port, host: '127.0.0.1' });
    try {
      await once(socket, 'connect');
    } catch (error) {
      throw new ConnectionLost('Nobody listens', { cause: error });
    }
    return new BrokerClient(socket);
  }

  get isClosed(): boolean {
    return this.socket.destroyed;
  }

  /** @throws ConnectionLost. */
  async send<A extends AnyApi>(api: A, version: number, body: RequestInput<A>): Promise<ResponseOf<A>> {
    const correlationId = this.#nextCorrelationId++;
    const request = encodeRequest(api, version, { correlationId, clientId: 'drill' }, body);
    const answer = await this.#write(request, `${api.name} v${version}`);
    const decoded = decodeResponse(api, version, [answer]);
    if (decoded.correlationId !== correlationId)
      throw new Violation('answers come in order', `${decoded.correlationId} instead of ${correlationId}`);
    return decoded.body;
  }

  close(): void {
    this.socket.destroy();
  }

  #write(pieces: readonly Buffer[], what: string): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      if (this.socket.destroyed) {
        reject(new ConnectionLost('The connection is closed'));
        return;
      }
      this.#pending.push({ what, resolve, reject });
      if (this.#pending.length === 1) this.#watch();
      this.socket.cork();
      for (const piece of pieces) this.socket.write(piece);
      this.socket.uncork();
    });
  }

  #watch(): void {
    clearTimeout(this.#deadline);
    const [oldest] = this.#pending;
    if (oldest === undefined) return;
    this.#deadline = setTimeout(() => {
      oldest.reject(new Violation('every request is answered', `${oldest.what} was not in ${ANSWER_DEADLINE_MS} ms`));
      this.#pending.shift();
      this.close();
    }, ANSWER_DEADLINE_MS);
  }

  #take(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    while (this.#received.length >= 4) {
      const end = 4 + this.#received.readInt32BE(0);
      if (this.#received.length < end) return;
      const frame = this.#received.subarray(4, end);
      this.#received = this.#received.subarray(end);
      this.#pending.shift()?.resolve(frame);
      this.#watch();
    }
  }
}
