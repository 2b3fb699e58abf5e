/** What goes wrong around workers: the broker away, the slot lost, a table that is not there yet, and workers that are killed. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { topics, type TransactionChange } from '@headwater/contracts';
import { freePorts, startBroker, TopicReader, type ReadMessage, type RunningBroker } from '@headwater/testkit';
import { describeUnless } from '@headwater/testkit/absence';
import {
  ConnectStage,
  Ledger,
  outgoingPence,
  penceOf,
  persist,
  request,
  startPostgres,
  until,
  workerEnvironment,
  type RunningPostgres,
} from '../fixtures/connect-stage.ts';
import { absenceOfProgram, WorkerProcess } from '../fixtures/worker-process.ts';

// Sessions have to run out, on a machine that may be busy with other suites.
jest.setTimeout(240_000);

const ROUNDS = 2;
/** Between payments, so that workers, broker and reader keep up on a busy machine. */
const PAUSE_MS = 50;
const SEED = Number(process.env['DRILL_SEED'] ?? Date.now() % 2 ** 31);

let dataDir: string;
let broker: RunningBroker;
let postgres: RunningPostgres;
let ledger: Ledger;
let ports: { readonly port: number; readonly registryPort: number };

beforeAll(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'headwater-connect-'));
  const [port = 0, registryPort = 0] = await freePorts(2);
  ports = { port, registryPort };
  [broker, postgres] = await Promise.all([startBroker({ dataDir, ...ports, config: CONFIG }), startPostgres()]);
});

const CONFIG = { 'group.initial.rebalance.delay.ms': '0', 'group.min.session.timeout.ms': '1000' };

afterAll(async () => {
  await Promise.all([broker.close(), postgres.close()]);
  await rm(dataDir, { recursive: true });
});

beforeEach(async () => {
  ledger = await Ledger.open(postgres);
});

afterEach(async () => {
  await ledger[Symbol.asyncDispose]();
});

const isOurs = ({ value }: ReadMessage<TransactionChange>): boolean => value.source.name === ledger.name;

async function task(
  url: string,
  name: string,
): Promise<{ state: string; worker_id: string; trace?: string } | undefined> {
  const { body } = await request(url, 'GET', `/connectors/${name}/status`);
  // A worker that has just been started does not know its connectors yet.
  return (body as { tasks?: { state: string; worker_id: string; trace?: string }[] }).tasks?.[0];
}

describe('a connector', () => {
  let stage: ConnectStage;
  let url: string;

  beforeEach(async () => {
    stage = new ConnectStage(broker);
    const worker = await stage.worker();
    await stage.ready(worker);
    ({ url } = worker);
  });

  afterEach(async () => {
    await stage[Symbol.asyncDispose]();
  });

  it('whose slot is lost is FAILED with a trace that says what to do; others go on, and it begins anew when it is told to', async () => {
    await using other = await Ledger.open(postgres);
    await persist(url, 'POST', '/connectors', ledger.connector('lost'));
    await persist(url, 'POST', '/connectors', other.connector('well'));
    const inStream = async (name: string): Promise<boolean> =>
      JSON.stringify((await request(url, 'GET', `/connectors/${name}/offsets`)).body).includes('"stream"');
    await until(async () => (await inStream('lost')) && (await inStream('well')));
    await persist(url, 'PUT', '/connectors/lost/stop');
    await until(async () =>
      ledger.dropSlot().then(
        () => true,
        () => false,
      ),
    );
    await persist(url, 'PUT', '/connectors/lost/resume');
    await until(async () => (await task(url, 'lost'))?.state === 'FAILED');
    const { trace } = (await task(url, 'lost'))!;
    expect(trace).toContain('[REPLICATION_SLOT_LOST]');
    expect(trace).toContain('DELETE /connectors/lost/offsets');
    expect(await task(url, 'well')).toMatchObject({ state: 'RUNNING' });
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toContain('connect_task_failures_total{connector="lost"} 1');
    await ledger.pay(3);
    await persist(url, 'PUT', '/connectors/lost/stop');
    await until(async () => (await persist(url, 'DELETE', '/connectors/lost/offsets')).status === 200);
    await persist(url, 'PUT', '/connectors/lost/resume');
    await using reader = await TopicReader.start(broker, [topics.bankTransactions]);
    expect(await reader.take(topics.bankTransactions, isOurs, 6)).toHaveLength(6);
    await persist(url, 'DELETE', '/connectors/lost');
    await persist(url, 'DELETE', '/connectors/well');
    await until(async () => (await task(url, 'well').catch(() => undefined)) === undefined);
  });

  it('waits for a table that its owner is about to make', async () => {
    await ledger.db.query('ALTER TABLE transactions RENAME TO later');
    await persist(url, 'POST', '/connectors', ledger.connector('early'));
    await until(async () => (await task(url, 'early'))?.trace?.includes('TABLE_MISSING') === true);
    expect((await task(url, 'early'))!.state).toBe('RESTARTING');
    await ledger.db.query('ALTER TABLE later RENAME TO transactions');
    await until(async () => (await task(url, 'early'))?.state === 'RUNNING');
  });

  it('goes on when the broker comes back, and leaves nothing out', async () => {
    await persist(url, 'POST', '/connectors', ledger.connector('away'));
    await ledger.pay(5);
    await until(async () => (await task(url, 'away'))?.state === 'RUNNING');
    await broker.close();
    await ledger.pay(20);
    broker = await startBroker({ dataDir, ...ports, config: CONFIG });
    await ledger.pay(5);
    await using reader = await TopicReader.start(broker, [topics.bankTransactions]);
    const { count, outgoing } = await ledger.rows();
    const isComplete = (rows: readonly ReadMessage<TransactionChange>[]): boolean => distinct(rows).length === count;
    await until(() => isComplete(reader.seen(topics.bankTransactions, isOurs)));
    const rows = distinct(reader.seen(topics.bankTransactions, isOurs));
    expect(outgoingPence(rows.map(({ after }) => after!.amount))).toBe(penceOf(outgoing));
    await until(async () => (await task(url, 'away'))?.state === 'RUNNING');
  });
});

/** Each row once: one that was published before a crash, and not confirmed, comes again. */
function distinct(messages: readonly ReadMessage<TransactionChange>[]): TransactionChange[] {
  const byRow = new Map<string, TransactionChange>();
  for (const { value } of messages) byRow.set(`${value.after!.transaction_id}|${value.after!.account_id}`, value);
  return [...byRow.values()];
}

describeUnless(absenceOfProgram(), `workers that are killed (seed ${SEED})`, () => {
  it('leave their tasks to others, and no row is missing', async () => {
    process.stdout.write(`connect's drill: DRILL_SEED=${SEED}\n`);
    await using stage = new ConnectStage(broker);
    const environment = {
      ...workerEnvironment(broker, stage.cluster, stage.folder),
      CONNECT_SESSION_TIMEOUT_MS: '8000',
    };
    const random = seeded(SEED);
    const workers: WorkerProcess[] = await Promise.all([
      WorkerProcess.start(environment),
      WorkerProcess.start(environment),
    ]);
    await using reader = await TopicReader.start(broker, [topics.bankTransactions]);
    const connector = ledger.connector('drill', { 'lease.ms': '6000' });
    expect((await persist(workers[0]!.url, 'POST', '/connectors', connector)).status).toBe(201);
    const ending = new AbortController();
    const payments = (async () => {
      while (!ending.signal.aborted) {
        await ledger.pay(1 + Math.floor(random() * 20));
        await delay(PAUSE_MS);
      }
    })();
    try {
      for (let round = 0; round < ROUNDS; round += 1) {
        const [first] = workers;
        await until(async () => (await task(first!.url, 'drill'))?.state === 'RUNNING');
        const before = reader.seen(topics.bankTransactions, isOurs).length;
        const more = random() * 200;
        await until(() => reader.seen(topics.bankTransactions, isOurs).length > before + more);
        const at = (await task(first!.url, 'drill'))!.worker_id;
        const index = workers.findIndex(({ id }) => id === at);
        await workers.splice(Math.max(index, 0), 1)[0]!.kill();
        const survivor = workers[0]!;
        await until(async () => {
          const now = await task(survivor.url, 'drill');
          return now?.state === 'RUNNING' && now.worker_id === survivor.id;
        });
        workers.push(await WorkerProcess.start(environment));
      }
    } finally {
      ending.abort();
      await payments;
    }
    const { count, outgoing } = await ledger.rows();
    await until(() => distinct(reader.seen(topics.bankTransactions, isOurs)).length === count);
    const messages = reader.seen<TransactionChange>(topics.bankTransactions, isOurs);
    expect(outgoingPence(distinct(messages).map(({ after }) => after!.amount))).toBe(penceOf(outgoing));
    expectInOrder(messages);
    await Promise.all(workers.map((worker) => worker[Symbol.asyncDispose]()));
  });
});

/** Within a partition changes come in order of commit but for repetitions: what is new never comes after something newer. */
function expectInOrder(messages: readonly ReadMessage<TransactionChange>[]): void {
  const newest = new Map<number, bigint>();
  const seen = new Set<string>();
  for (const { partition, value } of messages) {
    const id = `${value.after!.transaction_id}|${value.after!.account_id}`;
    const [commit] = JSON.parse(value.source.sequence!) as [string];
    if (!seen.has(id)) expect(BigInt(commit) >= (newest.get(partition) ?? 0n)).toBe(true);
    seen.add(id);
    if (BigInt(commit) > (newest.get(partition) ?? 0n)) newest.set(partition, BigInt(commit));
  }
}

/** Mulberry32. */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
