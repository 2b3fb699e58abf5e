import { changeCaptureMigrations } from '@headwater/event-sourcing';
import { DataSource } from 'typeorm';
import type { Drill, DrillRun, Summary } from '../drill.ts';
import type { Random } from '../random.ts';
import { promise } from '../violation.ts';
import { CapturedHistory, type Entry } from './captured-history.ts';
import { CAPTURE_NAME, CAPTURED_TOPIC } from './names.ts';
import { Stage } from './stage.ts';
import { createTopic, readTopic } from './topic-records.ts';

const WRITERS = 4;
const ENTRIES_OF_A_WRITER = 25;
const ENTRIES_BEFORE = 500;
const STANDARD_ROUNDS = 20;

export const captureDrill: Drill = {
  name: 'capture',
  about: 'two change captures at once: killed, suspended, cut off, without a broker, without a slot',
  details: `Writers insert, change, move to another key and delete rows, or roll that back, while two processes capture the table into the
bundled broker; one works, the other stands by. Each round something goes wrong: one is killed (SIGKILL) or suspended beyond its lease
and resumed, all connections to PostgreSQL are cut, the broker is killed and comes back, or the slot is lost: then both stop with the
error that says so, and a new snapshot goes on. At the end the topic, read with repetitions left out by their place in the log, tells the
table as it is, and of each row every version in order, none left out.`,
  options: [
    { name: 'rounds', standard: STANDARD_ROUNDS, about: 'faults, one after another' },
    { name: 'away-ms', standard: 1000, about: 'how long the broker is away' },
  ],
  run: async (run) => {
    const stage = await Stage.open(run);
    try {
      return await new CaptureDrill(run, stage).run();
    } finally {
      await stage.close();
    }
  },
};

class CaptureDrill {
  readonly #run: DrillRun;
  readonly #stage: Stage;
  readonly #ending = new AbortController();
  #changes = 0;

  constructor(run: DrillRun, stage: Stage) {
    this.#run = run;
    this.#stage = stage;
  }

  async run(): Promise<Summary> {
    const { kafka, url, random } = this.#stage;
    await createTopic(kafka.bootstrapServers, CAPTURED_TOPIC, 3);
    const dataSource = new DataSource({
      type: 'postgres',
      url,
      migrations: changeCaptureMigrations,
      // Spared when the workers' connections are cut, so that writers know what they have committed.
      applicationName: 'drill',
    });
    await dataSource.initialize();
    await dataSource.runMigrations();
    await dataSource.query(
      `CREATE TABLE entries (id text PRIMARY KEY, account text NOT NULL, version integer NOT NULL)`,
    );
    await dataSource.query('ALTER TABLE entries REPLICA IDENTITY FULL');
    await dataSource.query(
      `INSERT INTO entries SELECT 'old-' || i, 'account-' || i % 10, 1 FROM generate_series(1, $1::int) i`,
      [ENTRIES_BEFORE],
    );
    await this.#stage.startWorkers({ kind: 'capture' });
    const writing = Promise.all(
      Array.from({ length: WRITERS }, (_, writer) => this.#write(dataSource, writer, random.fork())),
    );
    await Promise.race([this.#rounds(dataSource), writing]);
    this.#ending.abort();
    await writing;
    await this.#caughtUp(dataSource);
    await this.#stage.retireAll();
    const rows = await dataSource.query<Entry[]>('SELECT id, account, version FROM entries');
    await dataSource.destroy();
    return this.#check(await readTopic(kafka.bootstrapServers, CAPTURED_TOPIC), rows);
  }

  async #rounds(dataSource: DataSource): Promise<void> {
    const { random } = this.#stage;
    await this.#stage.advance('at first');
    // Every kind once, then at random.
    const kinds = ['suspend', ...random.shuffle(['kill', 'cut', 'broker away', 'lost slot'])];
    const rounds = this.#run.numbers['rounds'] ?? STANDARD_ROUNDS;
    for (let round = 0; round < rounds; round++) {
      const kind = kinds[round] ?? random.pick(kinds);
      if (kind === 'lost slot') await this.#loseSlot(dataSource);
      else await this.#stage.strike(kind);
    }
  }

  /** As a server does that has no more room for its log. */
  async #loseSlot(dataSource: DataSource): Promise<void> {
    this.#stage.faults.set('lost slot', (this.#stage.faults.get('lost slot') ?? 0) + 1);
    const { workers } = this.#stage;
    const isStopped = (): boolean => workers.every(({ stopped }) => stopped !== undefined);
    const ending = 'SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = $1';
    await this.#stage.until('the slot could not be dropped', async () => {
      await dataSource.query(ending, [CAPTURE_NAME]);
      const drop = dataSource.query('SELECT pg_drop_replication_slot($1)', [CAPTURE_NAME]);
      return drop.then(
        () => true,
        () => false,
      );
    });
    await this.#stage.until('a capture did not stop without its slot', isStopped);
    for (const { stopped } of workers)
      promise(stopped?.code === 'REPLICATION_SLOT_LOST', 'a lost slot is told loudly', () => JSON.stringify(stopped));
    await this.#stage.startWorkers({ kind: 'capture', anew: true });
    await this.#stage.advance('after a lost slot');
    // As an operator does: what comes later is told again when its slot is lost.
    await this.#stage.startWorkers({ kind: 'capture' });
  }

  /** Everything is confirmed that was written before the call. */
  async #caughtUp(dataSource: DataSource): Promise<void> {
    const [end] = await dataSource.query<{ lsn: string }[]>('SELECT pg_current_wal_lsn()::text AS lsn');
    await this.#stage.until('changes wait', async () => {
      const rows = await dataSource.query<{ past: boolean }[]>(
        'SELECT confirmed_flush_lsn >= $1::pg_lsn AS past FROM pg_replication_slots WHERE slot_name = $2',
        [end!.lsn, CAPTURE_NAME],
      );
      return rows[0]?.past === true;
    });
  }

  async #write(dataSource: DataSource, writer: number, random: Random): Promise<void> {
    while (!this.#ending.signal.aborted) {
      const runner = dataSource.createQueryRunner();
      await runner.startTransaction();
      const changes = random.magnitude(10);
      for (let change = 0; change < changes; change++) {
        const id = `${writer}-${random.below(ENTRIES_OF_A_WRITER)}`;
        const account = `account-${random.below(10)}`;
        if (random.chance(0.15)) await runner.query('DELETE FROM entries WHERE id = $1', [id]);
        else {
          // One in four moves to another key.
          const moved = random.chance(0.25) ? 'excluded.account' : 'e.account';
          await runner.query(
            `INSERT INTO entries AS e VALUES ($1, $2, 1)
             ON CONFLICT (id) DO UPDATE SET version = e.version + 1, account = ${moved}`,
            [id, account],
          );
        }
      }
      if (random.chance(0.1)) await runner.rollbackTransaction();
      else {
        await runner.commitTransaction();
        this.#changes += changes;
      }
      await runner.release();
      await new Promise((resolve) => setTimeout(resolve, random.below(20)));
    }
  }

  #check(records: Awaited<ReturnType<typeof readTopic>>, rows: readonly Entry[]): Summary {
    const history = new CapturedHistory(this.#stage.faults.has('lost slot'));
    for (const record of records) history.take(record);
    history.compareWith(rows);
    const { faults, fenced } = this.#stage;
    promise(
      !faults.has('suspend') || fenced > 0,
      'a capture suspended beyond its lease is fenced',
      () => 'none said so',
    );
    return {
      ...Object.fromEntries([...faults].toSorted()),
      'times fenced': fenced,
      'changes committed': this.#changes,
      'records published': records.length,
      'left out as repeated': history.repeated,
    };
  }
}
