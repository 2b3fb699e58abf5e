import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startPostgres, type RunningPostgres } from '@headwater/testkit/postgres';
import type { DataSource } from 'typeorm';
import { openDatabase } from '../../fixtures/open-database.ts';
import { until } from '../../fixtures/until.ts';
import { type SqlExecutor } from '../database/index.ts';
import { EventStore, type DomainEvent, type RecordedEvent } from '../event-store/index.ts';
import {
  ProjectionError,
  ProjectionHost,
  ProjectionsOperator,
  type Projection,
  type ProjectionHostOptions,
} from './index.ts';

/** For a busy machine. */
const PATIENCE = { timeoutMs: 60_000 };

type Moved = DomainEvent<'Moved', { amount: number }>;

/** Balances by account, and how many events made them. */
function balances(overrides: Partial<Projection<Moved>> = {}): Projection<Moved> {
  return {
    name: 'balances',
    version: 1,
    tables: ['balances'],
    eventTypes: ['Moved'],
    createTables: (sql) =>
      sql.query('CREATE TABLE balances (account text PRIMARY KEY, balance int NOT NULL, events int NOT NULL)'),
    apply: addUp,
    ...overrides,
  };
}

async function addUp(transaction: SqlExecutor, events: readonly RecordedEvent<Moved>[]): Promise<void> {
  await transaction.query(
    `INSERT INTO balances AS b (account, balance, events)
     SELECT account, sum(amount), count(*) FROM unnest($1::text[], $2::int[]) AS e (account, amount) GROUP BY account
     ON CONFLICT (account) DO UPDATE SET balance = b.balance + excluded.balance, events = b.events + excluded.events`,
    [events.map(({ streamId }) => streamId), events.map(({ data }) => data.amount)],
  );
}

let postgres: RunningPostgres;
let dataSource: DataSource;
let store: EventStore;
let operator: ProjectionsOperator;
let url: string;
let databases = 0;
const hosts: ProjectionHost[] = [];

beforeAll(async () => {
  postgres = await startPostgres();
});

beforeEach(async () => {
  url = await postgres.createDatabase(`projections_${(databases += 1)}`);
  dataSource = await openDatabase(url);
  store = new EventStore(dataSource);
  operator = new ProjectionsOperator(dataSource);
});

afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.stop()));
  await dataSource.destroy();
});

afterAll(() => postgres.close());

function start(projection: Projection<Moved>, options: ProjectionHostOptions = {}): ProjectionHost {
  const host = new ProjectionHost(dataSource, store, [projection], {
    pollMs: 100,
    maxBackoffMs: 50,
    ...options,
  });
  hosts.push(host);
  host.start();
  return host;
}

function move(account: string, amount: number): ReturnType<EventStore['append']> {
  return store.append({ streamId: account, events: [{ type: 'Moved', data: { amount } }] });
}

async function balanceOf(account: string): Promise<number | undefined> {
  const rows = await dataSource.query<{ balance: number }[]>('SELECT balance FROM balances WHERE account = $1', [
    account,
  ]);
  return rows[0]?.balance;
}

async function status(): Promise<Awaited<ReturnType<ProjectionsOperator['status']>>[number] | undefined> {
  return (await operator.status())[0];
}

async function isRebuilt(): Promise<boolean> {
  const now = await status();
  return now !== undefined && now.rebuild === undefined && now.rebuiltAt !== undefined;
}

describe('a projection', () => {
  it('applies what was stored before it and what comes after, and lets a writer read what it wrote', async () => {
    await move('a', 5);
    const host = start(balances());
    const { globalPosition } = await move('a', 7);
    await host.waitForPosition('balances', globalPosition, PATIENCE);
    expect(await balanceOf('a')).toBe(12);
    expect(await status()).toMatchObject({ name: 'balances', version: 1, behindEvents: 0, behindMs: 0 });
  });

  it('has its tables once it has begun, and does not wait for ever for one that cannot be made', async () => {
    await start(balances()).begun(PATIENCE);
    expect(await balanceOf('a')).toBeUndefined();
    const cannot = {
      name: 'broken',
      createTables: (sql: SqlExecutor): Promise<void> => sql.query('CREATE TABLE broken ('),
    };
    await start(balances(cannot)).begun({ timeoutMs: 50 });
    expect((await operator.status()).map(({ name }) => name)).toEqual(['balances']);
  });

  it('goes past events of other types', async () => {
    const host = start(balances());
    await move('a', 5);
    const other = await store.append({ streamId: 'a', events: [{ type: 'Renamed', data: {} }] });
    await host.waitForPosition('balances', other.globalPosition, PATIENCE);
    expect(await balanceOf('a')).toBe(5);
  });

  it('lets another process of the service wait for it, and says when a position is not reached', async () => {
    start(balances());
    const elsewhere = new ProjectionHost(dataSource, store, []);
    const { globalPosition } = await move('a', 1);
    await until(async () => (await status()) !== undefined);
    await elsewhere.waitForPosition('balances', globalPosition, PATIENCE);
    const never = { transactionId: 2n ** 60n, position: 1n };
    await expect(elsewhere.waitForPosition('balances', never, { timeoutMs: 20 })).rejects.toMatchObject({
      code: 'POSITION_NOT_REACHED',
      retriable: true,
    });
    await expect(elsewhere.waitForPosition('totals', globalPosition)).rejects.toMatchObject({
      code: 'UNKNOWN_PROJECTION',
    });
  });

  it('stands still in front of an event that fails, says which, and goes on when it passes', async () => {
    for (let amount = 1; amount <= 20; amount += 1) await move('a', amount);
    let broken = true;
    const projection = balances({
      apply: async (transaction, events) => {
        await addUp(transaction, events);
        if (broken && events.some(({ data }) => data.amount === 13)) throw new TypeError('13 is not lucky');
      },
    });
    const host = start(projection);
    await until(async () => (await status())?.failure !== undefined);
    expect(await balanceOf('a')).toBe((12 * 13) / 2);
    const stopped = (await status())!;
    const { events } = await store.readStream('a');
    expect(stopped.failure).toMatchObject({ eventId: events[12]!.eventId, reason: '13 is not lucky' });
    expect(stopped.behindEvents).toBe(8);

    broken = false;
    await host.waitForPosition('balances', events.at(-1)!.globalPosition, PATIENCE);
    expect(await balanceOf('a')).toBe(210);
    expect((await status())!.failure).toBeUndefined();
  });

  it('is kept up to date by one process, and by another when that one ends', async () => {
    const applied: string[] = [];
    const observed = (host: string): ProjectionHostOptions => ({
      observer: { applied: () => applied.push(host) },
    });
    const first = start(balances(), observed('first'));
    await first.waitForPosition('balances', (await move('a', 1)).globalPosition, PATIENCE);
    const second = start(balances(), observed('second'));
    await second.waitForPosition('balances', (await move('a', 1)).globalPosition, PATIENCE);
    // Who waits may see the commit before the host has its answer.
    await until(() => applied.length === 2);
    expect(applied).toEqual(['first', 'first']);
    await first.stop();
    await second.waitForPosition('balances', (await move('a', 1)).globalPosition, PATIENCE);
    await until(() => applied.length === 3);
    expect(applied).toEqual(['first', 'first', 'second']);
    expect(await balanceOf('a')).toBe(3);
  });

  it('goes on after its connections were lost', async () => {
    let lost = 0;
    const host = start(balances(), { observer: { disconnected: () => (lost += 1) } });
    await host.waitForPosition('balances', (await move('a', 1)).globalPosition, PATIENCE);
    const other = await openDatabase(url);
    await other.query('SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE pid <> pg_backend_pid()');
    const late = await new EventStore(other).append({
      streamId: 'a',
      events: [{ type: 'Moved', data: { amount: 2 } }],
    });
    await new ProjectionHost(other, store, []).waitForPosition('balances', late.globalPosition, PATIENCE);
    await other.destroy();
    await until(() => lost > 0);
    expect(await balanceOf('a')).toBe(3);
  });

  it('says that its connection was lost, also when it only stood by', async () => {
    const first = start(balances());
    await first.waitForPosition('balances', (await move('a', 1)).globalPosition, PATIENCE);
    let lost = 0;
    start(balances(), { observer: { disconnected: () => (lost += 1) } });
    const standingBy = `FROM pg_stat_activity WHERE query LIKE 'SELECT pg_try_advisory_lock%' AND state = 'idle'`;
    await until(async () => (await dataSource.query<unknown[]>(`SELECT ${standingBy}`)).length === 1);
    await dataSource.query(`SELECT pg_terminate_backend(pid) ${standingBy}`);
    await until(() => lost === 1);
  });
});

describe('a rebuild', () => {
  it('replaces the tables while the old ones are read and written, when the version is raised', async () => {
    const old = start(balances());
    let written = 0;
    const write = async (): Promise<void> => {
      await move('a', 1);
      written += 1;
    };
    for (let count = 0; count < 30; count += 1) await write();
    const doubled = balances({
      version: 2,
      apply: async (transaction, events) => {
        const twice = events.map((event) => ({ ...event, data: { amount: event.data.amount * 2 } }));
        await addUp(transaction, twice);
      },
    });
    await old.waitForPosition('balances', (await store.readStream('a')).events[29]!.globalPosition, PATIENCE);
    let writing = true;
    const seen: number[] = [];
    const reading = (async () => {
      while (writing) {
        await write();
        seen.push((await balanceOf('a'))!);
      }
    })();
    const next = start(doubled, { maxRebuildBatchEvents: 20 });
    await until(isRebuilt);
    writing = false;
    await reading;
    await next.waitForPosition('balances', (await store.readStream('a')).events.at(-1)!.globalPosition, PATIENCE);
    expect(await balanceOf('a')).toBe(written * 2);
    // Old values, then doubled ones: never a table that is missing, empty or half full.
    expect(seen).toEqual(seen.toSorted((one, other) => one - other));
    expect(await status()).toMatchObject({ version: 2, behindEvents: 0 });
    expect(await schemas()).toEqual([]);
  });

  it('is asked for by an operator, shows its progress, and is resumed where a process left it', async () => {
    for (let count = 0; count < 10; count += 1) await move('a', 1);
    const gate = Promise.withResolvers<undefined>();
    let rebuilding = false;
    const slow = balances({
      apply: async (transaction, events) => {
        if (rebuilding && events.some(({ version }) => version === 7)) await gate.promise;
        await addUp(transaction, events);
      },
    });
    const resumptions: boolean[] = [];
    const options: ProjectionHostOptions = {
      maxRebuildBatchEvents: 2,
      observer: { rebuildStarted: (_, __, resumed) => resumptions.push(resumed) },
    };
    const first = start(slow, options);
    await until(async () => (await balanceOf('a').catch(() => undefined)) === 10);
    await dataSource.query('UPDATE balances SET balance = 999');
    rebuilding = true;
    await operator.requestRebuild('balances');
    await until(async () => (await status())!.rebuild?.events === 6);
    expect((await status())!.rebuild).toMatchObject({ state: 'running', version: 1, totalEvents: 10 });
    expect(await balanceOf('a')).toBe(999);

    // The page under way fails, as its transaction would when the process is killed.
    const stopped = first.stop();
    gate.reject(new Error('killed'));
    await stopped;
    rebuilding = false;
    start(slow, options);
    await until(isRebuilt);
    expect(resumptions).toEqual([false, true]);
    expect(await balanceOf('a')).toBe(10);
  });

  it('refuses what it cannot do, and says what to do', async () => {
    await expect(operator.requestRebuild('totals')).rejects.toThrow(ProjectionError);
    const host = start(balances());
    await host.waitForPosition('balances', (await move('a', 1)).globalPosition, PATIENCE);
    await dataSource.query('CREATE VIEW rich AS SELECT * FROM balances WHERE balance > 1000');
    const delays: unknown[] = [];
    start(balances({ version: 2 }), { observer: { rebuildDelayed: (_, error) => delays.push(error) } });
    await until(() => delays.length > 0);
    expect(delays[0]).toMatchObject({ code: 'TABLES_IN_USE' });
    expect(String(delays[0])).toContain('view rich depends on table balances');
    expect(await balanceOf('a')).toBe(1);
    await dataSource.query('DROP VIEW rich');
    await until(isRebuilt);
    expect(await status()).toMatchObject({ version: 2 });
  });

  it.each([
    ['a name that is no name', { name: 'My balances' }, /name is of lower-case/],
    ['no table', { tables: [] }, /names no table/],
    ['a table with a schema', { tables: ['public.balances'] }, /plain name without a schema/],
    ['a version that is none', { version: 0 }, /whole number from 1/],
  ])('is refused with %s', (_, overrides, message) => {
    expect(() => new ProjectionHost(dataSource, store, [balances(overrides)])).toThrow(message);
  });

  it('sees every event once, under writers that commit in any order, hosts that come and go, and rebuilds', async () => {
    let writing = true;
    const accounts = ['a', 'b', 'c', 'd'];
    const writers = Array.from({ length: 6 }, async (_, writer) => {
      for (let turn = 0; turn < 40; turn += 1) {
        const streamId = accounts[randomInt(accounts.length)]!;
        const undone = randomInt(5) === 0;
        if (writer % 2 === 0) await move(streamId, 1);
        else
          await dataSource
            .transaction(async (transaction) => {
              await store.appendWithin(transaction, { streamId, events: [{ type: 'Moved', data: { amount: 1 } }] });
              await delay(randomInt(10));
              if (undone) throw new Error('undone');
            })
            .catch((error: unknown) => {
              if (!undone) throw error;
            });
      }
    });
    const coming = (async () => {
      let version = 1;
      while (writing) {
        if (randomInt(3) === 0) version += 1;
        const host = start(balances({ version }), { maxBatchEvents: 7, maxRebuildBatchEvents: 11 });
        await delay(randomInt(150));
        if (randomInt(3) === 0) await operator.requestRebuild('balances').catch(() => undefined);
        await delay(randomInt(100));
        await host.stop();
      }
      return version;
    })();
    await Promise.all(writers);
    writing = false;
    const version = (await coming) + 1;
    start(balances({ version }));
    // Tables of an earlier version may be at the end of the log already.
    await until(async () => (await isRebuilt()) && (await status())!.version === version);
    const counted = await dataSource.query<unknown[]>(
      'SELECT stream_id AS account, count(*)::int AS balance, count(*)::int AS events FROM events GROUP BY 1 ORDER BY 1',
    );
    expect(await dataSource.query('SELECT * FROM balances ORDER BY account')).toEqual(counted);
    expect(await schemas()).toEqual([]);
  });
});

async function schemas(): Promise<unknown[]> {
  return dataSource.query<unknown[]>(`SELECT nspname FROM pg_namespace WHERE nspname LIKE 'projection\\_%'`);
}
