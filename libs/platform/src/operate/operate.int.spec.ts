import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  EventStore,
  eventStoreMigrations,
  Outbox,
  outboxMigrations,
  outboxSlotOf,
  ProjectionHost,
  projectionMigrations,
  WalOutboxRelay,
  walRelayState,
  type Projection,
} from '@headwater/event-sourcing';
import { startPostgres, type RunningPostgres } from '@headwater/testkit/postgres';
import { DataSource } from 'typeorm';
import { runOutboxCommand } from './outbox/outbox-command.ts';
import { runProjectionsCommand } from './projections/projections-command.ts';
import { type CommandLine } from './run-operator.ts';

jest.setTimeout(120_000);

let postgres: RunningPostgres;
let url: string;
let dataSource: DataSource;

beforeAll(async () => {
  postgres = await startPostgres();
  url = await postgres.createDatabase('shop');
  dataSource = new DataSource({
    type: 'postgres',
    url,
    migrations: [...eventStoreMigrations, ...outboxMigrations, ...projectionMigrations],
    poolErrorHandler: () => undefined,
  });
  await dataSource.initialize();
  await dataSource.runMigrations({ transaction: 'each' });
});

afterAll(async () => {
  await dataSource.destroy();
  await postgres.close();
});

async function run(
  command: (line: CommandLine) => Promise<number>,
  ...args: string[]
): Promise<{ code: number; output: string; errors: string }> {
  const written = { output: '', errors: '' };
  const code = await command({
    root: '/nowhere',
    args,
    environment: { DATABASE_URL: url },
    output: { write: (text) => (written.output += text) },
    errors: { write: (text) => (written.errors += text) },
  });
  return { code, ...written };
}

const outboxCommand = (...args: string[]) => run(runOutboxCommand, ...args);
const projectionsCommand = (...args: string[]) => run(runProjectionsCommand, ...args);

describe('npm run outbox', () => {
  it('shows what waits and what is held, and lets it go on', async () => {
    const outbox = new Outbox(dataSource);
    const message = (id: string) => ({
      aggregate: { type: 'order', id },
      topic: 'orders',
      key: id,
      type: 'OrderPlaced',
      payload: Buffer.from('x'),
    });
    await outbox.publish(dataSource, ['1', '2', '2', '3'].map(message));
    const die = `UPDATE outbox SET dead_at = clock_timestamp(), last_error = 'too large' WHERE seq = `;
    await dataSource.query(`${die} (SELECT min(seq) FROM outbox WHERE aggregate_id = '2')`);
    await dataSource.query(`${die} (SELECT min(seq) FROM outbox WHERE aggregate_id = '3')`);

    const status = await outboxCommand('status');
    expect(status.output).toMatch(/^database +waiting +oldest +held aggregates +held messages\nshop +2 +.+ 2 +2\n/);
    expect(status.output).toMatch(/shop +order\/2 +orders +OrderPlaced +1 .+too large/);
    const json = JSON.parse((await outboxCommand('status', '--json')).output) as unknown;
    expect(json).toMatchObject([{ database: 'shop', heldAggregates: 2, held: [{ aggregate: { id: '2' } }, {}] }]);

    expect(await outboxCommand('retry', 'order/9')).toMatchObject({
      code: 1,
      errors: expect.stringMatching(/not held/),
    });
    expect(await outboxCommand('retry')).toMatchObject({ code: 1, errors: expect.stringMatching(/needs TYPE\/ID/) });
    expect((await outboxCommand('retry', 'order/2')).output).toMatch(/order\/2 goes on, 1 messages follow/);
    expect((await outboxCommand('skip', '--all')).output).toMatch(/order\/3 goes on, 0 messages follow/);
    expect(await outbox.state()).toMatchObject({ pendingMessages: 3, heldAggregates: 0 });
  });

  it.each([
    [['explode'], /no command 'explode'/],
    [['status', '--colour'], /Unknown option '--colour'; see --help/],
    [['status', '--url', 'here'], /postgres:\/\/user@host\/name/],
    [
      ['status', '--url', 'postgres://nobody@127.0.0.1:1/x'],
      /Database x on 127.0.0.1:1 cannot be opened: .*ECONNREFUSED/,
    ],
    [['status', '--database', 'bank'], /no database bank; there is shop/],
  ])('says what is wrong with %j', async (args, message) => {
    const { code, errors } = await outboxCommand(...args);
    expect([code, errors.trimEnd().split('\n').length]).toEqual([1, 1]);
    expect(errors).toMatch(message);
  });

  it('shows the slot of a relay from the write-ahead log, and drops it when nobody reads from it', async () => {
    const relay = new WalOutboxRelay(dataSource, { publish: () => Promise.resolve() }, { retryMs: 20 });
    relay.start();
    while (relay.status().replication.state !== 'streaming') await delay(10);
    const slot = outboxSlotOf(dataSource);
    expect((await outboxCommand('status')).output).toMatch(new RegExp(`${slot} +reads +reserved`));
    expect((await outboxCommand('drop-slot', slot)).errors).toContain('stop it first');
    await relay.stop();
    // The server notices a moment later that nobody reads any more.
    while ((await walRelayState(dataSource)).some(({ active }) => active)) await delay(10);
    expect((await outboxCommand('status')).output).toMatch(new RegExp(`${slot} +NOBODY READS`));
    expect((await outboxCommand('drop-slot', slot)).output).toContain('is dropped');
    expect((await outboxCommand('status')).output).not.toContain(slot);
    expect(await outboxCommand('drop-slot', slot)).toMatchObject({ code: 1 });
  });

  it('explains itself', async () => {
    expect((await outboxCommand()).output).toMatch(/^What waits[^]+skip TYPE\/ID/);
  });
});

describe('npm run projections', () => {
  it('shows how far the read models are, and rebuilds one', async () => {
    const store = new EventStore(dataSource);
    const sales: Projection = {
      name: 'sales',
      version: 3,
      tables: ['sales'],
      createTables: (sql) => sql.query('CREATE TABLE sales (day date, count int)'),
      apply: () => Promise.resolve(),
    };
    const host = new ProjectionHost(dataSource, store, [sales]);
    host.start();
    try {
      const { globalPosition } = await store.append({ streamId: 'a', events: [{ type: 'Sold', data: 1 }] });
      await host.waitForPosition('sales', globalPosition, { timeoutMs: 60_000 });
      expect((await projectionsCommand('status')).output).toMatch(/\nshop +sales +3 +0 +- +up\n/);
      expect((await projectionsCommand('rebuild', 'sales')).output).toMatch(/sales was rebuilt in/);
      const json = JSON.parse((await projectionsCommand('status', '--json')).output) as unknown;
      expect(json).toMatchObject([{ database: 'shop', name: 'sales', rebuiltAt: expect.any(String) }]);
      expect(await projectionsCommand('rebuild', 'sails')).toMatchObject({
        code: 1,
        errors: expect.stringMatching(/no projection sails on this database; there is: sales/),
      });
    } finally {
      await host.stop();
    }
  });
});
