/** What both drills run on: PostgreSQL, the broker, workers in pairs, and what is done to them. */
import { setTimeout as delay } from 'node:timers/promises';
import { startPostgres, type RunningPostgres } from '@headwater/testkit/postgres';
import pg from 'pg';
import type { DrillRun } from '../drill.ts';
import { Random } from '../random.ts';
import { Violation } from '../violation.ts';
import { KafkaServer } from './kafka-server.ts';
import type { WorkerSetup } from './worker-messages.ts';
import { WorkerProcess } from './worker-process.ts';

/** So long that a busy machine's pauses do not end it; so short that a suspended worker is soon replaced. */
export const LEASE_MS = 2000;
/** Far longer than it takes to get on, however busy the machine is. */
const PROGRESS_DEADLINE_MS = 120_000;

export class Stage {
  readonly random: Random;
  readonly kafka: KafkaServer;
  readonly postgres: RunningPostgres;
  readonly url: string;
  readonly faults = new Map<string, number>();
  workers: WorkerProcess[] = [];
  fenced = 0;
  readonly #run: DrillRun;
  #setup: Omit<WorkerSetup, 'url' | 'bootstrapServers' | 'leaseMs'> = { kind: 'table' };

  private constructor(run: DrillRun, postgres: RunningPostgres, url: string, kafka: KafkaServer) {
    this.#run = run;
    this.random = new Random(run.seed);
    this.postgres = postgres;
    this.url = url;
    this.kafka = kafka;
  }

  static async open(run: DrillRun): Promise<Stage> {
    const postgres = await startPostgres();
    const url = await postgres.createDatabase('drill');
    const kafka = new KafkaServer(run.folder);
    await kafka.start();
    return new Stage(run, postgres, url, kafka);
  }

  async close(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.kill()));
    await this.kafka.kill();
    await this.postgres.close();
  }

  async client(): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: this.url, application_name: 'drill' });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }

  /** Two of a kind, in place of those before. */
  async startWorkers(setup: Omit<WorkerSetup, 'url' | 'bootstrapServers' | 'leaseMs'>): Promise<void> {
    await Promise.all(this.workers.map((worker) => this.#retire(worker, 'stop')));
    this.#setup = setup;
    this.workers = [this.#start(), this.#start()];
    const isStreaming = (): boolean => this.workers.some(({ counts }) => counts.streaming > 0);
    await this.until('no worker came to its stream', isStreaming);
  }

  published(): number {
    return this.workers.reduce((sum, worker) => sum + worker.published, 0);
  }

  /** What was published meanwhile counts as getting on: a minute's messages may come first. @throws Violation when it does not come to be */
  async until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
    let progressMs = performance.now();
    let published = this.published();
    while (!(await holds())) {
      if (this.published() !== published) {
        published = this.published();
        progressMs = performance.now();
      }
      if (performance.now() - progressMs > PROGRESS_DEADLINE_MS) {
        const said = this.workers.map(({ lastFailure, stopped, counts }) =>
          JSON.stringify({ lastFailure, end: stopped, ...counts }),
        );
        throw new Violation('work goes on after a fault', `${what}; the workers say: ${said.join(' | ')}`);
      }
      await delay(10);
    }
  }

  async advance(what: string): Promise<void> {
    const before = this.published();
    await this.until(`nothing was published ${what}`, () => this.published() > before);
  }

  /** One thing that goes wrong, and that publishing goes on. */
  async strike(fault: string): Promise<void> {
    this.faults.set(fault, (this.faults.get(fault) ?? 0) + 1);
    this.#run.onProgress(`${fault}, ${this.published().toLocaleString('en-US')} published`);
    switch (fault) {
      case 'kill':
        await this.#killOne();
        break;
      case 'suspend':
        await this.#suspendOne();
        break;
      case 'cut':
        await this.#cut();
        break;
      default:
        await this.#brokerAway();
    }
    await this.advance(`after '${fault}'`);
  }

  async #killOne(): Promise<void> {
    const victim = this.random.below(this.workers.length);
    await this.#retire(this.workers[victim]!, 'kill');
    this.workers[victim] = this.#start();
  }

  /**
   * The one that publishes is suspended for longer than its lease; the other takes over, and the first finds itself fenced. A relay from the
   * table that had nothing under way is not told, and takes part again: then once more.
   */
  async #suspendOne(): Promise<void> {
    while (!(await this.#isFencedAfterSuspension()));
  }

  async #isFencedAfterSuspension(): Promise<boolean> {
    const [first, second] = this.workers as [WorkerProcess, WorkerProcess];
    const before = [first.published, second.published];
    await this.until('nobody publishes', () => first.published > before[0]! || second.published > before[1]!);
    const [victim, other] = first.published > before[0]! ? [first, second] : [second, first];
    victim.suspend();
    const { fenced } = victim.counts;
    const published = { victim: victim.published, other: other.published };
    await this.until('the other worker did not take over', () => other.published > published.other);
    // Longer than the lease, also where both publish.
    await delay(LEASE_MS * 1.5);
    victim.resume();
    // Before it is the next fault's victim.
    const isFenced = (): boolean => victim.counts.fenced > fenced;
    const takesPart = (): boolean => this.#setup.kind === 'table' && victim.published > published.victim;
    await this.until('the resumed worker did not find itself fenced', () => isFenced() || takesPart());
    return isFenced();
  }

  /** All connections to the database but the drill's own. */
  async #cut(): Promise<void> {
    const client = await this.client();
    await client.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name <> 'drill'`);
    await client.end();
  }

  async #brokerAway(): Promise<void> {
    await this.kafka.kill();
    await delay(this.#run.numbers['away-ms'] ?? 1000);
    await this.kafka.start();
  }

  #start(): WorkerProcess {
    const { url, kafka } = this;
    return new WorkerProcess({ ...this.#setup, url, bootstrapServers: kafka.bootstrapServers, leaseMs: LEASE_MS });
  }

  async #retire(worker: WorkerProcess, how: 'stop' | 'kill'): Promise<void> {
    await worker[how]();
    this.fenced += worker.counts.fenced;
  }

  /** Ends the workers in order, and counts what they told. */
  async retireAll(): Promise<void> {
    await Promise.all(this.workers.map((worker) => this.#retire(worker, 'stop')));
  }
}
