import {
  Outbox,
  eventStoreMigrations,
  outboxMigrations,
  outboxSlotOf,
  type OutboxMessage,
} from '@headwater/event-sourcing';
import { DataSource } from 'typeorm';
import type { Drill, DrillRun, Summary } from '../drill.ts';
import type { Random } from '../random.ts';
import { promise } from '../violation.ts';
import { RELAYED_TOPIC } from './names.ts';
import { Stage } from './stage.ts';
import { createTopic, readTopic, type TopicRecord } from './topic-records.ts';

const WRITERS = 4;
const AGGREGATES_OF_A_WRITER = 5;
const STANDARD_ROUNDS = 20;

export const relayDrill: Drill = {
  name: 'relay',
  about:
    'two relays of the outbox at once, of either form: killed, suspended, cut off, without a broker, without a slot',
  details: `Writers commit messages of twenty aggregates into an outbox, or roll them back, while two relays publish them to the bundled
broker. Each round something goes wrong: a relay is killed (SIGKILL) or suspended beyond its lease and resumed, all connections to
PostgreSQL are cut, the broker is killed and comes back, the slot is dropped under the relay that reads the write-ahead log, or the
other form of relay takes over. Publishing goes on each time. At the end every committed message is in the topic, none that was rolled
back, and a reader that leaves out repeated ids sees the messages of each aggregate in order.`,
  options: [
    { name: 'rounds', standard: STANDARD_ROUNDS, about: 'faults, one after another' },
    { name: 'away-ms', standard: 1000, about: 'how long the broker is away' },
  ],
  run: async (run) => {
    const stage = await Stage.open(run);
    try {
      return await new RelayDrill(run, stage).run();
    } finally {
      await stage.close();
    }
  },
};

class RelayDrill {
  readonly #run: DrillRun;
  readonly #stage: Stage;
  readonly #ending = new AbortController();
  #form: 'table' | 'wal' = 'wal';

  constructor(run: DrillRun, stage: Stage) {
    this.#run = run;
    this.#stage = stage;
  }

  async run(): Promise<Summary> {
    const { kafka, url, random } = this.#stage;
    await createTopic(kafka.bootstrapServers, RELAYED_TOPIC, 3);
    const dataSource = new DataSource({
      type: 'postgres',
      url,
      migrations: [...eventStoreMigrations, ...outboxMigrations],
      // Spared when the workers' connections are cut, so that writers know what they have committed.
      applicationName: 'drill',
    });
    await dataSource.initialize();
    await dataSource.runMigrations({ transaction: 'each' });
    await this.#stage.startWorkers({ kind: this.#form });
    const writers = Array.from({ length: WRITERS }, (_, writer) => this.#write(dataSource, writer, random.fork()));
    const written = Promise.all(writers);
    await Promise.race([this.#rounds(dataSource), written]);
    this.#ending.abort();
    const counts = new Map((await written).flatMap((aggregates) => [...aggregates]));
    const outbox = new Outbox(dataSource);
    await this.#stage.until('messages wait', async () => (await outbox.state()).pendingMessages === 0);
    await this.#stage.retireAll();
    await dataSource.destroy();
    const records = await readTopic(kafka.bootstrapServers, RELAYED_TOPIC);
    return this.#check(records, counts);
  }

  async #rounds(dataSource: DataSource): Promise<void> {
    const { random } = this.#stage;
    await this.#stage.advance('at first');
    // Every kind once, then at random.
    const kinds = ['suspend', ...random.shuffle(['kill', 'cut', 'broker away', 'lost slot', 'other form'])];
    const rounds = this.#run.numbers['rounds'] ?? STANDARD_ROUNDS;
    for (let round = 0; round < rounds; round++) {
      const kind = kinds[round] ?? random.pick(kinds);
      if (kind === 'lost slot' && this.#form === 'wal') await this.#loseSlot(dataSource);
      else if (kind === 'lost slot' || kind === 'other form') await this.#changeForm();
      else await this.#stage.strike(kind);
    }
  }

  /** As a server does that has no more room for its log; the relay finds what is pending in the table. */
  async #loseSlot(dataSource: DataSource): Promise<void> {
    const slot = outboxSlotOf(dataSource);
    this.#count('lost slot');
    const takeovers = (): number => this.#stage.workers.reduce((sum, { counts }) => sum + counts.takeover, 0);
    const before = takeovers();
    await this.#stage.until('the slot could not be dropped', async () => {
      await dataSource.query('SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = $1', [
        slot,
      ]);
      const drop = dataSource.query('SELECT pg_drop_replication_slot($1)', [slot]);
      return drop.then(
        () => true,
        () => false,
      );
    });
    await this.#stage.until('no relay said that the slot was lost', () => takeovers() > before);
    await this.#stage.advance('after a lost slot');
  }

  async #changeForm(): Promise<void> {
    this.#form = this.#form === 'wal' ? 'table' : 'wal';
    this.#count(`to the form '${this.#form}'`);
    await this.#stage.startWorkers({ kind: this.#form });
    await this.#stage.advance('by the other form');
  }

  #count(fault: string): void {
    this.#stage.faults.set(fault, (this.#stage.faults.get(fault) ?? 0) + 1);
  }

  /** @returns how many messages of each aggregate were committed */
  async #write(dataSource: DataSource, writer: number, random: Random): Promise<Map<string, number>> {
    const outbox = new Outbox(dataSource);
    const counts = new Map<string, number>();
    while (!this.#ending.signal.aborted) {
      const isRolledBack = random.chance(0.1);
      const next = new Map(counts);
      const messages = Array.from({ length: random.magnitude(20) }, (): OutboxMessage => {
        const id = `${writer}-${random.below(AGGREGATES_OF_A_WRITER)}`;
        const number = next.get(id) ?? 0;
        next.set(id, number + 1);
        const payload = Buffer.from(isRolledBack ? 'rolled back' : String(number));
        return { aggregate: { type: 'drill', id }, topic: RELAYED_TOPIC, key: id, type: 'Counted', payload };
      });
      const runner = dataSource.createQueryRunner();
      await runner.startTransaction();
      await outbox.publish(runner.manager, messages);
      if (isRolledBack) await runner.rollbackTransaction();
      else await runner.commitTransaction();
      await runner.release();
      if (!isRolledBack) for (const [id, count] of next) counts.set(id, count);
      await new Promise((resolve) => setTimeout(resolve, random.below(20)));
    }
    return counts;
  }

  #check(records: readonly TopicRecord[], counts: ReadonlyMap<string, number>): Summary {
    const seen = new Set<string>();
    const next = new Map<string, number>();
    for (const { key, value, messageId, partition, offset } of records) {
      promise(messageId !== undefined, 'each record has its id', () => `${partition}/${offset} has none`);
      if (seen.has(messageId)) continue;
      seen.add(messageId);
      const expected = next.get(key!) ?? 0;
      const found = `${partition}/${offset}: aggregate ${key} has ${value} where ${expected} comes next`;
      promise(
        value === String(expected),
        'messages of an aggregate come in order, none left out or made up',
        () => found,
      );
      next.set(key!, expected + 1);
    }
    for (const [id, count] of counts) {
      const missing = `aggregate ${id}: ${next.get(id) ?? 0} of ${count} are in the topic`;
      promise((next.get(id) ?? 0) === count, 'nothing that was committed is lost', () => missing);
    }
    const { faults, fenced } = this.#stage;
    promise(!faults.has('suspend') || fenced > 0, 'a relay suspended beyond its lease is fenced', () => 'none said so');
    return {
      ...Object.fromEntries([...faults].toSorted()),
      'times fenced': fenced,
      'messages published': seen.size,
      'repeated under the same id': records.length - seen.size,
    };
  }
}
