/**
 * One connection to one broker: frames out, frames in, each answer to the request of its correlation id.
 *
 * A frame's bytes are copied once, from the socket's chunks into a buffer of the frame's size. When the socket ends, every request
 * that waits is rejected, and the connection is of no more use.
 */
import net from 'node:net';
import tls from 'node:tls';
import type { ClusterAccess, KafkaSecurity } from '../client/index.ts';
import { authenticateConnection } from './authentication.ts';
import { ResponseBody } from './wire-codec.ts';

const headerBytes = 4;
/** No answer is as long. Whoever speaks TLS or HTTP seems to announce more: the first bytes of either are read as a length. */
const longestFrameBytes = 0x14_00_00_00;
const connectTimeoutMs = 3_000;
const usedLifetime = 0.8;

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
  /** When to have another connection in its place, by the clock of the process. */
  private staleMs = Number.POSITIVE_INFINITY;

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
    return this.failure === undefined && performance.now() < this.staleMs;
  }

  /** @throws when nobody listens there, or does not let the client in. */
  static async open(
    host: string,
    port: number,
    { clientId, security }: Pick<ClusterAccess, 'clientId' | 'security'>,
    requestTimeoutMs = 30_000,
  ): Promise<WireConnection> {
    let connection: WireConnection | undefined;
    try {
      connection = new WireConnection(await connected(host, port, security?.tls), clientId, requestTimeoutMs);
      if (security?.sasl) await connection.authenticate(security.sasl);
      return connection;
    } catch (error) {
      connection?.close();
      throw new Error(`${host}:${port}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  }

  /** A broker that believes a client for some time only ends the connection then (KIP-368): another takes its place before. */
  private async authenticate(credentials: NonNullable<KafkaSecurity['sasl']>): Promise<void> {
    const lifetimeMs = await authenticateConnection((...request) => this.request(...request), credentials);
    if (lifetimeMs > 0) this.staleMs = performance.now() + lifetimeMs * usedLifetime;
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
        const frameBytes = this.sizeBytes.readInt32BE(0);
        if (frameBytes < headerBytes || frameBytes > longestFrameBytes) {
          this.fail(new Error('what it answered is not the Kafka protocol; is it a broker, and does it want TLS?'));
          return;
        }
        // Its own memory, not the pool's: views of it live as long as the records that are read from it.
        this.frame = Buffer.allocUnsafeSlow(frameBytes);
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

/** The socket, once bytes may be sent. */
async function connected(host: string, port: number, secured: KafkaSecurity['tls']): Promise<net.Socket> {
  // An address has no name that a certificate could be asked for beforehand.
  const servername = net.isIP(host) === 0 ? { servername: host } : {};
  const socket = secured ? tls.connect({ host, port, ...servername, ...secured }) : net.connect({ host, port });
  const timer = setTimeout(
    () => socket.destroy(new Error(`no connection within ${connectTimeoutMs} ms`)),
    connectTimeoutMs,
  );
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once(secured ? 'secureConnect' : 'connect', resolve);
      socket.once('error', reject);
    });
    return socket;
  } finally {
    clearTimeout(timer);
  }
}
