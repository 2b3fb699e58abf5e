/** All processes of the bank on free ports, each with a log file in the folder. */
import { copyFile, mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { namedPorts } from '@headwater/testkit/ports';
import { startPostgres, type RunningPostgres } from '@headwater/testkit/postgres';
import { BankProcess } from './bank-process.ts';

export const bankParts = ['broker', 'postgres', 'ledger', 'connect', 'alerts'] as const;
/** What can be killed. */
export type BankPart = (typeof bankParts)[number];
type Ports = Readonly<Record<BankPart | 'registry', number>>;

const services = { ledger: 'mybank-ledger', connect: 'connect', alerts: 'mybank-alerts' } as const;

type Processes = Readonly<Record<Exclude<BankPart, 'postgres'>, BankProcess>>;

export interface BankStageOptions {
  readonly folder: string;
  /** More settings of the service of alerts. */
  readonly alerts?: Readonly<Record<string, string>>;
}

export class BankStage implements AsyncDisposable {
  readonly ledgerUrl: string;
  readonly alertsUrl: string;
  readonly connectUrl: string;
  readonly bootstrapServers: string;
  readonly registryUrl: string;
  readonly #postgres: RunningPostgres;
  readonly #processes: Processes;

  private constructor(postgres: RunningPostgres, ports: Ports, processes: Processes) {
    this.#postgres = postgres;
    this.#processes = processes;
    this.bootstrapServers = `127.0.0.1:${ports.broker}`;
    this.registryUrl = urlOf(ports.registry);
    this.ledgerUrl = urlOf(ports.ledger);
    this.connectUrl = urlOf(ports.connect);
    this.alertsUrl = urlOf(ports.alerts);
  }

  /** Resolves when everything serves, and the capture has begun. */
  static async start({ folder, alerts = {} }: BankStageOptions): Promise<BankStage> {
    await mkdir(folder, { recursive: true });
    const ports = await namedPorts([...bankParts, 'registry']);
    const postgres = await startPostgres({ directory: join(folder, 'postgres'), port: ports.postgres });
    const database = {
      ledger: await postgres.createDatabase('mybank_ledger'),
      alerts: await postgres.createDatabase('mybank_alerts'),
    };
    const kafka = { KAFKA_BOOTSTRAP_SERVERS: `127.0.0.1:${ports.broker}`, SCHEMA_REGISTRY_URL: urlOf(ports.registry) };
    const serviceOf = (name: keyof typeof services, env: Readonly<Record<string, string>>): BankProcess =>
      new BankProcess({
        name,
        script: `apps/${services[name]}/dist/main.cjs`,
        env: { PORT: String(ports[name]), MAX_BODY_BYTES: '8388608', ...env },
        ready: new RegExp(`^ready ${services[name]}=`),
        logFile: join(folder, `${name}.log`),
      });
    const processes = {
      broker: new BankProcess({
        name: 'broker',
        script: 'apps/broker/dist/broker.cjs',
        args: brokerArguments(folder, ports),
        ready: /\bkafka=/,
        logFile: join(folder, 'broker.log'),
      }),
      ledger: serviceOf('ledger', { DATABASE_URL: database.ledger }),
      connect: serviceOf('connect', {
        ...kafka,
        MYBANK_LEDGER_DATABASE_URL: database.ledger,
        LAKE_URL: join(folder, 'lake'),
        CONNECTORS_FOLDER: await connectorsFolder(folder),
      }),
      alerts: serviceOf('alerts', { ...kafka, DATABASE_URL: database.alerts, ...alerts }),
    };
    const stage = new BankStage(postgres, ports, processes);
    try {
      await processes.broker.start();
      await processes.ledger.start();
      await Promise.all([processes.connect.start(), processes.alerts.start()]);
      await stage.#captureRuns();
      return stage;
    } catch (error) {
      await stage.close();
      throw error;
    }
  }

  pid(part: Exclude<BankPart, 'postgres'>): number | undefined {
    return this.#processes[part].pid;
  }

  /** Ends a part as a crash does. */
  async kill(part: BankPart): Promise<void> {
    await (part === 'postgres' ? this.#postgres.kill() : this.#processes[part].kill());
  }

  /** Starts a part that was killed. */
  async revive(part: BankPart): Promise<void> {
    await (part === 'postgres' ? this.#postgres.restart() : this.#processes[part].start());
  }

  async close(): Promise<void> {
    const { alerts, connect, ledger, broker } = this.#processes;
    await Promise.all([alerts.stop(), connect.stop(), ledger.stop()]);
    await broker.stop();
    await this.#postgres.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #captureRuns(): Promise<void> {
    for (;;) {
      const answer = await fetch(`${this.connectUrl}/connectors/mybank-ledger/status`).catch(() => undefined);
      const status = answer?.ok ? ((await answer.json()) as { tasks: { state: string }[] }) : { tasks: [] };
      if (status.tasks.length > 0 && status.tasks.every(({ state }) => state === 'RUNNING')) return;
      await delay(100);
    }
  }
}

const urlOf = (port: number): string => `http://127.0.0.1:${port}`;

function brokerArguments(folder: string, ports: Ports): string[] {
  const addresses = ['--port', String(ports.broker), '--registry-port', String(ports.registry)];
  return [...addresses, '--data-dir', join(folder, 'broker'), '--flush', 'fsync'];
}

/** Only the ledger's capture runs. */
async function connectorsFolder(folder: string): Promise<string> {
  const connectors = join(folder, 'connectors');
  await mkdir(connectors, { recursive: true });
  const file = 'mybank-ledger.yaml';
  await copyFile(resolve(import.meta.dirname, '../../../connectors', file), join(connectors, file));
  return connectors;
}
