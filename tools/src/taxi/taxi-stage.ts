/** All processes of dispatch on free ports, each with a log file in the folder. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { topics } from '@headwater/contracts';
import { createKafkajsClient, EventCodec, systemClock, TopicSetup } from '@headwater/messaging';
import { namedPorts } from '@headwater/testkit/ports';
import { startPostgres, type RunningPostgres } from '@headwater/testkit/postgres';
import pg from 'pg';
import { BankProcess } from '../bank/index.ts';

export const taxiParts = ['broker', 'postgres', 'one', 'other'] as const;
/** What can be killed: the two instances of gettaxi-dispatch are `one` and `other`. */
export type TaxiPart = (typeof taxiParts)[number];

type Processes = Readonly<Record<Exclude<TaxiPart, 'postgres'>, BankProcess>>;
type Ports = Readonly<Record<TaxiPart | 'registry', number>>;

export interface TaxiStageOptions {
  readonly folder: string;
  /** More settings of the instances. */
  readonly dispatch?: Readonly<Record<string, string>>;
  /** Two by default; with one, `other` never runs. */
  readonly instances?: 1 | 2;
}

export class TaxiStage implements AsyncDisposable {
  readonly bootstrapServers: string;
  readonly registryUrl: string;
  /** Where the instances are. */
  readonly urls: readonly string[];

  private constructor(
    ports: Ports,
    instances: number,
    private readonly databaseUrl: string,
    private readonly postgres: RunningPostgres,
    private readonly processes: Processes,
  ) {
    this.bootstrapServers = `127.0.0.1:${ports.broker}`;
    this.registryUrl = `http://127.0.0.1:${ports.registry}`;
    this.urls = [ports.one, ports.other].slice(0, instances).map((port) => `http://127.0.0.1:${port}`);
  }

  /** Resolves when everything serves. */
  static async start({ folder, dispatch = {}, instances = 2 }: TaxiStageOptions): Promise<TaxiStage> {
    await mkdir(folder, { recursive: true });
    const ports = await namedPorts([...taxiParts, 'registry']);
    const postgres = await startPostgres({ directory: join(folder, 'postgres'), port: ports.postgres });
    const databaseUrl = await postgres.createDatabase('gettaxi_dispatch');
    const kafka = {
      KAFKA_BOOTSTRAP_SERVERS: `127.0.0.1:${ports.broker}`,
      SCHEMA_REGISTRY_URL: `http://127.0.0.1:${ports.registry}`,
    };
    const instanceOf = (name: 'one' | 'other'): BankProcess =>
      new BankProcess({
        name,
        script: 'apps/gettaxi-dispatch/dist/main.cjs',
        env: { PORT: String(ports[name]), DATABASE_URL: databaseUrl, ...kafka, ...dispatch },
        ready: /^ready gettaxi-dispatch=/,
        logFile: join(folder, `${name}.log`),
      });
    const addresses = ['--port', String(ports.broker), '--registry-port', String(ports.registry)];
    const broker = new BankProcess({
      name: 'broker',
      script: 'apps/broker/dist/broker.cjs',
      args: [...addresses, '--data-dir', join(folder, 'broker'), '--flush', 'fsync'],
      ready: /\bkafka=/,
      logFile: join(folder, 'broker.log'),
    });
    const processes = { broker, one: instanceOf('one'), other: instanceOf('other') };
    const stage = new TaxiStage(ports, instances, databaseUrl, postgres, processes);
    try {
      await broker.start();
      await stage.createFareTopic();
      await processes.one.start();
      if (instances > 1) await processes.other.start();
      return stage;
    } catch (error) {
      await stage.close();
      throw error;
    }
  }

  /** Asks the tables of dispatch, where the test needs to see more at once than the service says. */
  async tables<Row extends pg.QueryResultRow>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    const client = new pg.Client({ connectionString: this.databaseUrl });
    // A server that is killed cuts the connection; the query then says so.
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query<Row>(sql, [...parameters])).rows;
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  pid(part: Exclude<TaxiPart, 'postgres'>): number | undefined {
    return this.processes[part].pid;
  }

  /** Ends a part as a crash does. */
  async kill(part: TaxiPart): Promise<void> {
    await (part === 'postgres' ? this.postgres.kill() : this.processes[part].kill());
  }

  /** Starts a part that was killed. */
  async revive(part: TaxiPart): Promise<void> {
    await (part === 'postgres' ? this.postgres.restart() : this.processes[part].start());
  }

  async close(): Promise<void> {
    const { one, other, broker } = this.processes;
    await Promise.all([one.stop(), other.stop()]);
    await broker.stop();
    await this.postgres.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** The topic that pricing would bring. */
  private async createFareTopic(): Promise<void> {
    const client = createKafkajsClient({
      clientId: 'taxi-stage',
      bootstrapServers: [this.bootstrapServers],
      clock: systemClock,
    });
    await new TopicSetup(client).ensure([topics.rideFares]);
    await new EventCodec(this.registryUrl).register([topics.rideFares]);
  }
}
