/** Sharing and capturing, on this broker and on Apache Kafka. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, jest } from '@jest/globals';
import { topics, type TransactionChange } from '@headwater/contracts';
import { type RunningService } from '@headwater/service-kit';
import { TopicReader, type ReadMessage } from '@headwater/testkit';
import { describeOnEveryEngine } from '@headwater/testkit/engines';
import {
  ConnectStage,
  Ledger,
  outgoingPence,
  penceOf,
  persist,
  request,
  startPostgres,
  until,
  type RunningPostgres,
} from '../fixtures/connect-stage.ts';

// Workers join and leave, on a machine that may be busy with other suites.
jest.setTimeout(180_000);

let postgres: RunningPostgres;

beforeAll(async () => {
  postgres = await startPostgres();
});

afterAll(async () => {
  await postgres.close();
});

describeOnEveryEngine(
  'connect',
  (engine) => {
    let stage: ConnectStage;
    let worker: RunningService;
    let ledger: Ledger;
    let reader: TopicReader;

    beforeEach(async () => {
      stage = new ConnectStage(engine);
      [worker, ledger] = await Promise.all([stage.worker(), Ledger.open(postgres)]);
      await stage.ready(worker);
      reader = await TopicReader.start(engine, [topics.bankTransactions]);
    });

    afterEach(async () => {
      await stage[Symbol.asyncDispose]();
      await reader.close();
      await ledger[Symbol.asyncDispose]();
    });

    const ours = ({ value }: ReadMessage<TransactionChange>): boolean => value.source.name === ledger.name;
    const captured = (count: number): Promise<ReadMessage<TransactionChange>[]> =>
      reader.take(topics.bankTransactions, ours, count);
    /** Each task's worker, by connector. */
    const placesFrom = async (url: string): Promise<Record<string, string>> => {
      const { status: code, body } = await request(url, 'GET', '/connectors?expand=status');
      // A worker that has just been started does not know its connectors yet.
      if (code !== 200) return {};
      const statuses = Object.entries(body as Record<string, { status: { tasks: Record<string, string>[] } }>);
      return Object.fromEntries(
        statuses.map(([name, { status }]) => {
          const [task] = status.tasks;
          return [name, task?.['state'] === 'RUNNING' ? task['worker_id']! : (task?.['state'] ?? 'none')];
        }),
      );
    };

    it('captures what is there and what comes, as Avro by the contract, keyed by account, to the penny', async () => {
      await ledger.pay(50);
      const created = await persist(worker.url, 'POST', '/connectors', ledger.connector('bank'));
      expect(created.status).toBe(201);
      await captured(100);
      await ledger.pay(70);
      const { count, outgoing } = await ledger.rows();
      const rows = await captured(count);
      expect(rows.map(({ value }) => value.op).sort()).toEqual([
        ...Array<string>(140).fill('c'),
        ...Array<string>(100).fill('r'),
      ]);
      for (const { key, value } of rows) expect(key).toBe(value.after!.account_id);
      expect(outgoingPence(rows.map(({ value }) => value.after!.amount))).toBe(penceOf(outgoing));
      expect(rows[0]!.value.after).toMatchObject({ currency: 'GBP', booked_at: '2020-01-15T12:00:00.000000Z' });
      const last = rows.find(({ value }) => value.op === 'c')!.value;
      expect(last.source).toMatchObject({ connector: 'postgresql', table: 'transactions', snapshot: 'false' });
      // A task that begins anew goes on from the slot: nothing is read from the beginning again.
      await persist(worker.url, 'POST', '/connectors/bank/tasks/0/restart');
      await ledger.pay(1);
      const after = await captured(count + 2);
      expect(after.filter(({ value }) => value.op === 'r')).toHaveLength(100);
      expect(after).toHaveLength(count + 2);
    });

    it('shares tasks among workers, and those of one that leaves go on elsewhere', async () => {
      const names = ['one', 'two', 'three', 'four'];
      const ledgers = await Promise.all(names.map(() => Ledger.open(postgres)));
      for (const [index, name] of names.entries())
        await persist(worker.url, 'POST', '/connectors', ledgers[index]!.connector(name));
      const isRunning = (places: Record<string, string>, workers: number): boolean =>
        Object.keys(places).length === 4 &&
        Object.values(places).every((place) => place.includes(':')) &&
        new Set(Object.values(places)).size === workers;
      await until(async () => isRunning(await placesFrom(worker.url), 1));
      const second = await stage.worker();
      await until(async () => isRunning(await placesFrom(second.url), 2));
      const places = Object.values(await placesFrom(second.url));
      expect(places.filter((place) => place === new URL(second.url).host)).toHaveLength(2);
      // Whichever of them leads, the other passes a change on to it.
      for (const url of [worker.url, second.url]) {
        const answer = await persist(url, 'PUT', '/connectors/one/config', ledgers[0]!.connector('one').config);
        expect(answer.status).toBe(200);
        expect(answer.body).toMatchObject({ name: 'one', tasks: [{ connector: 'one', task: 0 }] });
      }
      await stage.end(worker);
      await until(async () => isRunning(await placesFrom(second.url), 1));
      await Promise.all(ledgers.map((each) => each.pay(5)));
      const all = new Set(ledgers.map(({ name }) => name));
      const isOfThese = ({ value }: ReadMessage<TransactionChange>): boolean => all.has(value.source.name);
      expect(await reader.take(topics.bankTransactions, isOfThese, 40)).toHaveLength(40);
      await stage.end(second);
      await Promise.all(ledgers.map((each) => each[Symbol.asyncDispose]()));
    });
  },
  { own: true },
);
