import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Broker } from '../broker.ts';
import type { BrokerOptions } from '../broker-options.ts';
import { WireClient } from './wire-client.ts';

/** A broker of a test on a temporary folder, with all that a test opens on it; everything ends with it. */
export class TestBroker {
  readonly dataDir: string;
  /** What the broker logged. */
  readonly logged: string[];
  readonly #options: Partial<BrokerOptions>;
  readonly #clients: WireClient[] = [];
  #broker: Broker;

  private constructor(dataDir: string, broker: Broker, options: Partial<BrokerOptions>, logged: string[]) {
    this.dataDir = dataDir;
    this.#broker = broker;
    this.#options = options;
    this.logged = logged;
  }

  /** Starts with flush `os`, for tests do not lose power; `config` and the rest as given. */
  static async start(options: Partial<BrokerOptions> = {}): Promise<TestBroker> {
    const dataDir = options.dataDir ?? (await mkdtemp(path.join(tmpdir(), 'headwater-broker-test-')));
    const logged: string[] = [];
    const withDefaults = { port: 0, flush: 'os' as const, log: (line: string) => void logged.push(line), ...options };
    return new TestBroker(dataDir, await Broker.start({ ...withDefaults, dataDir }), withDefaults, logged);
  }

  get broker(): Broker {
    return this.#broker;
  }

  get port(): number {
    return this.#broker.port;
  }

  async connect(): Promise<WireClient> {
    const client = await WireClient.connect(this.port);
    this.#clients.push(client);
    return client;
  }

  /** Stops cleanly and starts again on the same folder. */
  async restart(): Promise<void> {
    await this.stop();
    this.#broker = await Broker.start({ ...this.#options, dataDir: this.dataDir });
  }

  async stop(): Promise<void> {
    for (const client of this.#clients.splice(0)) client.close();
    await this.#broker.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await rm(this.dataDir, { recursive: true, force: true });
  }
}
