/**
 * The owner's side of the parked tables. Each statement that writes locks the partition's row for share and looks whether the epoch is
 * still this owner's; taking over raises the epoch, and so waits for a statement that is under way and refuses those after it.
 *
 * Who may take over is decided by the group's generation: a member of an earlier one that comes late is refused.
 */
import type { DataSource } from 'typeorm';
import type { RawRecord } from '../client/index.ts';
import { MessagingError } from '../errors/index.ts';
import { hashOf, headersToJson, recordOf, type ParkedRow } from './parked-record.ts';

export interface PartitionName {
  /** The consumer group. */
  readonly subscription: string;
  readonly topic: string;
  readonly partition: number;
}

export interface Owner extends PartitionName {
  readonly epoch: string;
}

/** Why a key is parked. */
export interface ParkFailure {
  readonly attempts: number;
  /** The class or code of the error. */
  readonly error: string;
  readonly reason: string;
}

export interface KeyState {
  readonly key: Buffer;
  readonly state: 'parked' | 'releasing' | 'drained';
  readonly settledThrough: bigint;
  readonly parkedAtMs: number;
}

export interface WaitingRecord {
  readonly record: RawRecord;
  readonly skipped: boolean;
}

/** A record with its key: those without cannot be parked. */
export type KeyedRecord = RawRecord & { readonly key: Buffer };

const ownerSql = `owner AS (
  SELECT subscription, topic, partition FROM parked_partitions
  WHERE subscription = $1 AND topic = $2 AND partition = $3 AND epoch = $4 FOR SHARE)`;

const ofOwner = (table: string): string =>
  `${table}.subscription = owner.subscription AND ${table}.topic = owner.topic AND ${table}.partition = owner.partition`;

interface KeyRow {
  readonly key: Buffer;
  readonly state: KeyState['state'];
  readonly settled_through: string;
  readonly parked_at: Date;
}

export class ParkingStore {
  constructor(private readonly dataSource: DataSource) {}

  /** @throws {MessagingError} `SUBSCRIPTION_INVALID` when the tables are missing. */
  async check(): Promise<void> {
    const [row] = await this.dataSource.query<{ there: boolean }[]>(
      `SELECT to_regclass('parked_messages') IS NOT NULL AS there`,
    );
    if (row?.there) return;
    throw new MessagingError(
      'SUBSCRIPTION_INVALID',
      'The policy park needs its tables: add CreateParkedMessages1700000000001 to the migrations of the service',
    );
  }

  /**
   * Takes a partition over from whoever owned it.
   * @param force although a later generation owned it: the group was made anew, and counts from the beginning.
   * @returns the owner's token, and the keys that are parked; undefined when a later generation owns it.
   */
  async takeOver(
    place: PartitionName,
    generation: number,
    force: boolean,
  ): Promise<{ owner: Owner; keys: KeyState[] } | undefined> {
    const { subscription, topic, partition } = place;
    const [raised] = await this.dataSource.query<{ epoch: string }[]>(
      `INSERT INTO parked_partitions (subscription, topic, partition, epoch, generation) VALUES ($1, $2, $3, 1, $4)
       ON CONFLICT (subscription, topic, partition) DO UPDATE SET epoch = parked_partitions.epoch + 1, generation = $4
       WHERE parked_partitions.generation <= $4 OR $5
       RETURNING epoch`,
      [subscription, topic, partition, generation, force],
    );
    if (!raised) return undefined;
    const rows = await this.dataSource.query<KeyRow[]>(
      `SELECT key, state, settled_through, parked_at FROM parked_keys
       WHERE subscription = $1 AND topic = $2 AND partition = $3`,
      [subscription, topic, partition],
    );
    const keys = rows.map(({ key, state, settled_through, parked_at }) => ({
      key,
      state,
      settledThrough: BigInt(settled_through),
      parkedAtMs: parked_at.getTime(),
    }));
    return { owner: { ...place, epoch: raised.epoch }, keys };
  }

  /** Parks a key with its first record. @returns false when the partition has another owner. */
  park(owner: Owner, record: KeyedRecord, failure: ParkFailure, parkedAtMs: number): Promise<boolean> {
    return this.write(
      owner,
      `, parked AS (
         INSERT INTO parked_keys
           (subscription, topic, partition, key_hash, key, state, parked_at, settled_through, attempts, error, reason)
         SELECT subscription, topic, partition, $5::bytea, $6::bytea, 'parked', to_timestamp($7::float8 / 1000), -1, $8::int, $9, $10
         FROM owner
         ON CONFLICT (subscription, topic, partition, key_hash) DO UPDATE SET
           state = 'parked', parked_at = excluded.parked_at, attempts = excluded.attempts, error = excluded.error, reason = excluded.reason),
       waiting AS (
         INSERT INTO parked_messages (subscription, topic, partition, key_hash, "offset", value, headers, timestamp_ms)
         SELECT subscription, topic, partition, $5::bytea, $11::bigint, $12::bytea, $13::jsonb, $14::bigint FROM owner
         ON CONFLICT DO NOTHING)`,
      [
        ...[hashOf(record.key), record.key, parkedAtMs, failure.attempts, failure.error, failure.reason],
        ...[record.offset.toString(), record.value, headersToJson(record.headers), Math.trunc(record.timestampMs)],
      ],
    );
  }

  /** Appends records of parked keys behind those that wait. @returns false when the partition has another owner. */
  append(owner: Owner, records: readonly KeyedRecord[]): Promise<boolean> {
    return this.write(
      owner,
      `, waiting AS (
         INSERT INTO parked_messages (subscription, topic, partition, key_hash, "offset", value, headers, timestamp_ms)
         SELECT subscription, topic, partition, new.* FROM owner,
           unnest($5::bytea[], $6::bigint[], $7::bytea[], $8::jsonb[], $9::bigint[]) AS new
         ON CONFLICT DO NOTHING)`,
      [
        records.map(({ key }) => hashOf(key)),
        records.map(({ offset }) => offset.toString()),
        records.map(({ value }) => value),
        records.map(({ headers }) => headersToJson(headers)),
        records.map(({ timestampMs }) => Math.trunc(timestampMs)),
      ],
    );
  }

  /** The records of a key that wait, from the first. */
  async waiting(
    { subscription, topic, partition }: PartitionName,
    key: Buffer,
    limit: number,
  ): Promise<WaitingRecord[]> {
    const rows = await this.dataSource.query<ParkedRow[]>(
      `SELECT "offset", value, headers, timestamp_ms, skipped FROM parked_messages
       WHERE subscription = $1 AND topic = $2 AND partition = $3 AND key_hash = $4 ORDER BY "offset" LIMIT $5`,
      [subscription, topic, partition, hashOf(key), limit],
    );
    return rows.map((row) => ({ record: recordOf(key, row), skipped: row.skipped }));
  }

  /** The first waiting record of a key is done. @returns false when the partition has another owner. */
  settle(owner: Owner, key: Buffer, offset: bigint): Promise<boolean> {
    return this.write(
      owner,
      `, gone AS (
         DELETE FROM parked_messages USING owner
         WHERE ${ofOwner('parked_messages')} AND key_hash = $5 AND "offset" = $6),
       settled AS (
         UPDATE parked_keys SET settled_through = GREATEST(settled_through, $6) FROM owner
         WHERE ${ofOwner('parked_keys')} AND key_hash = $5)`,
      [hashOf(key), offset.toString()],
    );
  }

  /** A released key failed again. @returns false when the partition has another owner. */
  parkAgain(owner: Owner, key: Buffer, failure: ParkFailure): Promise<boolean> {
    return this.write(
      owner,
      `, parked AS (
         UPDATE parked_keys SET state = 'parked', attempts = attempts + $6, error = $7, reason = $8 FROM owner
         WHERE ${ofOwner('parked_keys')} AND key_hash = $5)`,
      [hashOf(key), failure.attempts, failure.error, failure.reason],
    );
  }

  /** Nothing of a key waits any more. @returns false when the partition has another owner. */
  drained(owner: Owner, key: Buffer): Promise<boolean> {
    return this.write(
      owner,
      `, drained AS (
         UPDATE parked_keys SET state = 'drained' FROM owner WHERE ${ofOwner('parked_keys')} AND key_hash = $5)`,
      [hashOf(key)],
    );
  }

  /** Forgets drained keys whose records are all below the committed position. */
  forget(owner: Owner, position: bigint): Promise<boolean> {
    return this.write(
      owner,
      `, forgotten AS (
         DELETE FROM parked_keys USING owner
         WHERE ${ofOwner('parked_keys')} AND state = 'drained' AND settled_through < $5)`,
      [position.toString()],
    );
  }

  /** Keys of a subscription that an operator has released and that still wait. */
  async releasing(subscription: string, topic: string): Promise<{ partition: number; key: Buffer }[]> {
    return this.dataSource.query(
      `SELECT partition, key FROM parked_keys WHERE subscription = $1 AND topic = $2 AND state = 'releasing'`,
      [subscription, topic],
    );
  }

  private async write(owner: Owner, changes: string, values: readonly unknown[]): Promise<boolean> {
    const { subscription, topic, partition, epoch } = owner;
    const rows = await this.dataSource.query<unknown[]>(`WITH ${ownerSql}${changes} SELECT 1 FROM owner`, [
      ...[subscription, topic, partition, epoch],
      ...values,
    ]);
    return rows.length > 0;
  }
}
