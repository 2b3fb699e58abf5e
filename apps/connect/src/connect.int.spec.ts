import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { topics, type TransactionChange } from '@headwater/contracts';
import { type RunningService } from '@headwater/service-kit';
import { describeOnEveryEngine } from '@headwater/testkit/engines';
import { TopicReader } from '@headwater/testkit';
import {
  ConnectStage,
  Ledger,
  persist,
  request,
  startPostgres,
  until,
  type RunningPostgres,
} from '../fixtures/connect-stage.ts';

let postgres: RunningPostgres;

beforeAll(async () => {
  postgres = await startPostgres();
});

afterAll(async () => {
  await postgres.close();
});

const penceOf = (amount: string): bigint => BigInt(amount.replace('.', ''));

describeOnEveryEngine(
  'connect',
  (engine) => {
    let stage: ConnectStage;
    let worker: RunningService;
    let ledger: Ledger;
    let reader: TopicReader;
    const stateOf = async (name: string): Promise<string | undefined> => {
      const { body } = await request(worker.url, 'GET', `/connectors/${name}/status`);
      return (body as { tasks: { state: string }[] }).tasks[0]?.state;
    };
    const changes = () =>
      reader.seen<TransactionChange>(topics.bankTransactions, ({ value }) => value.source.name === ledger.name);

    beforeEach(async () => {
      stage = new ConnectStage(engine);
      [worker, ledger] = await Promise.all([stage.worker(), Ledger.open(postgres)]);
      await stage.ready(worker);
      reader = await TopicReader.start(engine, [topics.bankTransactions]);
    });

    afterEach(async () => {
      await stage[Symbol.asyncDispose]();
      await reader[Symbol.asyncDispose]();
      await ledger[Symbol.asyncDispose]();
    });

    it('captures what is there and what comes, as Avro by the contract, keyed by account, to the penny', async () => {
      await ledger.pay(50);
      const created = await persist(worker.url, 'POST', '/connectors', ledger.connector('bank'));
      expect(created.status).toBe(201);
      expect(created.headers.get('location')).toBe('/connectors/bank');
      expect(created.body).toMatchObject({ name: 'bank', type: 'source', tasks: [{ connector: 'bank', task: 0 }] });
      await until(async () => (await stateOf('bank')) === 'RUNNING' && changes().length >= 100);
      await ledger.pay(70);
      const { count, outgoing } = await ledger.rows();
      await until(() => changes().length >= count);
      const rows = changes();
      expect(rows).toHaveLength(count);
      expect(rows.filter(({ value }) => value.op === 'r')).toHaveLength(100);
      expect(rows.filter(({ value }) => value.op === 'c')).toHaveLength(140);
      for (const { key, value } of rows) expect(key).toBe(value.after!.account_id);
      const captured = rows.map(({ value }) => penceOf(value.after!.amount)).filter((pence) => pence < 0n);
      expect(captured.reduce((sum, pence) => sum + pence, 0n)).toBe(penceOf(outgoing));
      expect(rows[0]!.value.after).toMatchObject({ currency: 'GBP', booked_at: '2020-01-15T12:00:00.000000Z' });
      expect(rows.at(-1)!.value.source).toMatchObject({
        connector: 'postgresql',
        table: 'transactions',
        snapshot: 'false',
      });
    });
  },
  { own: true },
);
