/** The tables whose changes are captured, and what is asked of the slots. */
import { setTimeout as delay } from 'node:timers/promises';
import { changeCaptureMigrations, eventStoreMigrations, Outbox, outboxMigrations } from '@headwater/event-sourcing';
import { DatabaseConfig, openDatabase } from '@headwater/service-kit';
import pg from 'pg';
import { messageOf } from '../outbox/messages.ts';
import type { CaptureSource } from './work.ts';

const rowsPerTransaction = 1000;
const lookMs = 20;
const deadlineMs = 180_000;

export function openCaptureDatabase(databaseUrl: string) {
  const config = new DatabaseConfig({ DATABASE_URL: databaseUrl, DATABASE_POOL_SIZE: '20' });
  const migrations = [...eventStoreMigrations, ...outboxMigrations, ...changeCaptureMigrations];
  return openDatabase('bench', config, { migrations });
}

/** The table of rows, and both outboxes: ours and one as Debezium's router wants it. */
export async function createTables(databaseUrl: string): Promise<void> {
  const database = await openCaptureDatabase(databaseUrl);
  await database.query(`
    CREATE TABLE rows (id bigserial PRIMARY KEY, name text, amount bigint, note text, sent_ms double precision);
    CREATE TABLE router_outbox (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(), aggregatetype text, aggregateid text, type text, payload text
    );
  `);
  await database.destroy();
}

/** Writes rows in transactions of a thousand; the outbox's are of the form that the capturer reads. */
export async function writeRows(
  { databaseUrl, form, topic }: CaptureSource,
  count: number,
  isRouter: boolean,
): Promise<void> {
  const database = await openCaptureDatabase(databaseUrl);
  const outbox = new Outbox(database);
  for (let first = 0; first < count; first += rowsPerTransaction) {
    const last = Math.min(first + rowsPerTransaction, count) - 1;
    if (form === 'rows') await database.query(insertRows, [first, last]);
    else if (isRouter) await database.query(insertRouterRows, [first, last]);
    else {
      const messages = Array.from({ length: last - first + 1 }, (_, index) => messageOf(topic, first + index));
      await outbox.publish(database, messages);
    }
  }
  await database.destroy();
}

const insertRows = `
  INSERT INTO rows (name, amount, note, sent_ms)
  SELECT 'row-' || number, number, repeat('x', 100), 0 FROM generate_series($1::int, $2::int) AS number`;

const insertRouterRows = `
  INSERT INTO router_outbox (aggregatetype, aggregateid, type, payload)
  SELECT 'bench', number % 100, 'Measured', repeat('x', 200) FROM generate_series($1::int, $2::int) AS number`;

/** Makes a slot and a publication as an operator does. */
export async function createSlot({ databaseUrl, name, form }: CaptureSource): Promise<void> {
  await withClient(databaseUrl, async (client) => {
    await client.query(`CREATE PUBLICATION ${name} FOR TABLE ${form === 'rows' ? 'rows' : 'router_outbox'}`);
    await client.query(`SELECT pg_create_logical_replication_slot($1, 'pgoutput')`, [name]);
  });
}

/** Resolves when somebody reads the database's slot. */
export async function untilStreaming(databaseUrl: string): Promise<void> {
  await until('the slot is read', () =>
    withClient(databaseUrl, async (client) => {
      const sql = 'SELECT FROM pg_replication_slots WHERE database = current_database() AND active';
      return ((await client.query(sql)).rowCount ?? 0) > 0;
    }),
  );
}

/** Drops the database's slots when nobody reads them any more: a server has few. */
export async function dropSlots(databaseUrl: string): Promise<void> {
  await until('the slots are dropped', () =>
    withClient(databaseUrl, async (client) => {
      const mine = 'FROM pg_replication_slots WHERE database = current_database()';
      await client.query(`SELECT pg_drop_replication_slot(slot_name) ${mine} AND NOT active`);
      return (await client.query(`SELECT ${mine}`)).rowCount === 0;
    }),
  );
}

export async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const endMs = performance.now() + deadlineMs;
  while (!(await isSo())) {
    if (performance.now() > endMs) throw new Error(`after ${deadlineMs / 1000} s it is not so that ${what}`);
    await delay(lookMs);
  }
}

async function withClient<Result>(databaseUrl: string, work: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
