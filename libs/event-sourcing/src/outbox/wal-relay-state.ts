/** What operators see of the relay from the write-ahead log, and how its slot is given up. */
import { type SqlExecutor } from '../database/index.ts';
import { identifier } from '../replication/index.ts';

/** A relay from the write-ahead log, as its database knows it. */
export interface WalRelayState {
  readonly slot: string;
  /** `takeover` while pending rows are published from the table first, then `stream`. */
  readonly state: 'takeover' | 'stream';
  /** Whether a relay reads from the slot now. */
  readonly active: boolean;
  /** PostgreSQL's word: `reserved`, `extended`, `unreserved`, `lost`; or `missing`. */
  readonly walStatus: string;
  /** Log that PostgreSQL keeps for the slot, in bytes. */
  readonly retainedBytes: number;
  /** Log that is not confirmed yet, in bytes. */
  readonly lagBytes: number;
  /** Until PostgreSQL gives the slot up, in bytes of log; undefined without a limit (`max_slot_wal_keep_size`). */
  readonly safeBytes: number | undefined;
}

interface StateRow {
  readonly slot: string;
  readonly state: 'takeover' | 'stream';
  readonly active: boolean;
  readonly wal_status: string;
  readonly retained: string;
  readonly lag: string;
  readonly safe: string | null;
}

/** The relays that publish this database's outbox from the log, or did once and still have a slot. */
export async function walRelayState(sql: SqlExecutor): Promise<WalRelayState[]> {
  const [there] = await sql.query<{ there: boolean }[]>(`SELECT to_regclass('outbox_wal_relay') IS NOT NULL AS there`);
  if (there?.there !== true) return [];
  const rows = await sql.query<StateRow[]>(
    `SELECT r.slot, r.state, coalesce(s.active, false) AS active, coalesce(s.wal_status, 'missing') AS wal_status,
       coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), s.restart_lsn), 0)::text AS retained,
       coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), s.confirmed_flush_lsn), 0)::text AS lag, s.safe_wal_size::text AS safe
     FROM outbox_wal_relay r LEFT JOIN pg_replication_slots s ON s.slot_name = r.slot ORDER BY r.slot`,
  );
  return rows.map((row) => ({
    slot: row.slot,
    state: row.state,
    active: row.active,
    walStatus: row.wal_status,
    retainedBytes: Number(row.retained),
    lagBytes: Math.max(0, Number(row.lag)),
    safeBytes: row.safe === null ? undefined : Number(row.safe),
  }));
}

/**
 * Gives the slot up for good, once the relay from the table is to publish: without a reader it keeps the log for ever.
 * Nothing is lost: what is not published is in the table.
 *
 * @throws an error of SQLSTATE 55006 while a relay reads from it
 */
export async function dropWalRelay(sql: SqlExecutor, slot: string): Promise<void> {
  await sql.query('SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1', [slot]);
  await sql.query('DELETE FROM outbox_wal_relay WHERE slot = $1', [slot]);
  await sql.query(`DROP PUBLICATION IF EXISTS ${identifier(slot)}`);
}
