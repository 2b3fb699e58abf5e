import type { DataSource, EntityManager } from 'typeorm';
import { type SqlExecutor } from '../database/index.ts';
import { timeOfId } from '../identity/index.ts';
import { outboxColumns, type Aggregate, type OutboxMessage } from './outbox-message.ts';

/** What waits in the outbox. */
export interface OutboxState {
  /** Rows that wait to be published, held ones not included. */
  readonly pendingMessages: number;
  /** Age of the oldest of them in milliseconds; 0 when there is none. */
  readonly oldestPendingMs: number;
  /** Aggregates that are held behind a message that can never be published. */
  readonly heldAggregates: number;
  /** Messages of those aggregates, the dead ones included. */
  readonly heldMessages: number;
}

/** An aggregate that waits behind a message that can never be published. */
export interface HeldAggregate {
  readonly aggregate: Aggregate;
  /** The message at fault. */
  readonly messageId: string;
  readonly topic: string;
  readonly type: string;
  /** What the broker said. */
  readonly reason: string;
  readonly since: Date;
  readonly attempts: number;
  /** Messages that wait, the one at fault included. */
  readonly messages: number;
}

/** Where a message of the outbox is on its way. */
export interface OutboxMessageState {
  readonly messageId: string;
  readonly aggregate: Aggregate;
  readonly topic: string;
  readonly type: string;
  /** When its transaction wrote it. */
  readonly createdAt: Date;
  /** When the broker had acknowledged it; undefined while it waits. */
  readonly publishedAt: Date | undefined;
  readonly attempts: number;
  /** Why it is not published, if that was tried. */
  readonly lastError: string | undefined;
}

/** Writes to the outbox, and what operators do with it. */
export class Outbox {
  private readonly dataSource: DataSource;

  constructor(dataSource: DataSource) {
    this.dataSource = dataSource;
  }

  /**
   * Adds messages in the caller's transaction. Messages of one aggregate are published in the order of these calls when
   * the transaction has locked the aggregate before: by its event stream, or by writing its row.
   */
  async publish(transaction: SqlExecutor, messages: readonly OutboxMessage[]): Promise<void> {
    if (messages.length === 0) return;
    await transaction.query('SELECT publish_to_outbox($1, $2, $3, $4, $5, $6, $7, $8, $9)', outboxColumns(messages));
  }

  async state(): Promise<OutboxState> {
    const [pending] = await this.dataSource.query<{ messages: number; age_ms: number }[]>(
      `SELECT count(*)::int AS messages,
         coalesce(extract(epoch FROM clock_timestamp() - min(created_at)) * 1000, 0)::float8 AS age_ms
       FROM outbox WHERE published_at IS NULL AND dead_at IS NULL AND next_attempt_at < 'infinity'`,
    );
    const [held] = await this.dataSource.query<{ messages: number; aggregates: number }[]>(
      `SELECT count(*)::int AS messages, count(DISTINCT (aggregate_type, aggregate_id))::int AS aggregates
       FROM outbox WHERE published_at IS NULL AND (dead_at IS NOT NULL OR next_attempt_at = 'infinity')`,
    );
    return {
      pendingMessages: pending!.messages,
      oldestPendingMs: Math.max(0, pending!.age_ms),
      heldAggregates: held!.aggregates,
      heldMessages: held!.messages,
    };
  }

  /** Held aggregates, those that wait for the longest first. */
  async heldAggregates(limit = 100): Promise<HeldAggregate[]> {
    const rows = await this.dataSource.query<HeldRow[]>(
      `SELECT d.aggregate_type, d.aggregate_id, d.id, d.topic, d.type, d.last_error, d.dead_at, d.attempts, (
         SELECT count(*)::int FROM outbox w WHERE w.aggregate_type = d.aggregate_type AND w.aggregate_id = d.aggregate_id
           AND w.published_at IS NULL AND (w.dead_at IS NOT NULL OR w.next_attempt_at = 'infinity')
       ) AS messages
       FROM outbox d WHERE d.dead_at IS NOT NULL AND d.published_at IS NULL ORDER BY d.dead_at, d.seq LIMIT $1`,
      [limit],
    );
    return rows.map((row) => ({
      aggregate: { type: row.aggregate_type, id: row.aggregate_id },
      messageId: row.id,
      topic: row.topic,
      type: row.type,
      reason: row.last_error ?? '',
      since: row.dead_at,
      attempts: row.attempts,
      messages: row.messages,
    }));
  }

  /** A message by its id; undefined when there is none, or when it was published so long ago that it is forgotten. */
  async message(messageId: string): Promise<OutboxMessageState | undefined> {
    const madeAt = timeOfId(messageId);
    return (madeAt && (await this.find(messageId, madeAt))) ?? (await this.find(messageId));
  }

  /**
   * The ids have no index, which every message would pay for. One that tells its time is looked for in the rows around it, which the
   * index by age finds.
   */
  private async find(messageId: string, around?: Date): Promise<OutboxMessageState | undefined> {
    const near = around ? `AND created_at BETWEEN $2::timestamptz - ${NEAR} AND $2::timestamptz + ${NEAR}` : '';
    const [row] = await this.dataSource.query<MessageRow[]>(
      `SELECT id, aggregate_type, aggregate_id, topic, type, created_at, published_at, attempts, last_error
       FROM outbox WHERE id = $1 ${near} LIMIT 1`,
      around ? [messageId, around] : [messageId],
    );
    return (
      row && {
        messageId: row.id,
        aggregate: { type: row.aggregate_type, id: row.aggregate_id },
        topic: row.topic,
        type: row.type,
        createdAt: row.created_at,
        publishedAt: row.published_at ?? undefined,
        attempts: row.attempts,
        lastError: row.last_error ?? undefined,
      }
    );
  }

  /**
   * Lets a held aggregate go on: its dead message is tried once more, or dropped. Its other messages follow in order.
   *
   * @returns how many messages are pending again.
   */
  async release(aggregate: Aggregate, deadMessage: 'retry' | 'drop'): Promise<number> {
    return this.dataSource.transaction(async (transaction) => {
      await lockShardOf(transaction, aggregate);
      const of = 'aggregate_type = $1 AND aggregate_id = $2 AND published_at IS NULL';
      const parameters = [aggregate.type, aggregate.id];
      if (deadMessage === 'drop') {
        await transaction.query(`DELETE FROM outbox WHERE ${of} AND dead_at IS NOT NULL`, parameters);
      }
      const [, count] = await transaction.query<[unknown, number]>(
        `UPDATE outbox SET dead_at = NULL, next_attempt_at = clock_timestamp()
         WHERE ${of} AND (dead_at IS NOT NULL OR next_attempt_at = 'infinity')`,
        parameters,
      );
      await transaction.query(`SELECT pg_notify('outbox', '')`);
      return count;
    });
  }
}

/** How long an id is made before its row is written, and how far clocks are apart, nearly always. */
const NEAR = `interval '2 minutes'`;

interface MessageRow {
  readonly id: string;
  readonly aggregate_type: string;
  readonly aggregate_id: string;
  readonly topic: string;
  readonly type: string;
  readonly created_at: Date;
  readonly published_at: Date | null;
  readonly attempts: number;
  readonly last_error: string | null;
}

interface HeldRow {
  readonly aggregate_type: string;
  readonly aggregate_id: string;
  readonly id: string;
  readonly topic: string;
  readonly type: string;
  readonly last_error: string | null;
  readonly dead_at: Date;
  readonly attempts: number;
  readonly messages: number;
}

/** A relay holds rows behind a dead one under the same lock, so that none stays held behind a message that is gone. */
async function lockShardOf(transaction: EntityManager, aggregate: Aggregate): Promise<void> {
  await transaction.query(
    `SELECT FROM outbox_shards WHERE shard IN (
       SELECT shard FROM outbox WHERE aggregate_type = $1 AND aggregate_id = $2 AND dead_at IS NOT NULL
     ) FOR UPDATE`,
    [aggregate.type, aggregate.id],
  );
}
