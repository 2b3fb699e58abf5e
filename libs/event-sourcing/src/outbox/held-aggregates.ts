/**
 * Aggregates that the relay from the log holds, in memory and in `outbox_wal_held`.
 *
 * An aggregate is held from its dead message on until an operator has released it and what waited is published: the log does not
 * bring those rows again.
 */
import { type Aggregate } from './outbox-message.ts';
import { type OutboxRecord } from './outbox-publisher.ts';
import { pendingRecord, type HeldShards, type PendingRow, type RelaySession } from './relay-session.ts';

/** Of `h` those without a dead message. */
const RELEASED = `SELECT h.aggregate_type, h.aggregate_id
FROM unnest($1::text[], $2::text[]) AS h (aggregate_type, aggregate_id)
WHERE NOT EXISTS (
  SELECT FROM outbox d WHERE d.aggregate_type = h.aggregate_type AND d.aggregate_id = h.aggregate_id
    AND d.dead_at IS NOT NULL AND d.published_at IS NULL
)`;
const PAGE_ROWS = 1000;

interface AggregateRow {
  readonly aggregate_type: string;
  readonly aggregate_id: string;
}

export class HeldAggregates {
  private readonly session: RelaySession;
  private readonly tokens: HeldShards;
  /** By its key. What is held here is looked after, whatever a statement of a lost connection did to the table meanwhile. */
  private readonly held = new Map<string, Aggregate>();

  private constructor(session: RelaySession, tokens: HeldShards) {
    this.session = session;
    this.tokens = tokens;
  }

  static async load(session: RelaySession, tokens: HeldShards): Promise<HeldAggregates> {
    const held = new HeldAggregates(session, tokens);
    await held.load();
    return held;
  }

  /** Begins with the dead messages of the table: all that is pending is published from the table. */
  async begin(): Promise<void> {
    await this.session.inTransaction(async (within) => {
      await within.query('DELETE FROM outbox_wal_held');
      await within.query(`INSERT INTO outbox_wal_held SELECT DISTINCT aggregate_type, aggregate_id FROM outbox
        WHERE dead_at IS NOT NULL AND published_at IS NULL`);
    });
    this.held.clear();
    await this.load();
  }

  get isEmpty(): boolean {
    return this.held.size === 0;
  }

  has(aggregate: Aggregate): boolean {
    return this.held.size > 0 && this.held.has(keyOf(aggregate));
  }

  /** @returns false when the message is gone: an operator dropped it before */
  async die(record: OutboxRecord, reason: string): Promise<boolean> {
    const { type, id } = record.aggregate;
    const marked = await this.session.inTransaction(async (within) => {
      const count = await this.session.markDead(record, this.tokens, reason, within);
      if (count > 0)
        await within.query('INSERT INTO outbox_wal_held VALUES ($1, $2) ON CONFLICT DO NOTHING', [type, id]);
      return count;
    });
    if (marked > 0) this.held.set(keyOf(record.aggregate), record.aggregate);
    return marked > 0;
  }

  /** Takes rows out of the pending ones, unless their dead message is gone: then they wait for `released`. */
  async hold(records: readonly OutboxRecord[]): Promise<void> {
    if (records.length > 0) await this.session.hold(records, this.tokens);
  }

  /** Held aggregates whose dead message was tried again or dropped by an operator. */
  async released(): Promise<Aggregate[]> {
    const held = [...this.held.values()];
    const parameters = [held.map(({ type }) => type), held.map(({ id }) => id)];
    return (await this.session.sql.query<AggregateRow[]>(RELEASED, parameters)).map(aggregateOf);
  }

  /** Pending rows of an aggregate in order, the first ones. */
  async waiting({ type, id }: Aggregate): Promise<OutboxRecord[]> {
    const rows = await this.session.sql.query<PendingRow[]>(
      `SELECT seq, id, aggregate_type, aggregate_id, topic, key, type, schema_id, payload, headers, created_at, false AS held
       FROM outbox WHERE aggregate_type = $1 AND aggregate_id = $2 AND published_at IS NULL AND dead_at IS NULL
         AND next_attempt_at < 'infinity'
       ORDER BY seq LIMIT ${PAGE_ROWS}`,
      [type, id],
    );
    return rows.map(pendingRecord);
  }

  /** Nothing of it waits any more. */
  async goOn(aggregate: Aggregate): Promise<void> {
    const { type, id } = aggregate;
    await this.session.sql.query('DELETE FROM outbox_wal_held WHERE aggregate_type = $1 AND aggregate_id = $2', [
      type,
      id,
    ]);
    this.held.delete(keyOf(aggregate));
  }

  private async load(): Promise<void> {
    const rows = await this.session.sql.query<AggregateRow[]>(
      'SELECT aggregate_type, aggregate_id FROM outbox_wal_held',
    );
    for (const aggregate of rows.map(aggregateOf)) this.held.set(keyOf(aggregate), aggregate);
  }
}

function aggregateOf(row: AggregateRow): Aggregate {
  return { type: row.aggregate_type, id: row.aggregate_id };
}

function keyOf({ type, id }: Aggregate): string {
  return JSON.stringify([type, id]);
}
