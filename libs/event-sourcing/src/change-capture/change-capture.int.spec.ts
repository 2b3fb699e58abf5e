import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startPostgres, type RunningPostgres } from '@headwater/testkit/postgres';
import pg from 'pg';
import { RecordingChangePublisher, rejectingText } from '../../fixtures/recording-change-publisher.ts';
import { until } from '../../fixtures/until.ts';
import {
  ChangeCapture,
  changeCaptureMigrations,
  UNAVAILABLE_VALUE,
  type CaptureOptions,
  type CapturePhase,
} from './index.ts';

let postgres: RunningPostgres;
let db: pg.Client;
let url: string;
let name: string;
let publisher: RecordingChangePublisher;
let databases = 0;
const captures: ChangeCapture[] = [];

beforeAll(async () => {
  postgres = await startPostgres();
});

beforeEach(async () => {
  databases += 1;
  name = `bank_${databases}`;
  url = await postgres.createDatabase(name);
  db = new pg.Client({ connectionString: url });
  await db.connect();
  for (const Migration of changeCaptureMigrations)
    await new Migration().up({ query: (sql: string) => db.query(sql) } as never);
  await db.query(`CREATE TABLE entries (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, account text NOT NULL, amount numeric(20, 4), note text)`);
  await db.query('ALTER TABLE entries REPLICA IDENTITY FULL');
  publisher = new RecordingChangePublisher();
});

afterEach(async () => {
  await Promise.all(captures.splice(0).map((capture) => capture.stop()));
  await until(slotDropped);
  await db.end();
});

afterAll(async () => {
  await postgres.close();
});

/** Drops the slot, once the server has noticed that nobody reads it any more. */
async function slotDropped(): Promise<boolean> {
  await db.query(
    'SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1 AND NOT active',
    [name],
  );
  const { rowCount } = await db.query('SELECT FROM pg_replication_slots WHERE slot_name = $1', [name]);
  return rowCount === 0;
}

function capture(options: Partial<CaptureOptions> = {}, to = publisher): ChangeCapture {
  const made = new ChangeCapture(to, {
    connection: { connectionString: url },
    name,
    tables: [{ table: 'entries', topic: 'entries', key: 'account' }],
    leaseMs: 60_000,
    confirmMs: 20,
    retryMs: 20,
    maxBackoffMs: 100,
    ...options,
  });
  captures.push(made);
  made.start();
  return made;
}

const isStreaming = (made: ChangeCapture) => () => made.status().state === 'streaming';

async function streaming(options: Partial<CaptureOptions> = {}): Promise<ChangeCapture> {
  const made = capture(options);
  await until(isStreaming(made));
  return made;
}

function insert(account: string, note = ''): Promise<unknown> {
  return db.query('INSERT INTO entries (account, amount, note) VALUES ($1, 1.5, $2)', [account, note]);
}

const after = (index: number): unknown => publisher.log[index]?.value?.after;

describe('a change capture', () => {
  it('goes on from a slot that another process has made since it looked for one', async () => {
    let isMade = false;
    const phase = async (): Promise<CapturePhase> => {
      if (!isMade) await db.query(`SELECT pg_create_logical_replication_slot($1, 'pgoutput')`, [name]);
      isMade = true;
      return 'stream';
    };
    const made = capture({ progress: { forgetting: '', phase, enter: () => Promise.resolve() } });
    await until(() => made.status().state === 'streaming' || made.status().failure !== undefined);
    expect(made.status()).toMatchObject({ state: 'streaming', failure: undefined });
  });

  it('publishes every change in an envelope with its place in the log, keyed by the column', async () => {
    await streaming({ messageIdHeader: 'message-id' });
    await db.query('BEGIN');
    await insert('a', 'first');
    await db.query(`UPDATE entries SET note = 'second' WHERE account = 'a'`);
    await db.query(`DELETE FROM entries WHERE account = 'a'`);
    await db.query('COMMIT');
    await publisher.until(() => publisher.log.length === 4);
    const [created, updated, deleted, tombstone] = publisher.log.map(({ value }) => value);
    const row = { id: 1, account: 'a', amount: '1.5000', note: 'first' };
    expect(created).toMatchObject({ op: 'c', before: null, after: row });
    expect(updated).toMatchObject({ op: 'u', before: row, after: { ...row, note: 'second' } });
    expect(deleted).toMatchObject({ op: 'd', before: { ...row, note: 'second' }, after: null });
    expect(tombstone).toBeNull();
    expect(new Set(publisher.log.map(({ key }) => key))).toEqual(new Set(['a']));
    expect(created!.source).toMatchObject({
      connector: 'postgresql',
      name,
      db: name,
      schema: 'public',
      table: 'entries',
      snapshot: 'false',
    });
    expect(created!.source['txId']).toBe(deleted!.source['txId']);
    expect(created!.source.lsn).toBeLessThan(deleted!.source.lsn);
    const [commit, change] = JSON.parse(deleted!.source['sequence'] as string) as [string, string];
    expect(Number(change)).toBe(deleted!.source.lsn);
    expect(Number(commit)).toBeGreaterThan(Number(change));
    expect(Math.abs(Date.now() - created!.ts_ms)).toBeLessThan(600_000);
    expect(Math.abs(Date.now() - (created!.source['ts_ms'] as number))).toBeLessThan(600_000);
    expect(new Set(publisher.log.map(({ headers }) => headers['message-id'])).size).toBe(4);
  });

  it('writes each type as documented, exactly', async () => {
    await db.query(`CREATE TYPE mood AS ENUM ('glad')`);
    await db.query(`CREATE TABLE kinds (
      k text PRIMARY KEY, b boolean, i8 bigint, n numeric, r real, d double precision, u uuid, j jsonb, y bytea, da date, ti time,
      ts timestamp, ts3 timestamp(3), tz timestamptz, iv interval, a integer[], ta text[], m mood, nothing text, ip inet)`);
    await db.query('ALTER TABLE kinds REPLICA IDENTITY FULL');
    await streaming({ tables: [{ table: 'kinds', topic: 'kinds', key: 'k' }] });
    await db.query(`INSERT INTO kinds VALUES ('k"\\ 雪', true, 9007199254740993, 12345678901234567890.123456789, 'NaN', 1.25,
      '0190b3c4-7a1e-7000-8000-00000000000a', '{"x": [1, "é"]}', '\\x00ff', '2026-11-21', '15:00:00.5', '2026-11-21 15:00:00.123456',
      '1969-12-31 23:59:59.5', '2026-11-21 15:00:00.5+02', '1 day 2 hours', '{1,NULL,3}', '{"a,\\"b",NULL,c}', 'glad', NULL, '10.0.0.1')`);
    await publisher.until(() => publisher.log.length === 1);
    expect(publisher.log[0]!.key).toBe('k"\\ 雪');
    expect(after(0)).toEqual({
      k: 'k"\\ 雪',
      b: true,
      // eslint-disable-next-line no-loss-of-precision -- what a reader with doubles makes of the digits
      i8: 9007199254740993,
      n: '12345678901234567890.123456789',
      r: 'NaN',
      d: 1.25,
      u: '0190b3c4-7a1e-7000-8000-00000000000a',
      j: '{"x": [1, "é"]}',
      y: 'AP8=',
      da: 20778,
      ti: 54_000_500_000,
      ts: 1_795_273_200_123_456,
      ts3: -500,
      tz: '2026-11-21T13:00:00.500000Z',
      iv: 'P1DT2H',
      a: [1, null, 3],
      ta: ['a,"b', null, 'c'],
      m: 'glad',
      nothing: null,
      ip: '10.0.0.1',
    });
  });

  it('publishes first what is there, then every change, without a gap or a repetition at the seam', async () => {
    for (let number = 0; number < 50; number += 1) await insert('a', String(number));
    let next = 50;
    let stop = false;
    const writing = (async () => {
      for (; !stop; next += 1) await insert('a', String(next));
    })();
    const rows: number[] = [];
    const made = capture({ observer: { snapshotEnded: (count) => rows.push(count) } });
    await until(isStreaming(made));
    const written = next;
    await until(() => next > written + 20);
    stop = true;
    await writing;
    await publisher.until(() => publisher.log.length >= next);
    expect(publisher.log.map(({ value }) => Number(value!.after!['note']))).toEqual(
      Array.from({ length: next }, (_, index) => index),
    );
    expect(publisher.operationsOf('a')).toBe('r'.repeat(rows[0]!) + 'c'.repeat(next - rows[0]!));
    expect(publisher.log[0]!.value!.source).toMatchObject({ snapshot: 'true' });
  });

  it('begins an interrupted snapshot again, and leaves nothing out', async () => {
    for (let number = 0; number < 20; number += 1) await insert(`a${number}`);
    let kills = 0;
    let cut = false;
    publisher.before = async () => {
      kills += 1;
      if (kills > 1) return;
      await postgres.kill();
      await postgres.restart();
      cut = true;
    };
    db.on('error', () => undefined);
    const made = capture();
    await until(() => cut);
    db = new pg.Client({ connectionString: url });
    await db.connect();
    await until(isStreaming(made));
    await insert('b');
    await publisher.until(() => publisher.operationsOf('b') === 'c');
    for (let number = 0; number < 20; number += 1) expect(publisher.operationsOf(`a${number}`)).toMatch(/^r+$/);
  });

  it('ends a row under its old key and begins it under the new one', async () => {
    await streaming();
    await insert('a');
    await db.query(`UPDATE entries SET account = 'b'`);
    await publisher.until(() => publisher.log.length === 4);
    expect(publisher.operationsOf('a')).toBe('cd-');
    expect(publisher.operationsOf('b')).toBe('c');
  });

  it('marks a large value that an update did not touch', async () => {
    await db.query('ALTER TABLE entries ADD UNIQUE (account), ALTER note SET STORAGE EXTERNAL');
    await db.query('ALTER TABLE entries REPLICA IDENTITY USING INDEX entries_account_key');
    await streaming();
    await insert('a', 'x'.repeat(100_000));
    await db.query('UPDATE entries SET amount = 2');
    await publisher.until(() => publisher.log.length === 2);
    expect(after(1)).toMatchObject({ amount: '2.0000', note: UNAVAILABLE_VALUE });
    await db.query('ALTER TABLE entries REPLICA IDENTITY FULL');
    await db.query('UPDATE entries SET amount = 3');
    await publisher.until(() => publisher.log.length === 3);
    expect(after(2)).toMatchObject({ amount: '3.0000', note: 'x'.repeat(100_000) });
  });

  it('follows a table whose columns change, and says so', async () => {
    const changed: (readonly string[])[] = [];
    await streaming({ observer: { schemaChanged: (_table, columns) => changed.push(columns) } });
    await insert('a');
    await db.query(`ALTER TABLE entries ADD place text DEFAULT 'here'`);
    await db.query('ALTER TABLE entries DROP note');
    await db.query(`INSERT INTO entries (account, amount) VALUES ('b', 2)`);
    await publisher.until(() => publisher.log.length === 2);
    expect(after(1)).toEqual({ id: 2, account: 'b', amount: '2.0000', place: 'here' });
    expect(changed).toEqual([['id', 'account', 'amount', 'place']]);
  });

  it('tells of a truncated table when it is asked to', async () => {
    await streaming({ tables: [{ table: 'entries', topic: 'entries', key: 'account', truncate: 'publish' }] });
    await db.query('TRUNCATE entries');
    await insert('a');
    await publisher.until(() => publisher.log.length === 2);
    expect(publisher.log[0]).toMatchObject({ key: null, value: { op: 't', before: null, after: null } });
  });

  it('lets PostgreSQL drop log although none of its tables changes', async () => {
    const made = await streaming({ heartbeatMs: 20 });
    const { confirmedLsn } = made.status();
    await db.query('CREATE TABLE others (id integer)');
    await db.query('INSERT INTO others SELECT generate_series(1, 1000)');
    const { rows } = await db.query<{ lsn: string }>('SELECT pg_current_wal_lsn()::text AS lsn');
    const isPast = async (): Promise<boolean> => {
      const found = await db.query<{ past: boolean }>(
        'SELECT confirmed_flush_lsn >= $1::pg_lsn AS past FROM pg_replication_slots WHERE slot_name = $2',
        [rows[0]!.lsn, name],
      );
      return found.rows[0]!.past;
    };
    await until(isPast);
    expect(made.status().confirmedLsn).toBeGreaterThan(confirmedLsn);
  });
});

describe('a change capture that is disturbed', () => {
  it('confirms nothing that the broker has not acknowledged', async () => {
    const made = await streaming();
    const acknowledge = Promise.withResolvers<undefined>();
    publisher.before = () => acknowledge.promise;
    await insert('a');
    await until(() => made.status().bufferedBytes > 0);
    const { rows } = await db.query<{ behind: boolean }>(
      'SELECT confirmed_flush_lsn < pg_current_wal_lsn() AS behind FROM pg_replication_slots WHERE slot_name = $1',
      [name],
    );
    expect(rows[0]!.behind).toBe(true);
    acknowledge.resolve(undefined);
    await until(() => made.status().bufferedBytes === 0);
  });

  it('stops reading while as much as it may hold waits for the broker', async () => {
    const made = await streaming({ maxBufferedBytes: 100_000, maxBatchBytes: 10_000 });
    const acknowledge = Promise.withResolvers<undefined>();
    publisher.before = () => acknowledge.promise;
    await db.query(
      `INSERT INTO entries (account, note) SELECT i::text, repeat('x', 1000) FROM generate_series(1, 20000) i`,
    );
    await until(() => made.status().bufferedBytes > 100_000);
    for (let round = 0; round < 20; round += 1) await db.query('SELECT pg_sleep(0.01)');
    // One block of the socket more than the limit, each row twice as large as its envelope at most.
    expect(made.status().bufferedBytes).toBeLessThan(500_000);
    acknowledge.resolve(undefined);
    await publisher.until(() => publisher.log.length === 20_000);
    expect(new Set(publisher.log.map(({ key }) => key)).size).toBe(20_000);
  });

  it('tries for as long as the broker is away, and keeps the order', async () => {
    const made = await streaming();
    let failures = 3;
    publisher.before = () => {
      if (failures-- > 0) throw new Error('no broker');
    };
    for (let number = 0; number < 20; number += 1) await insert('a', String(number));
    await publisher.until(() => publisher.log.length === 20);
    expect(publisher.log.map(({ value }) => Number(value!.after!['note']))).toEqual([...Array(20).keys()]);
    expect(made.status().failure).toBeUndefined();
  });

  it('goes on after its connection was cut, and repeats nothing that was acknowledged', async () => {
    let lost = 0;
    const lose = (): void => void (lost += 1);
    // What it meets first: the end of its connection, or that nobody reads from the slot.
    await streaming({ observer: { disconnected: lose, fenced: lose } });
    for (let round = 1; round <= 3; round += 1) {
      await insert('a', String(round));
      await publisher.until(() => publisher.log.length >= round);
      await db.query('SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = $1', [name]);
      await until(() => lost >= round);
    }
    await insert('a', '4');
    await publisher.until(() => publisher.log.length >= 4);
    expect(publisher.log.map(({ value }) => value!.after!['note'])).toEqual(['1', '2', '3', '4']);
  });

  it('stops loudly when its slot is lost, with a code and what to do; a new snapshot goes on', async () => {
    const first = await streaming();
    await first.stop();
    await until(slotDropped);
    await insert('missed');
    const second = capture();
    await until(() => second.status().state === 'failed');
    expect(second.status().failure).toMatchObject({ code: 'REPLICATION_SLOT_LOST', retriable: false });
    expect(second.status().failure!.message).toContain("onLostSlot: 'snapshot'");
    const lost: string[] = [];
    await streaming({ onLostSlot: 'snapshot', observer: { slotLost: (reason) => lost.push(reason) } });
    await publisher.until(() => publisher.operationsOf('missed') === 'r');
    expect(lost).toHaveLength(1);
  });

  it('stops loudly when the server removes log that it needs while it reads', async () => {
    const made = await streaming({ heartbeatMs: 60_000, confirmMs: 60_000 });
    publisher.before = () => new Promise(() => undefined);
    captures.pop();
    await insert('a');
    await until(() => made.status().bufferedBytes > 0);
    await db.query(`ALTER SYSTEM SET max_slot_wal_keep_size = '1MB'`);
    await db.query('SELECT pg_reload_conf()');
    const walStatus = async (): Promise<string> => {
      const { rows } = await db.query<{ wal_status: string }>(
        'SELECT wal_status FROM pg_replication_slots WHERE slot_name = $1',
        [name],
      );
      return rows[0]!.wal_status;
    };
    await until(async () => {
      await db.query(`SELECT pg_logical_emit_message(false, 'filler', repeat('x', 1000000))`);
      await db.query('SELECT pg_switch_wal()');
      await db.query('CHECKPOINT');
      return (await walStatus()) === 'lost';
    });
    await db.query('ALTER SYSTEM RESET max_slot_wal_keep_size');
    await db.query('SELECT pg_reload_conf()');
    const next = capture({}, new RecordingChangePublisher());
    await until(() => next.status().state === 'failed');
    expect(next.status().failure).toMatchObject({ code: 'REPLICATION_SLOT_LOST' });
  });

  it('stops at a record that the broker will never take, or leaves it out when it is told to', async () => {
    publisher.before = rejectingText('poison');
    const first = await streaming();
    await db.query(`INSERT INTO entries (account, note) VALUES ('a', '1'), ('b', 'poison'), ('a', '2')`);
    await until(() => first.status().state === 'failed');
    expect(first.status().failure).toMatchObject({ code: 'RECORD_REFUSED' });
    expect(first.status().failure!.message).toContain('key b');
    const left: (string | null)[] = [];
    await streaming({ onRefused: 'skip', observer: { refused: (_topic, key) => left.push(key) } });
    await insert('c');
    await publisher.until(() => publisher.operationsOf('c') === 'c');
    expect(left).toEqual(['b']);
    expect(publisher.operationsOf('a')).toMatch(/c+$/);
  });

  it.each([
    ['no such table', { table: 'absent', topic: 't', key: 'account' }, 'TABLE_MISSING'],
    ['no such key', { table: 'entries', topic: 't', key: 'absent' }, 'KEY_COLUMN_MISSING'],
    [
      'a key that deletes do not tell',
      { table: 'others', topic: 't', key: 'account' },
      'REPLICA_IDENTITY_INSUFFICIENT',
    ],
  ])('refuses %s with a code and what to do', async (_what, table, code) => {
    await db.query('CREATE TABLE others (id integer PRIMARY KEY, account text)');
    const made = capture({ tables: [table] });
    await until(() => made.status().state === 'failed');
    expect(made.status().failure).toMatchObject({ code, retriable: false });
  });

  it('refuses a publication that leaves out a table, and a slot that is not its own', async () => {
    await db.query('CREATE TABLE others (id integer PRIMARY KEY)');
    await db.query(`CREATE PUBLICATION ${name} FOR TABLE others`);
    const first = capture();
    await until(() => first.status().state === 'failed');
    expect(first.status().failure).toMatchObject({ code: 'PUBLICATION_MISMATCH' });
    await db.query(`ALTER PUBLICATION ${name} ADD TABLE entries`);
    await db.query(`SELECT pg_create_logical_replication_slot($1, 'pgoutput')`, [name]);
    await insert('a');
    const second = capture();
    await until(() => second.status().state === 'failed');
    expect(second.status().failure).toMatchObject({ code: 'REPLICATION_SLOT_MISMATCH' });
    await streaming({ snapshot: 'never' });
    await publisher.until(() => publisher.operationsOf('a') === 'c');
  });

  it('stands by while another process captures, and goes on when that ends', async () => {
    const first = await streaming();
    const second = new RecordingChangePublisher();
    const waiting = capture({}, second);
    await until(() => waiting.status().state === 'standby');
    await insert('a');
    await publisher.until(() => publisher.log.length === 1);
    await first.stop();
    await until(isStreaming(waiting));
    await insert('b');
    await second.until(() => second.operationsOf('b') === 'c');
    expect(second.operationsOf('a')).toBe('');
  });
});
