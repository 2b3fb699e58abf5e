/**
 * A relay's connection to PostgreSQL: all its statements, in order, and the notifications. Any error of it ends the
 * session; the relay opens another.
 *
 * Every write is fenced: it takes effect only for rows whose shard still carries the token under which it was claimed.
 */
import { EventEmitter } from 'node:events';
import type { DataSource, QueryRunner } from 'typeorm';
import { Turns, type SqlExecutor } from '../database/index.ts';
import { type OutboxRecord } from './outbox-publisher.ts';

/** Shards that a relay holds, with the token of each. */
export type HeldShards = ReadonlyMap<number, bigint>;

/** A pending row. */
export interface PendingRecord extends OutboxRecord {
  /** Behind a dead record of its aggregate. */
  readonly held: boolean;
}

/** A row of the table, as the driver gives it. */
export interface PendingRow {
  readonly seq: string;
  readonly id: string;
  readonly aggregate_type: string;
  readonly aggregate_id: string;
  readonly topic: string;
  readonly key: Buffer | null;
  readonly type: string;
  readonly schema_id: number | null;
  readonly payload: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly created_at: Date;
  readonly held: boolean;
}

const FETCH = `
SELECT * FROM (
  SELECT p.*, sum(coalesce(octet_length(payload), 0)) OVER (ORDER BY seq) - coalesce(octet_length(payload), 0) AS before
  FROM (
    SELECT seq, id, aggregate_type, aggregate_id, topic, key, type, schema_id, payload, headers, created_at,
      EXISTS (
        SELECT FROM outbox d WHERE d.aggregate_type = o.aggregate_type AND d.aggregate_id = o.aggregate_id
          AND d.dead_at IS NOT NULL AND d.published_at IS NULL
      ) AS held
    FROM outbox o
    WHERE published_at IS NULL AND dead_at IS NULL AND next_attempt_at < 'infinity'
      AND shard = ANY ($1::smallint[]) AND topic <> ALL ($2::text[])
    ORDER BY seq LIMIT $3
  ) p
) sized WHERE before = 0 OR before + coalesce(octet_length(payload), 0) <= $4 ORDER BY seq`;

/** Rows of the given numbers whose shard still has the given token; found by number, since they are few among many. */
const FENCED_ROWS = `FROM outbox_shards s JOIN unnest($2::smallint[], $3::bigint[]) AS held (shard, token) USING (shard, token)
  WHERE o.seq = ANY ($1::bigint[]) AND o.shard = s.shard`;

/**
 * A condition that is always met, and lets its statement's commit not wait for the disk: for what a crash of PostgreSQL may undo.
 * Readers see it at once all the same.
 */
const WITHOUT_WAITING = `(SELECT set_config('synchronous_commit', 'off', true)) = 'off'`;

export class RelaySession {
  private readonly runner: QueryRunner;
  private readonly turns = new Turns();
  /** Runs statements on the session's connection, one after another. */
  readonly sql: SqlExecutor;
  private readonly relayId: string;
  private readonly wakeUp: () => void;
  private connection: EventEmitter | undefined;

  private constructor(dataSource: DataSource, relayId: string, wakeUp: () => void) {
    this.runner = dataSource.createQueryRunner();
    this.sql = this.turns.of(this.runner.manager);
    this.relayId = relayId;
    this.wakeUp = wakeUp;
  }

  /** Connects and listens. `wakeUp` is called when rows may have come, and when the connection ends. */
  static async open(dataSource: DataSource, relayId: string, wakeUp: () => void): Promise<RelaySession> {
    const session = new RelaySession(dataSource, relayId, wakeUp);
    try {
      const connection: unknown = await session.runner.connect();
      if (!(connection instanceof EventEmitter)) throw new TypeError('the relay needs TypeORM on the pg driver');
      session.connection = connection;
      for (const event of ['notification', 'error', 'end']) connection.on(event, wakeUp);
      await session.runner.query('LISTEN outbox');
      return session;
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  /** Gives the connection back; a broken one is thrown away by the pool. */
  async close(): Promise<void> {
    if (this.connection && !this.runner.isReleased) await this.sql.query('UNLISTEN *').catch(() => undefined);
    for (const event of ['notification', 'error', 'end']) this.connection?.off(event, this.wakeUp);
    if (!this.runner.isReleased) await this.runner.release();
  }

  async claimShards(leaseMs: number): Promise<Map<number, bigint>> {
    const rows = await this.sql.query<{ shard: number; token: string }[]>(
      `SELECT shard, token FROM claim_outbox_shards($1, $2 * interval '1 millisecond')`,
      [this.relayId, leaseMs],
    );
    return new Map(rows.map(({ shard, token }) => [shard, BigInt(token)]));
  }

  /**
   * Takes every shard, or none while another relay has one. A shard that somebody has locked is another's: who waited for it could wait in a
   * circle with a relay that renews its own, in an order of its own.
   *
   * @returns the tokens, and their sum before: the same as after the last call of this kind when no other relay had a shard since
   */
  async claimAllShards(
    leaseMs: number,
  ): Promise<{ readonly tokens: Map<number, bigint>; readonly sumBefore: bigint } | undefined> {
    return this.inTransaction(async (within) => {
      const [taken] = await within.query<{ free: boolean; sum: string }[]>(
        `SELECT count(*) = (SELECT count(*) FROM outbox_shards)
           AND bool_and(owner IS NULL OR owner = $1 OR lease_until < clock_timestamp()) AS free, sum(token)::text AS sum
         FROM (SELECT * FROM outbox_shards ORDER BY shard FOR UPDATE SKIP LOCKED) s`,
        [this.relayId],
      );
      if (taken?.free !== true) return undefined;
      const [rows] = await within.query<[{ shard: number; token: string }[], number]>(
        `UPDATE outbox_shards SET owner = $1, token = token + 1, lease_until = clock_timestamp() + $2 * interval '1 millisecond'
         RETURNING shard, token`,
        [this.relayId, leaseMs],
      );
      const tokens = new Map(rows.map(({ shard, token }) => [shard, BigInt(token)]));
      return { tokens, sumBefore: BigInt(taken.sum) };
    });
  }

  /** Extends the leases while a turn lasts; neither takes nor gives shards. @returns how many are still the relay's. */
  renewShards(leaseMs: number): Promise<number> {
    return this.affected(
      `WITH seen AS (UPDATE outbox_relays SET seen_at = clock_timestamp() WHERE relay_id = $1)
       UPDATE outbox_shards SET lease_until = clock_timestamp() + $2 * interval '1 millisecond' WHERE owner = $1`,
      [this.relayId, leaseMs],
    );
  }

  /** Gives up all shards, so that another relay needs not wait for the leases to end. */
  async releaseShards(): Promise<void> {
    await this.sql.query(
      `WITH gone AS (DELETE FROM outbox_relays WHERE relay_id = $1)
       UPDATE outbox_shards SET owner = NULL, lease_until = '-infinity' WHERE owner = $1`,
      [this.relayId],
    );
    await this.sql.query(`SELECT pg_notify('outbox', '')`);
  }

  /** Says whether writers shall notify. */
  async setSleeping(sleeping: boolean): Promise<void> {
    await this.sql.query(`UPDATE outbox_relays SET sleeping = $2 WHERE relay_id = $1 AND ${WITHOUT_WAITING}`, [
      this.relayId,
      sleeping,
    ]);
  }

  /** Pending rows of the shards, in order of `seq`; at least one if there is any, however large. */
  async fetch(
    shards: HeldShards,
    exceptTopics: readonly string[],
    limits: { readonly maxBatchRecords: number; readonly maxBatchBytes: number },
  ): Promise<PendingRecord[]> {
    const parameters = [[...shards.keys()], exceptTopics, limits.maxBatchRecords, limits.maxBatchBytes];
    const rows = await this.sql.query<PendingRow[]>(FETCH, parameters);
    return rows.map(pendingRecord);
  }

  /**
   * Rows whose marks a crash undoes are published again, under the same ids, as those are that were not marked in time.
   * @returns how many of the rows were marked: those whose shard is still the relay's.
   */
  markPublished(rows: readonly PendingRecord[], tokens: HeldShards): Promise<number> {
    const change = 'published_at = clock_timestamp(), attempts = o.attempts + 1';
    return this.update(
      this.sql,
      `UPDATE outbox o SET ${change} ${FENCED_ROWS} AND o.published_at IS NULL AND ${WITHOUT_WAITING}`,
      rows,
      tokens,
    );
  }

  markDead(row: OutboxRecord, tokens: HeldShards, reason: string, within = this.sql): Promise<number> {
    const change = 'dead_at = clock_timestamp(), attempts = o.attempts + 1, last_error = $4';
    return this.update(within, `UPDATE outbox o SET ${change} ${FENCED_ROWS}`, [row], tokens, reason);
  }

  markFailed(
    rows: readonly PendingRecord[],
    tokens: HeldShards,
    reason: string,
    retryAfterMs: number,
  ): Promise<number> {
    const change = `attempts = o.attempts + 1, last_error = $4,
      next_attempt_at = clock_timestamp() + $5 * interval '1 millisecond'`;
    return this.update(this.sql, `UPDATE outbox o SET ${change} ${FENCED_ROWS}`, rows, tokens, reason, retryAfterMs);
  }

  /**
   * Takes rows behind a dead one out of the pending rows. The shards are locked against a release at the same time:
   * a second statement then sees whether the dead row is still there.
   */
  async hold(rows: readonly OutboxRecord[], tokens: HeldShards): Promise<void> {
    await this.inTransaction(async (within) => {
      await within.query(
        `SELECT FROM outbox_shards WHERE shard IN (SELECT shard FROM outbox WHERE seq = ANY ($1::bigint[]))
         ORDER BY shard FOR SHARE`,
        [rows.map(({ seq }) => seq.toString())],
      );
      const sql = `UPDATE outbox o SET next_attempt_at = 'infinity' ${FENCED_ROWS} AND EXISTS (
        SELECT FROM outbox d WHERE d.aggregate_type = o.aggregate_type AND d.aggregate_id = o.aggregate_id
          AND d.dead_at IS NOT NULL AND d.published_at IS NULL)`;
      await this.update(within, sql, rows, tokens);
    });
  }

  /** Runs the statements that `work` gives to `within` in one transaction; others wait until it has ended. */
  inTransaction<Result>(work: (within: SqlExecutor) => Promise<Result>): Promise<Result> {
    return this.turns.take(async () => {
      await this.runner.startTransaction();
      try {
        const result = await work(this.runner.manager);
        await this.runner.commitTransaction();
        return result;
      } catch (error) {
        if (!this.runner.isReleased) await this.runner.rollbackTransaction().catch(() => undefined);
        throw error;
      }
    });
  }

  /** Removes rows that were published long enough ago; the block index on their age finds them. */
  deletePublished(retentionMs: number, maxRows: number): Promise<number> {
    return this.affected(
      `DELETE FROM outbox WHERE seq IN (
         SELECT seq FROM outbox
         WHERE created_at < clock_timestamp() - $1 * interval '1 millisecond'
           AND published_at < clock_timestamp() - $1 * interval '1 millisecond'
         LIMIT $2)`,
      [retentionMs, maxRows],
    );
  }

  private update(
    executor: SqlExecutor,
    sql: string,
    rows: readonly OutboxRecord[],
    tokens: HeldShards,
    ...parameters: readonly unknown[]
  ): Promise<number> {
    const seqs = rows.map(({ seq }) => seq.toString());
    const shardTokens = [...tokens.values()].map((token) => token.toString());
    return this.affected(sql, [seqs, [...tokens.keys()], shardTokens, ...parameters], executor);
  }

  private async affected(sql: string, parameters: unknown[], executor = this.sql): Promise<number> {
    const [, count] = await executor.query<[unknown, number]>(sql, parameters);
    return count;
  }
}

export function pendingRecord(row: PendingRow): PendingRecord {
  return {
    seq: BigInt(row.seq),
    id: row.id,
    aggregate: { type: row.aggregate_type, id: row.aggregate_id },
    topic: row.topic,
    key: row.key,
    type: row.type,
    schemaId: row.schema_id,
    payload: row.payload,
    headers: row.headers,
    createdAt: row.created_at,
    held: row.held,
  };
}
