/** Whole requests and answers, one after the other: for setting a bench up, and for loads that need to know what was answered. */
import net from 'node:net';

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** A connection on which answers come in the order of their requests. */
export class Connection {
  readonly #socket: net.Socket;
  readonly #waiting: PromiseWithResolvers<Buffer>[] = [];
  #received: Buffer = Buffer.alloc(0);

  private constructor(socket: net.Socket) {
    this.#socket = socket;
    socket.on('data', (chunk) => this.#take(chunk));
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#fail(new Error('The server closed the connection')));
  }

  static open({ host, port }: Address): Promise<Connection> {
    const { promise, resolve, reject }: PromiseWithResolvers<Connection> = Promise.withResolvers();
    const socket = net.connect({ host, port, noDelay: true }, () => {
      socket.off('error', reject);
      resolve(new Connection(socket));
    });
    socket.once('error', reject);
    return promise;
  }

  /** Resolves with the answer without its size. */
  send(frame: Buffer): Promise<Buffer> {
    const answer = Promise.withResolvers<Buffer>();
    this.#waiting.push(answer);
    this.#socket.write(frame);
    return answer.promise;
  }

  close(): void {
    this.#waiting.length = 0;
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    for (;;) {
      if (this.#received.length < 4) return;
      const end = 4 + this.#received.readInt32BE(0);
      if (this.#received.length < end) return;
      const answer = this.#received.subarray(4, end);
      this.#received = this.#received.subarray(end);
      this.#waiting.shift()?.resolve(answer);
    }
  }

  #fail(error: Error): void {
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }
}

/** Sends one frame on a connection of its own; resolves with the answer without its size. */
export async function request(address: Address, frame: Buffer): Promise<Buffer> {
  const connection = await Connection.open(address);
  try {
    return await connection.send(frame);
  } finally {
    connection.close();
  }
}
