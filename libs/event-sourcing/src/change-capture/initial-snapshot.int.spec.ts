/** Where the snapshot ends and the stream begins, while transactions end just there. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startPostgres, type RunningPostgres } from '@headwater/testkit/postgres';
import { DataSource } from 'typeorm';
import { AbsentStandby } from '../../fixtures/absent-standby.ts';
import { RecordingChangePublisher } from '../../fixtures/recording-change-publisher.ts';
import { until } from '../../fixtures/until.ts';
import { ChangeCapture, changeCaptureMigrations } from './index.ts';

const INSERT = 'INSERT INTO entries (account) VALUES ($1)';

let postgres: RunningPostgres;
let dataSource: DataSource;
let url: string;
let publisher: RecordingChangePublisher;
let capture: ChangeCapture;
let databases = 0;

beforeAll(async () => {
  postgres = await startPostgres();
});

beforeEach(async () => {
  databases += 1;
  url = await postgres.createDatabase(`seam_${databases}`);
  dataSource = new DataSource({ type: 'postgres', url, migrations: changeCaptureMigrations });
  await dataSource.initialize();
  await dataSource.runMigrations();
  await dataSource.query(
    'CREATE TABLE entries (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, account text NOT NULL)',
  );
  await dataSource.query('ALTER TABLE entries REPLICA IDENTITY FULL');
  await dataSource.query(INSERT, ['first']);
  publisher = new RecordingChangePublisher();
  capture = new ChangeCapture(publisher, {
    connection: { connectionString: url },
    name: `seam_${databases}`,
    tables: [{ table: 'entries', topic: 'entries', key: 'account' }],
  });
});

afterEach(async () => {
  await capture.stop();
  await dataSource.destroy();
});

afterAll(async () => {
  await postgres.close();
});

/** A transaction that is open. */
async function begun(account: string) {
  const runner = dataSource.createQueryRunner();
  await runner.startTransaction();
  await runner.query(INSERT, [account]);
  const [row] = await runner.manager.query<{ xid: string }[]>('SELECT pg_current_xact_id()::xid::text AS xid');
  return {
    commit: async () => {
      await runner.commitTransaction();
      await runner.release();
    },
    isWaitedFor: async () => {
      const locks = `SELECT FROM pg_locks WHERE locktype = 'transactionid' AND transactionid = $1 AND NOT granted`;
      return (await dataSource.query<unknown[]>(locks, [row!.xid])).length > 0;
    },
  };
}

/** The slot is made when this transaction ends; others that began meanwhile may go on. */
async function lastOneWaitedFor() {
  const first = await begun('before');
  capture.start();
  await until(first.isWaitedFor);
  const second = await begun('before');
  await first.commit();
  await until(second.isWaitedFor);
  return second;
}

describe('the snapshot of a change capture', () => {
  it('has its rows at places before every change, also of a transaction that ends just after it', async () => {
    const waitedFor = await lastOneWaitedFor();
    const other = await begun('after');
    publisher.before = async () => {
      publisher.before = () => undefined;
      await other.commit();
    };
    await waitedFor.commit();
    await publisher.until(() => publisher.operationsOf('after') === 'c');
    const places = publisher.log.map(({ value }) =>
      (JSON.parse(value!.source['sequence'] as string) as string[]).map(BigInt),
    );
    const [commit, change] = places.pop() as [bigint, bigint];
    expect(places).toHaveLength(3);
    for (const [earlier, place] of places as [bigint, bigint][])
      expect(earlier < commit || (earlier === commit && place < change)).toBe(true);
  });

  it('is read only when others see all of it, too', async () => {
    const standby = await AbsentStandby.of(dataSource);
    const waitedFor = await lastOneWaitedFor();
    const committed: Promise<void>[] = [];
    const sessions = async (what: string): Promise<number> =>
      (await dataSource.query<unknown[]>(`SELECT FROM pg_stat_activity WHERE datname = current_database() AND ${what}`))
        .length;
    try {
      await standby.begin();
      committed.push(standby.commit((transaction) => transaction.query(INSERT, ['unseen'])));
      // It and the standby's own.
      await until(async () => (await sessions(`wait_event = 'SyncRep'`)) === 2);
      await waitedFor.commit();
      await until(async () => (await sessions(`state = 'idle' AND query LIKE 'SELECT pg_current_snapshot%'`)) === 1);
      expect(await dataSource.query(`SELECT FROM entries WHERE account = 'unseen'`)).toEqual([]);
      expect(publisher.log).toEqual([]);
    } finally {
      await standby.end();
    }
    await Promise.all(committed);
    await publisher.until(() => publisher.operationsOf('unseen') === 'r');
    await until(() => capture.status().state === 'streaming');
    expect(publisher.log.map(({ key }) => key)).toEqual(['first', 'before', 'before', 'unseen']);
  });
});
