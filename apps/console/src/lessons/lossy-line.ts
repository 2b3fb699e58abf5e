/**
 * A line to a broker on which acknowledgements get lost: a relay on loopback that a kafkajs client connects through, and that cuts the
 * connection in place of passing on the answer to a Produce request. The broker has written the batch by then; the client cannot know.
 *
 * Kafka's frames: int32 length, then in a request int16 API key, int16 version, int32 correlation id; in an answer the correlation id.
 */
import { createServer, connect, Socket, type AddressInfo, type Server } from 'node:net';
import { once } from 'node:events';
import type { ISocketFactory } from 'kafkajs';

const PRODUCE = 0;
const HOST = '127.0.0.1';

export class LossyLine {
  /** Of how many Produce answers one is lost; 0 loses none. */
  loseOneOf = 0;
  readonly #servers = new Map<string, Promise<Server>>();
  readonly #sockets = new Set<Socket>();
  readonly #onLost: () => void;
  #answers = 0;

  constructor(onLost: () => void) {
    this.#onLost = onLost;
  }

  /** For kafkajs: every connection goes over this line, to whichever broker. */
  readonly socketFactory: ISocketFactory = ({ host, port, onConnect }) => {
    const socket = new Socket();
    socket.once('connect', onConnect);
    void this.#serverTo(host, port).then(
      (server) => socket.connect((server.address() as AddressInfo).port, HOST),
      (error: unknown) => socket.destroy(error as Error),
    );
    return socket;
  };

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    for (const starting of this.#servers.values()) (await starting).close();
  }

  #serverTo(host: string, port: number): Promise<Server> {
    const known = this.#servers.get(`${host}:${port}`);
    if (known !== undefined) return known;
    const server = createServer((client) => this.#relay(client, connect(port, host)));
    const listening = once(server.listen(0, HOST), 'listening').then(() => server);
    this.#servers.set(`${host}:${port}`, listening);
    return listening;
  }

  #relay(client: Socket, broker: Socket): void {
    const produces = new Set<number>();
    const cut = (): void => {
      client.destroy();
      broker.destroy();
    };
    for (const socket of [client, broker]) {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', cut).on('close', () => {
        this.#sockets.delete(socket);
        cut();
      });
    }
    onFrame(client, (frame) => {
      if (frame.readInt16BE(4) === PRODUCE) produces.add(frame.readInt32BE(8));
      broker.write(frame);
    });
    onFrame(broker, (frame) => {
      if (produces.delete(frame.readInt32BE(4)) && this.#isLost()) {
        this.#onLost();
        cut();
      } else client.write(frame);
    });
  }

  #isLost(): boolean {
    if (this.loseOneOf === 0) return false;
    this.#answers += 1;
    return this.#answers % this.loseOneOf === 0;
  }
}

/** Calls `take` with each whole frame, its length included. */
function onFrame(socket: Socket, take: (frame: Buffer) => void): void {
  let waiting: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    waiting = waiting.length === 0 ? chunk : Buffer.concat([waiting, chunk]);
    while (waiting.length >= 4) {
      const end = 4 + waiting.readInt32BE(0);
      if (waiting.length < end) return;
      const frame = waiting.subarray(0, end);
      waiting = waiting.subarray(end);
      take(frame);
    }
  });
}
