/**
 * Decides whether the slot has everything that is pending, and publishes from the table what it does not have.
 *
 * The slot has everything when it is there and no relay from the table had a shard since this one took them last. Otherwise the slot
 * is made anew, and the rows that its exported snapshot shows as pending are published from the table, in order of `seq`; what is
 * committed later comes in the log. Not one row is in both or in none.
 */
import { type SlotPreparation } from '../replication/index.ts';
import { pendingRecord, type PendingRow, type RelaySession } from './relay-session.ts';
import { type WalPublishing } from './wal-publishing.ts';
import { type WalRecord } from './wal-record.ts';

const PAGE_ROWS = 1000;

const PENDING = `
DECLARE outbox_rows NO SCROLL CURSOR FOR
SELECT seq, id, aggregate_type, aggregate_id, topic, key, type, schema_id, payload, headers, created_at, false AS held
FROM outbox WHERE published_at IS NULL AND dead_at IS NULL AND next_attempt_at < 'infinity' ORDER BY seq`;

/** @returns why the table has to be read, or undefined when the log is enough */
export async function reasonToTakeOver(
  session: RelaySession,
  slotName: string,
  { control }: SlotPreparation<WalRecord>,
  sumBefore: bigint,
): Promise<string | undefined> {
  const [row] = await session.sql.query<{ state: string; tokens: string }[]>(
    'SELECT state, tokens FROM outbox_wal_relay WHERE slot = $1',
    [slotName],
  );
  if (!row) return 'it is the first time';
  if (row.state === 'takeover') return 'the last take-over was interrupted';
  const slot = await control.slot();
  if (!slot) return `slot ${slotName} is gone`;
  if (slot.walStatus === 'lost') return `slot ${slotName} was lost: the server removed log that it needs`;
  return BigInt(row.tokens) === sumBefore ? undefined : 'a relay from the table has run since';
}

/** Remembers how the relay stands. `tokens` is the sum of the shards' tokens that it holds. */
export async function rememberState(
  session: RelaySession,
  slotName: string,
  state: 'takeover' | 'stream',
  tokens: bigint,
): Promise<void> {
  await session.sql.query(
    `INSERT INTO outbox_wal_relay (slot, state, tokens) VALUES ($1, $2, $3)
     ON CONFLICT (slot) DO UPDATE SET state = $2, tokens = $3, changed_at = clock_timestamp()`,
    [slotName, state, tokens.toString()],
  );
}

/** Publishes the pending rows of the slot's snapshot. */
export async function publishPending(
  preparation: SlotPreparation<WalRecord>,
  publishing: WalPublishing,
): Promise<void> {
  const { control } = preparation;
  // Not before: a message that died while the slot was made is not pending.
  await publishing.begin();
  await control.query(PENDING);
  for (;;) {
    const { rows } = await control.query<PendingRow>(`FETCH ${PAGE_ROWS} FROM outbox_rows`);
    if (rows.length === 0) return;
    await preparation.publish(rows.map(pendingRecord));
    await publishing.settle();
  }
}
