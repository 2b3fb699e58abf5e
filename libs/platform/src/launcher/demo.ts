/**
 * The demo from its first step to its last: PostgreSQL and the broker beside each other, each service as soon as what it needs of
 * them is there; stopped in the reverse order. Nothing is left running, whichever step fails.
 */
import { existsSync, mkdirSync, renameSync, rmSync, statfsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { makeSpareCluster } from '@headwater/testkit/postgres';
import { type DemoOptions } from './command-line.ts';
import { awaitReadiness } from './await-readiness.ts';
import { CombinedLog } from './combined-log.ts';
import { openControlDoor, type ControlDoor } from './control-door.ts';
import { assertOutsideAnswers, planKafka, portsNotNeeded, type DemoKafka } from './demo-kafka.ts';
import { startDemoPostgres, useOutsidePostgres, type DemoPostgres } from './demo-postgres.ts';
import { diskFull, isAlive, lockDataDir } from './instance-lock.ts';
import { PartLog } from './part-log.ts';
import { PartProcess, type PartCommand, type PartEvents } from './part-process.ts';
import {
  addressVariableOf,
  bundleOf,
  brokerProgram,
  readServices,
  readSimulator,
  servicesOf,
  spareClusterOf,
  type ServicePart,
  type SimulatorPart,
} from './parts.ts';
import { choosePorts, type Ports } from './ports.ts';
import { Replay } from './replay.ts';
import { StateFiles } from './state-files.ts';
import { tableLines, type Terminal } from './terminal.ts';

const HOST = '127.0.0.1';
const SMALLEST_FREE_BYTES = 200_000_000;
const EARLIER_RUN_DEADLINE_MS = 15_000;

export class Demo {
  private readonly options: DemoOptions;
  private readonly root: string;
  private readonly dataDir: string;
  private readonly terminal: Terminal;
  private readonly logs: PartLog[] = [];
  private together: CombinedLog | undefined;
  /** All services of the workspace. */
  private readonly all: readonly ServicePart[];
  /** The services that are started. */
  private readonly parts: readonly ServicePart[];
  private readonly services: PartProcess[] = [];
  /** The processes that the control door reaches, by name. */
  private readonly controlled = new Map<string, PartProcess>();
  private door: ControlDoor | undefined;
  private broker: PartProcess | undefined;
  private kafka: DemoKafka | undefined;
  private simulator: PartProcess | undefined;
  private replaying: Replay | undefined;
  private postgresStart: Promise<DemoPostgres> | undefined;
  private postgres: DemoPostgres | undefined;
  private readonly databases = new Map<string, Promise<string>>();
  private files: StateFiles | undefined;
  private unlock: () => void = () => undefined;
  private stopped: Promise<void> | undefined;
  private isStopping = false;

  constructor(options: DemoOptions, root: string, terminal: Terminal) {
    this.options = options;
    this.all = readServices(root);
    this.parts = servicesOf(this.all, options.only);
    this.root = root;
    this.dataDir = resolve(options.dataDir);
    this.terminal = terminal;
  }

  /** Starts everything. @throws DemoError; the caller stops what had started. */
  async start(): Promise<void> {
    const startMs = performance.now();
    this.unlock = lockDataDir(this.dataDir);
    this.assertSpace();
    await this.awaitEarlierRun();
    const ports = await this.choosePorts();
    const kafka = planKafka(this.options.kafka, ports, this.dataDir);
    this.kafka = kafka;
    if (this.options.fresh) this.removeData();
    this.files = new StateFiles(this.dataDir);
    this.door = await openControlDoor((name) => this.controlled.get(name));
    if (this.isAskedToStop()) return;
    await Promise.all([this.startPostgres(ports), this.startKafka(kafka).then(() => this.startServices(ports))]);
    if (this.isAskedToStop()) return;
    for (const log of this.logs) log.started();
    const file = this.files.writeEndpoints(this.endpoints(ports));
    this.printTable(ports, performance.now() - startMs);
    this.terminal.line(`ready endpoints=${file} startMs=${Math.round(performance.now() - startMs)}`);
    if (this.options.recordings !== undefined) this.replay(this.options.recordings);
    const simulator = this.options.simulator ? readSimulator(this.root) : undefined;
    if (simulator) void this.simulate(simulator);
    if (this.options.databaseUrl === undefined) this.replaceSpareCluster();
    // What is left is deleted by the next run.
    void rm(this.forgotten, { recursive: true, force: true }).catch(() => undefined);
  }

  /** For the next start with `--fresh`. It does without where none can be made, and tells the reason if that hinders it. */
  private replaceSpareCluster(): void {
    void makeSpareCluster(spareClusterOf(this.root)).catch(() => undefined);
  }

  private async choosePorts(): Promise<Ports> {
    const { ports, databaseUrl, kafka } = this.options;
    if (kafka !== undefined) await assertOutsideAnswers(kafka);
    const elsewhere = [...portsNotNeeded(kafka), ...(databaseUrl === undefined ? [] : ['postgres'])];
    return await choosePorts(ports, elsewhere, this.parts);
  }

  /** People who live, beside the demo, which goes on without them. */
  private async simulate({ name, script, args, cases: inhabited }: SimulatorPart): Promise<void> {
    if (!this.parts.some(({ cases }) => cases?.some((each) => inhabited.includes(each)))) return;
    const command = { name, ...this.program(script), args: [...args, '--dir', this.dataDir], cwd: this.root };
    this.simulator = new PartProcess(command, this.openLog(name), this.eventsOf(name));
    await this.simulator.start().catch((error: unknown) => {
      const reason = Error.isError(error) ? error.message : String(error);
      if (!this.isStopping) this.terminal.part(name, 'warn', reason);
    });
  }

  /** Runs beside the demo, which goes on when it has ended, however it ended. */
  private replay(recordings: string): void {
    this.replaying = new Replay(this.root, this.dataDir, recordings, this.openLog('replay'), (level, message) => {
      if (!this.isStopping) this.terminal.part('replay', level, message);
    });
  }

  /** Stops everything in order; calling it again awaits the same stop. */
  stop(): Promise<void> {
    return (this.stopped ??= this.stopAll());
  }

  /** Ends every part at once. PostgreSQL's guard ends the server when this process is gone. */
  kill(): void {
    this.replaying?.kill();
    this.simulator?.kill();
    for (const part of this.services) part.kill();
    this.broker?.kill();
  }

  private async stopAll(): Promise<void> {
    this.isStopping = true;
    this.door?.close();
    await Promise.all([this.replaying?.stop(), this.simulator?.stop()]);
    await Promise.all(this.services.map((part) => part.stop()));
    await this.broker?.stop();
    const postgres = await this.postgresStart?.catch(() => undefined);
    await postgres?.stop();
    this.files?.remove();
    for (const log of this.logs) log.close();
    this.together?.close();
    this.unlock();
  }

  /** A signal may come at any await of the start. */
  private isAskedToStop(): boolean {
    return this.isStopping;
  }

  private assertSpace(): void {
    const { bavail, bsize } = statfsSync(this.dataDir);
    if (bavail * bsize < SMALLEST_FREE_BYTES) throw diskFull(this.dataDir);
  }

  /** Parts of a launcher that was killed end by themselves; their ports and folders are free only then. */
  private async awaitEarlierRun(): Promise<void> {
    const deadlineMs = performance.now() + EARLIER_RUN_DEADLINE_MS;
    const earlier = StateFiles.pidsOfEarlierRun(this.dataDir).filter((pid) => pid !== process.pid);
    for (let told = false; earlier.some(isAlive) && performance.now() < deadlineMs; told = true) {
      if (!told) this.terminal.line('Waiting for the parts of an earlier run to end');
      await delay(100);
    }
  }

  /** Out of the way at once; thousands of files take seconds to delete, which is done when the demo is ready. */
  private removeData(): void {
    // The data folder itself may hold what is not the demo's.
    const ofServices = this.all.flatMap(({ folders }) => Object.values(folders ?? {}));
    const place = join(this.forgotten, String(process.pid));
    mkdirSync(place, { recursive: true });
    for (const [index, folder] of ['broker', 'postgres', 'logs', ...ofServices].entries()) {
      const data = join(this.dataDir, folder);
      try {
        renameSync(data, join(place, String(index)));
      } catch {
        rmSync(data, { recursive: true, force: true });
      }
    }
  }

  /**
   * Where data lies that was given up with `--fresh`, by this run or by one that ended before all of it was deleted. Each start deletes it,
   * so nothing else may have that name.
   */
  private get forgotten(): string {
    return join(this.dataDir, '.headwater-forgotten');
  }

  private async startPostgres(ports: Ports): Promise<void> {
    const outside = this.options.databaseUrl;
    const title = outside === undefined ? 'PostgreSQL' : 'PostgreSQL of DATABASE_URL';
    const folders = { directory: join(this.dataDir, 'postgres'), spare: spareClusterOf(this.root) };
    this.postgresStart = this.terminal.step(title, () =>
      outside === undefined
        ? startDemoPostgres(folders, ports.get('postgres') ?? 0, this.openLog('postgres'), this.eventsOf('postgres'))
        : useOutsidePostgres(outside),
    );
    this.postgres = await this.postgresStart;
  }

  /** The bundled broker with its registry, or what of it is not elsewhere. */
  private async startKafka({ part }: DemoKafka): Promise<void> {
    if (part === undefined) return;
    const broker = new PartProcess(
      { name: part.name, script: brokerProgram(), args: part.args, env: environment({}), cwd: this.root },
      this.openLog(part.name),
      this.eventsOf(part.name),
    );
    this.broker = broker;
    this.controlled.set(part.name, broker);
    await this.terminal.step(part.title, () => broker.start());
  }

  /** Those without a database do not wait for PostgreSQL, which makes its cluster first. */
  private async startServices(ports: Ports): Promise<void> {
    await Promise.all(this.parts.map((part) => this.startService(part, ports)));
  }

  private async startService(part: ServicePart, ports: Ports): Promise<void> {
    const service = new PartProcess(
      {
        name: part.name,
        ...this.program(part.script, {
          ...this.serviceEnvironment(ports),
          PORT: String(ports.get(part.name)),
          ...(await this.stores(part)),
          ...(part.controls ? this.control(ports) : {}),
        }),
        args: [],
        cwd: this.root,
      },
      this.openLog(part.name),
      this.eventsOf(part.name),
    );
    this.services.push(service);
    this.controlled.set(part.name, service);
    if (this.isStopping) return;
    await this.terminal.step(part.name, async () => {
      await service.start();
      await awaitReadiness(part.name, `http://${HOST}:${ports.get(part.name)}`, () => this.isStopping);
    });
  }

  /** What the console is told besides: the control door, and every service of the workspace, without an address where it is not started. */
  private control(ports: Ports): Record<string, string> {
    const addresses = this.all
      .filter(({ controls }) => controls !== true)
      .map(({ name }) => `${name}=${ports.has(name) ? `http://${HOST}:${ports.get(name)}` : ''}`);
    const door: Record<string, string> = this.door
      ? { LAUNCHER_URL: this.door.url, LAUNCHER_TOKEN: this.door.token }
      : {};
    return { ...door, SERVICE_ADDRESSES: addresses.join(' ') };
  }

  /** Databases and folders of a service, by the variables that name them. */
  private async stores({ database, foreignDatabases, folders }: ServicePart): Promise<Record<string, string>> {
    const databases = { ...foreignDatabases, ...(database === undefined ? {} : { DATABASE_URL: database }) };
    const stores: Record<string, string> = {};
    for (const [variable, name] of Object.entries(databases)) stores[variable] = (await this.database(name)) ?? '';
    for (const [variable, folder] of Object.entries(folders ?? {})) {
      stores[variable] = join(this.dataDir, folder);
      mkdirSync(stores[variable], { recursive: true });
    }
    return stores;
  }

  /** Several services may ask for one at once: it is made, and emptied if so asked, only once. */
  private database(name: string): Promise<string> | undefined {
    const made =
      this.databases.get(name) ?? this.postgresStart?.then((postgres) => postgres.database(name, this.options.fresh));
    if (made !== undefined) this.databases.set(name, made);
    return made;
  }

  /** What services share: Kafka, the registry, and each other's addresses as `SOCIAL_FEED_URL`. */
  private serviceEnvironment(ports: Ports): Record<string, string> {
    const urls: Record<string, string> = {};
    for (const { name } of this.parts) {
      urls[addressVariableOf(name)] = `http://${HOST}:${ports.get(name)}`;
    }
    return {
      ...urls,
      HOST,
      KAFKA_BOOTSTRAP_SERVERS: this.kafka?.bootstrapServers ?? '',
      SCHEMA_REGISTRY_URL: this.kafka?.registryUrl ?? '',
      LOG_FORMAT: 'json',
    };
  }

  /** The bundle of a program, where there is one: it knows where its compiled code is kept. Else its modules, with a place for that. */
  private program(script: string, variables: Record<string, string> = {}): Pick<PartCommand, 'script' | 'env'> {
    const bundle = join(this.root, bundleOf(script));
    if (existsSync(bundle)) return { script: bundle, env: environment(variables) };
    const env = environment({ NODE_COMPILE_CACHE: join(this.dataDir, 'compile-cache'), ...variables });
    return { script: join(this.root, script), env };
  }

  private openLog(name: string): PartLog {
    const folder = join(this.dataDir, 'logs');
    this.together ??= new CombinedLog(join(folder, 'all.log'));
    const announce = (part: string, level: 'warn' | 'error', message: string): void => {
      if (!this.isStopping) this.terminal.part(part, level, message);
    };
    const log = new PartLog(name, join(folder, `${name}.log`), announce, this.together);
    this.logs.push(log);
    return log;
  }

  private eventsOf(name: string): PartEvents {
    return {
      onPid: (pid) => this.files?.setPid(name, pid),
      onWord: (level, message) => {
        if (!this.isStopping) this.terminal.part(name, level, message);
      },
    };
  }

  private endpoints(ports: Ports): Record<string, string> {
    return {
      broker: this.kafka?.bootstrapServers ?? '',
      registry: this.kafka?.registryUrl ?? '',
      ...Object.fromEntries(this.parts.map((part) => [part.name, `http://${HOST}:${ports.get(part.name)}`])),
      postgres: this.postgres?.url ?? '',
    };
  }

  private printTable(ports: Ports, tookMs: number): void {
    const endpoints = this.endpoints(ports);
    const { host } = new URL(this.postgres?.url ?? 'postgres://');
    const about = new Map<string, string>(this.parts.map((part) => [part.name, part.about]));
    const rows = [
      ...this.parts.map(({ name }) => [name, endpoints[name] ?? '', about.get(name) ?? '']),
      ['broker', endpoints['broker'] ?? '', this.kafka?.about[0] ?? ''],
      ['registry', endpoints['registry'] ?? '', this.kafka?.about[1] ?? ''],
      ['postgres', host, 'a database for each service'],
    ];
    this.terminal.line('');
    this.terminal.line(this.terminal.style('bold', `Headwater is ready (${(tookMs / 1000).toFixed(1)} s)`));
    this.terminal.line('');
    for (const line of tableLines(rows)) this.terminal.line(line);
    this.terminal.line('');
    this.terminal.line(
      `Logs are in ${join(this.dataDir, 'logs')}, all together in all.log. Ctrl-C stops everything; the data stays for the next start.`,
    );
  }
}

/** The user's own environment (LOG_LEVEL and the like) with what the launcher decides; settings of other programs stay out. */
function environment(own: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const inherited = { ...process.env };
  for (const name of ['PORT', 'HOST', 'DATABASE_URL', 'NODE_OPTIONS']) Reflect.deleteProperty(inherited, name);
  return { ...inherited, ...own };
}
