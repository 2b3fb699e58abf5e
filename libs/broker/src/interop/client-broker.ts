import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Broker } from '../server/index.ts';

/** A broker on a free port with a folder of its own, for clients that are somebody else's. */
export class ClientBroker {
  /** `host:port`, as clients take it. */
  readonly bootstrapServer: string;
  readonly #directory: string;
  readonly #broker: Broker;

  private constructor(directory: string, broker: Broker) {
    this.#directory = directory;
    this.#broker = broker;
    this.bootstrapServer = `${broker.host}:${broker.port}`;
  }

  static async start(config: Readonly<Record<string, string>> = {}): Promise<ClientBroker> {
    const directory = await mkdtemp(path.join(tmpdir(), 'headwater-interop-'));
    return new ClientBroker(directory, await Broker.start({ port: 0, dataDir: directory, config }));
  }

  /** The values of a partition's first records as the broker itself decodes them, whatever their compression. */
  async valuesIn(topic: string, partition: number): Promise<(string | undefined)[]> {
    const { records } = await this.#broker.local.read(topic, partition, 0, 10_000_000);
    return records.map(({ value }) => value?.toString());
  }

  async close(): Promise<void> {
    await this.#broker.close();
    await rm(this.#directory, { recursive: true, force: true });
  }
}

/** Counts what arrives and lets a test wait for it without a clock. */
export class Arrivals<T> {
  readonly all: T[] = [];
  #changed = Promise.withResolvers<undefined>();

  add(item: T): void {
    this.all.push(item);
    const changed = this.#changed;
    this.#changed = Promise.withResolvers();
    changed.resolve(undefined);
  }

  /** Resolves with everything that arrived, once `enough` of it says so; the test's time-out is the limit. */
  async until(enough: (all: readonly T[]) => boolean): Promise<readonly T[]> {
    while (!enough(this.all)) await this.#changed.promise;
    return this.all;
  }

  /** Resolves when `count` items have arrived. */
  atLeast(count: number): Promise<readonly T[]> {
    return this.until((all) => all.length >= count);
  }
}
