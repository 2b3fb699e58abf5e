/**
 * Who leads which partition, and a connection to each of them. A connection that ends is opened again when it is next asked for.
 */
import type { ClusterAccess } from '../client/index.ts';
import { RequestBody } from './wire-codec.ts';
import { WireConnection } from './wire-connection.ts';

const metadataKey = 3;
const metadataVersion = 4;

interface BrokerAddress {
  readonly host: string;
  readonly port: number;
}

export class ClusterView {
  private brokers = new Map<number, BrokerAddress>();
  private readonly leaders = new Map<string, Map<number, number>>();
  private readonly connections = new Map<string, Promise<WireConnection>>();
  private closed = false;

  constructor(private readonly access: ClusterAccess) {}

  /** The leader of a partition as last heard; undefined when it has none or was never asked for. */
  leaderOf(topic: string, partition: number): number | undefined {
    const leader = this.leaders.get(topic)?.get(partition);
    return leader === undefined || leader < 0 ? undefined : leader;
  }

  /** Those without a leader included. */
  partitionsOf(topic: string): number | undefined {
    return this.leaders.get(topic)?.size;
  }

  /** Asks any broker for the topics. A topic that does not exist has no partitions afterwards. @throws when none answers. */
  async refresh(topics: readonly string[]): Promise<void> {
    const connection = await this.anyConnection();
    const request = new RequestBody();
    request.array(topics, (topic) => request.string(topic));
    request.int8(0); // no automatic creation
    const body = await connection.request(metadataKey, metadataVersion, request.bytes());
    body.int32(); // throttle
    const brokers = body.array(() => {
      const broker = [body.int32(), { host: body.string(), port: body.int32() }] as const;
      body.nullableString(); // rack
      return broker;
    });
    this.brokers = new Map(brokers);
    body.nullableString(); // cluster id
    body.int32(); // controller
    body.array(() => {
      body.int16();
      const topic = body.string();
      body.int8(); // internal
      const leaders = new Map<number, number>();
      body.array(() => {
        body.int16();
        const partition = body.int32();
        leaders.set(partition, body.int32());
        body.array(() => body.int32());
        body.array(() => body.int32());
      });
      this.leaders.set(topic, leaders);
    });
  }

  /** @throws when the broker is not known or not there. */
  async connectionTo(brokerId: number): Promise<WireConnection> {
    const address = this.brokers.get(brokerId);
    if (!address) throw new Error(`broker ${brokerId} is not known`);
    return this.connect(address.host, address.port);
  }

  close(): void {
    this.closed = true;
    for (const connection of this.connections.values())
      connection.then(
        (open) => open.close(),
        () => undefined,
      );
    this.connections.clear();
  }

  /** @throws when none answers. */
  async anyConnection(): Promise<WireConnection> {
    const known = [...this.brokers.values()].map(({ host, port }) => `${host}:${port}`);
    let failure: unknown = new Error('no bootstrap server is given');
    for (const server of new Set([...known, ...this.access.bootstrapServers])) {
      const colon = server.lastIndexOf(':');
      try {
        return await this.connect(server.slice(0, colon), Number(server.slice(colon + 1)));
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  }

  /** @throws when nobody listens there, or does not let the client in. */
  async connect(host: string, port: number): Promise<WireConnection> {
    if (this.closed) throw new Error('the reader was closed');
    const name = `${host}:${port}`;
    const known = this.connections.get(name);
    if (known) {
      const connection = await known.catch(() => undefined);
      if (connection?.isOpen) return connection;
      if (this.connections.get(name) === known) this.connections.delete(name);
      return this.connect(host, port);
    }
    const opening = WireConnection.open(host, port, this.access);
    this.connections.set(name, opening);
    opening.catch(() => this.connections.delete(name));
    const connection = await opening;
    // Closed while it was opened: nobody else will end it.
    if (this.isClosed()) connection.close();
    return connection;
  }

  private isClosed(): boolean {
    return this.closed;
  }
}
