import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { decodeResponse, encodeRequest, type AnyApi, type RequestInput, type ResponseOf } from '../protocol/index.ts';

/** What a server did with a request. */
export type Outcome<B> =
  | { readonly kind: 'answer'; readonly body: B }
  /** It closed the connection. */
  | { readonly kind: 'closed' }
  /** It said nothing for so long that a client would have given up. */
  | { readonly kind: 'silent' }
  /** Its answer is not what the definition of the API says. */
  | { readonly kind: 'unreadable'; readonly reason: string };

/** The default of `request.timeout.ms` in Apache Kafka's clients. */
const PATIENCE_MS = 30_000;

const CLIENT_ID = 'conformance';

/** A connection to a server, opened again after the server closed it; one request at a time. */
export class Conversation {
  readonly #host: string;
  readonly #port: number;
  #socket: Socket | undefined;
  #received: Buffer = Buffer.alloc(0);
  #correlationId = 0;

  constructor(host: string, port: number) {
    this.#host = host;
    this.#port = port;
  }

  async ask<A extends AnyApi>(api: A, version: number, body: RequestInput<A>): Promise<Outcome<ResponseOf<A>>> {
    const socket = await this.#connected();
    const correlationId = ++this.#correlationId;
    socket.write(Buffer.concat(encodeRequest(api, version, { correlationId, clientId: CLIENT_ID }, body)));
    const frame = await this.#patiently(socket);
    if (typeof frame === 'string') return { kind: frame };
    try {
      const answer = decodeResponse(api, version, [frame]);
      if (answer.correlationId === correlationId) return { kind: 'answer', body: answer.body };
      return { kind: 'unreadable', reason: `correlation id ${answer.correlationId} instead of ${correlationId}` };
    } catch (error) {
      return { kind: 'unreadable', reason: error instanceof Error ? error.message : String(error) };
    }
  }

  /** Sends a request that wants no answer. */
  async tell<A extends AnyApi>(api: A, version: number, body: RequestInput<A>): Promise<void> {
    const socket = await this.#connected();
    const correlationId = ++this.#correlationId;
    socket.write(Buffer.concat(encodeRequest(api, version, { correlationId, clientId: CLIENT_ID }, body)));
  }

  /** Sends a request as it is, with its size before it. @returns the answer without its size, or that there was none. */
  async askRaw(request: Buffer): Promise<Outcome<Buffer>> {
    const socket = await this.#connected();
    const size = Buffer.alloc(4);
    size.writeInt32BE(request.length);
    socket.write(Buffer.concat([size, request]));
    const frame = await this.#patiently(socket);
    return typeof frame === 'string' ? { kind: frame } : { kind: 'answer', body: frame };
  }

  close(): void {
    this.#socket?.destroy();
    this.#socket = undefined;
  }

  async #connected(): Promise<Socket> {
    if (this.#socket !== undefined && !this.#socket.destroyed) return this.#socket;
    const socket = connect({ host: this.#host, port: this.#port });
    socket.setNoDelay(true);
    await once(socket, 'connect');
    socket.on('error', () => undefined);
    this.#received = Buffer.alloc(0);
    return (this.#socket = socket);
  }

  /** The next frame, or why there is none. */
  async #patiently(socket: Socket): Promise<Buffer | 'closed' | 'silent'> {
    const { promise: silence, resolve } = Promise.withResolvers<'silent'>();
    const patience = setTimeout(resolve, PATIENCE_MS, 'silent');
    const frame = await Promise.race([this.#frame(socket), silence]);
    clearTimeout(patience);
    if (frame === 'silent') this.close();
    return frame ?? 'closed';
  }

  /** The next frame without its size; undefined when the connection ends before it. */
  async #frame(socket: Socket): Promise<Buffer | undefined> {
    const { promise, resolve } = Promise.withResolvers<Buffer | undefined>();
    const look = (): void => {
      if (this.#received.length < 4) return;
      const end = 4 + this.#received.readInt32BE(0);
      if (this.#received.length < end) return;
      const frame = this.#received.subarray(4, end);
      this.#received = this.#received.subarray(end);
      resolve(frame);
    };
    const take = (chunk: Buffer): void => {
      this.#received = Buffer.concat([this.#received, chunk]);
      look();
    };
    const ended = (): void => {
      socket.destroy();
      resolve(undefined);
    };
    socket.on('data', take).once('close', ended);
    look();
    const frame = await promise;
    socket.off('data', take).off('close', ended);
    return frame;
  }
}
