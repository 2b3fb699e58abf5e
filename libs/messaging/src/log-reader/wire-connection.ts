/**
 * One connection to one broker: frames out, frames in, each answer to the request of its correlation id.
 *
 * A frame's bytes are copied once, from the socket's chunks into a buffer of the frame's size. When the socket ends, every request
 * that waits is rejected, and the connection is of no more use.
 */
import net from 'node:net';
import { ResponseBody } from './wire-codec.ts';

const headerBytes = 4;
const connectTimeoutMs = 3_000;

interface Waiting {
  resolve(body: ResponseBody): void;
  reject(error: Error): void;
  readonly timer: NodeJS.Timeout;
}

export class WireConnection {
  private readonly waiting = new Map<number, Waiting>();
  private correlationId = 0;
  private frame: Buffer | undefined;
  private filled = 0;
  private readonly sizeBytes = Buffer.alloc(headerBytes);
  private sizeFilled = 0;
  private failure: Error | undefined;

  private constructor(
    private readonly socket: net.Socket,
    private readonly clientId: string,
    private readonly requestTimeoutMs: number,
  ) {
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.receive(chunk));
    socket.on('error', (error) => this.fail(error));
    socket.on('close', () => this.fail(new Error('the broker closed the connection')));
  }

  get isOpen(): boolean {
    return this.failure === undefined;
  }

  /** @throws when nobody listens there. */
  static async open(host: string, port: number, clientId: string, requestTimeoutMs = 30_000): Promise<WireConnection> {
    const socket = net.connect({ host, port });
    const timer = setTimeout(
      () => socket.destroy(new Error(`no connection within ${connectTimeoutMs} ms`)),
      connectTimeoutMs,
    );
    try {
      await new Promise<void>((resolve, reject) => {
        socket.once('connect', resolve);
        socket.once('error', reject);
      });
    } catch (error) {
      throw new Error(`${host}:${port}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    } finally {
      clearTimeout(timer);
    }
    return new WireConnection(socket, clientId, requestTimeoutMs);
  }

  /**
   * Sends a request with header version 1, its body in one or more parts, and answers the response's body.
   * @throws when the connection ends before.
   */
  request(apiKey: number, apiVersion: number, ...body: readonly Buffer[]): Promise<ResponseBody> {
    if (this.failure) return Promise.reject(this.failure);
    const bodyBytes = body.reduce((sum, { length }) => sum + length, 0);
    const correlationId = this.correlationId++ & 0x7fffffff;
    const clientBytes = Buffer.byteLength(this.clientId);
    const header = Buffer.allocUnsafe(14 + clientBytes);
    header.writeInt32BE(10 + clientBytes + bodyBytes, 0);
    header.writeInt16BE(apiKey, 4);
    header.writeInt16BE(apiVersion, 6);
    header.writeInt32BE(correlationId, 8);
    header.writeInt16BE(clientBytes, 12);
    header.write(this.clientId, 14);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => this.fail(new Error(`no answer to request ${apiKey} within ${this.requestTimeoutMs} ms`)),
        this.requestTimeoutMs,
      );
      this.waiting.set(correlationId, { resolve, reject, timer });
      this.socket.cork();
      this.socket.write(header);
      for (const part of body) this.socket.write(part);
      this.socket.uncork();
    });
  }

  close(): void {
    this.fail(new Error('the connection was closed'));
  }

  private fail(error: Error): void {
    this.failure ??= error;
    this.socket.destroy();
    for (const waiting of this.waiting.values()) {
      clearTimeout(waiting.timer);
      waiting.reject(this.failure);
    }
    this.waiting.clear();
  }

  private receive(chunk: Buffer): void {
    for (let offset = 0; offset < chunk.length;) {
      if (this.frame === undefined) {
        const taken = chunk.copy(this.sizeBytes, this.sizeFilled, offset, offset + headerBytes - this.sizeFilled);
        offset += taken;
        this.sizeFilled += taken;
        if (this.sizeFilled < headerBytes) return;
        // Its own memory, not the pool's: views of it live as long as the records that are read from it.
        this.frame = Buffer.allocUnsafeSlow(this.sizeBytes.readInt32BE(0));
        this.filled = 0;
        continue;
      }
      const taken = chunk.copy(this.frame, this.filled, offset);
      offset += taken;
      this.filled += taken;
      if (this.filled === this.frame.length) this.complete(this.frame);
    }
  }

  private complete(frame: Buffer): void {
    this.frame = undefined;
    this.sizeFilled = 0;
    const correlationId = frame.readInt32BE(0);
    const waiting = this.waiting.get(correlationId);
    if (!waiting) return;
    this.waiting.delete(correlationId);
    clearTimeout(waiting.timer);
    waiting.resolve(new ResponseBody(frame, headerBytes));
  }
}
