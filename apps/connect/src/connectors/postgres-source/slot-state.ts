/** A source's slot, asked for without reading from it: how far it is, and its end. */
import pg from 'pg';
import { ConnectorError } from '../../worker/index.ts';

const CONNECT_WITHIN_MS = 3000;
const OBJECT_IN_USE = '55006';

/** The place up to which everything is in the topics; undefined when there is no such slot, or PostgreSQL does not answer. */
export async function confirmedPlace(url: string, slot: string): Promise<string | undefined> {
  try {
    return await withClient(url, async (client) => {
      const sql = 'SELECT confirmed_flush_lsn AS place FROM pg_replication_slots WHERE slot_name = $1';
      const { rows } = await client.query<{ place: string | null }>(sql, [slot]);
      return rows[0]?.place ?? undefined;
    });
  } catch {
    return undefined;
  }
}

/** Drops the slot. @throws ConnectorError retriable while the slot is read from, or PostgreSQL is away */
export async function dropSlot(url: string, slot: string): Promise<void> {
  try {
    await withClient(url, async (client) => {
      await client.query('SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1', [
        slot,
      ]);
    });
  } catch (error) {
    const isInUse = typeof error === 'object' && error !== null && 'code' in error && error.code === OBJECT_IN_USE;
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConnectorError(isInUse ? 'SLOT_IN_USE' : 'DATABASE_UNAVAILABLE', `slot ${slot}: ${reason}`, true, {
      cause: error,
    });
  }
}

async function withClient<Result>(url: string, work: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_WITHIN_MS });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}
