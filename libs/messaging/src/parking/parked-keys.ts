/**
 * The operator's side of the parked tables: what waits, and what to do with it. Every change leaves a row in `parking_audit`, in the
 * same transaction.
 *
 * A release only marks a key: the member that owns its partition sees the mark within a second and goes through the key's records in
 * order, before those that arrive. Without a running member it does so when one has started.
 */
import type { DataSource, EntityManager } from 'typeorm';
import type { RawRecord } from '../client/index.ts';
import { MessagingError } from '../errors/index.ts';
import { hashOf, recordOf, type ParkedRow } from './parked-record.ts';
import type { PartitionName } from './parking-store.ts';

/** Which key of which topic is parked, for which group. */
export interface ParkedKeyName extends PartitionName {
  readonly key: Buffer;
}

/** A key whose messages wait, as an operator sees it. */
export interface ParkedKey extends ParkedKeyName {
  /** `releasing`: released, and its records are being handled or wait for a member. */
  readonly state: 'parked' | 'releasing';
  readonly parkedAt: Date;
  readonly attempts: number;
  /** The class or code of the last error. */
  readonly error: string;
  readonly reason: string;
  readonly messages: number;
  readonly firstOffset: bigint | undefined;
}

/** A message that waits. */
export interface ParkedMessage {
  readonly record: RawRecord;
  readonly skipped: boolean;
}

export interface ParkedKeysFilter {
  readonly subscription?: string | undefined;
  readonly topic?: string | undefined;
  readonly partition?: number | undefined;
  readonly key?: Buffer | undefined;
  /** Matches the error or a part of its reason. */
  readonly error?: string | undefined;
  readonly limit?: number | undefined;
}

/** On whose account something is changed. */
export interface OperatorAct {
  readonly who: string;
  readonly why: string;
}

/** Who changed what about a parked key, when and why. */
export interface ParkingAuditRow extends OperatorAct, ParkedKeyName {
  readonly at: Date;
  readonly action: 'release' | 'skip' | 'edit';
  readonly offset: bigint | undefined;
  readonly before: Buffer | null;
  readonly after: Buffer | null;
}

interface KeyRow {
  subscription: string;
  topic: string;
  partition: number;
  key: Buffer;
  state: 'parked' | 'releasing';
  parked_at: Date;
  attempts: number;
  error: string;
  reason: string;
  messages: string;
  first_offset: string | null;
}

interface AuditRow extends KeyRow {
  at: Date;
  who: string;
  why: string;
  action: ParkingAuditRow['action'];
  offset: string | null;
  before: Buffer | null;
  after: Buffer | null;
}

const keyWhere = 'subscription = $1 AND topic = $2 AND partition = $3 AND key_hash = $4';

const valuesOf = ({ subscription, topic, partition, key }: ParkedKeyName): unknown[] => [
  ...[subscription, topic, partition],
  hashOf(key),
];

function textOf({ subscription, topic, partition, key }: ParkedKeyName): string {
  return `Key ${JSON.stringify(key.toString())} of group ${subscription} in ${topic}/${partition}`;
}

/** Looks at parked keys and changes them, with a row of audit for each change. */
export class ParkedKeys {
  constructor(private readonly dataSource: DataSource) {}

  /** Parked keys, the one that waits for the longest first. */
  async list(filter: ParkedKeysFilter = {}): Promise<ParkedKey[]> {
    const rows = await this.dataSource.query<KeyRow[]>(
      `SELECT k.subscription, k.topic, k.partition, k.key, k.state, k.parked_at, k.attempts, k.error, k.reason,
         m.messages, m.first_offset
       FROM parked_keys k
       CROSS JOIN LATERAL (
         SELECT count(*) FILTER (WHERE NOT skipped) AS messages, min("offset") FILTER (WHERE NOT skipped) AS first_offset
         FROM parked_messages p
         WHERE p.subscription = k.subscription AND p.topic = k.topic AND p.partition = k.partition AND p.key_hash = k.key_hash) m
       WHERE k.state <> 'drained' AND ($1::text IS NULL OR k.subscription = $1) AND ($2::text IS NULL OR k.topic = $2)
         AND ($3::int IS NULL OR k.partition = $3) AND ($4::bytea IS NULL OR k.key_hash = $4)
         AND ($5::text IS NULL OR k.error = $5 OR strpos(k.reason, $5) > 0)
       ORDER BY k.parked_at, k.key LIMIT $6`,
      [
        ...[filter.subscription ?? null, filter.topic ?? null, filter.partition ?? null],
        ...[filter.key ? hashOf(filter.key) : null, filter.error ?? null, filter.limit ?? 1_000],
      ],
    );
    return rows.map(({ parked_at, messages, first_offset, ...row }) => ({
      ...row,
      parkedAt: parked_at,
      messages: Number(messages),
      firstOffset: first_offset === null ? undefined : BigInt(first_offset),
    }));
  }

  /** The messages of a key that wait, in order. */
  async messages(name: ParkedKeyName, limit = 100): Promise<ParkedMessage[]> {
    const rows = await this.dataSource.query<ParkedRow[]>(
      `SELECT "offset", value, headers, timestamp_ms, skipped FROM parked_messages WHERE ${keyWhere} ORDER BY "offset" LIMIT $5`,
      [...valuesOf(name), limit],
    );
    return rows.map((row) => ({ record: recordOf(name.key, row), skipped: row.skipped }));
  }

  /** Lets a key go on with what waits, in order. @throws {MessagingError} `NOT_PARKED` */
  release(name: ParkedKeyName, act: OperatorAct): Promise<void> {
    return this.dataSource.transaction(async (manager) => {
      await this.lock(manager, name);
      await manager.query(`UPDATE parked_keys SET state = 'releasing' WHERE ${keyWhere}`, valuesOf(name));
      await audit(manager, 'release', name, act, undefined, null, null);
    });
  }

  /** Takes one message out of a key's line; the key stays parked until it is released. @throws {MessagingError} `NOT_PARKED` */
  skip(name: ParkedKeyName, offset: bigint, act: OperatorAct): Promise<void> {
    return this.dataSource.transaction(async (manager) => {
      await this.lock(manager, name);
      const { value } = await this.lockMessage(manager, name, offset);
      await manager.query(`UPDATE parked_messages SET skipped = true WHERE ${keyWhere} AND "offset" = $5`, [
        ...valuesOf(name),
        offset.toString(),
      ]);
      await audit(manager, 'skip', name, act, offset, value, null);
    });
  }

  /**
   * Gives one message other bytes; they must have been encoded by the topic's contract. Its message id stays, so that a message
   * whose effect is there already has no second one.
   * @throws {MessagingError} `NOT_PARKED`
   */
  edit(name: ParkedKeyName, offset: bigint, after: Buffer, act: OperatorAct): Promise<void> {
    return this.dataSource.transaction(async (manager) => {
      await this.lock(manager, name);
      const { value } = await this.lockMessage(manager, name, offset);
      await manager.query(`UPDATE parked_messages SET value = $6 WHERE ${keyWhere} AND "offset" = $5`, [
        ...valuesOf(name),
        ...[offset.toString(), after],
      ]);
      await audit(manager, 'edit', name, act, offset, value, after);
    });
  }

  /** What operators did, the last first. */
  async audit(filter: Pick<ParkedKeysFilter, 'subscription' | 'topic' | 'limit'> = {}): Promise<ParkingAuditRow[]> {
    const rows = await this.dataSource.query<AuditRow[]>(
      `SELECT at, who, why, action, subscription, topic, partition, key, "offset", before, after FROM parking_audit
       WHERE ($1::text IS NULL OR subscription = $1) AND ($2::text IS NULL OR topic = $2) ORDER BY id DESC LIMIT $3`,
      [filter.subscription ?? null, filter.topic ?? null, filter.limit ?? 100],
    );
    return rows.map((row) => ({ ...row, offset: row.offset === null ? undefined : BigInt(row.offset) }));
  }

  private async lock(manager: EntityManager, name: ParkedKeyName): Promise<void> {
    const [row] = await manager.query<{ state: string }[]>(
      `SELECT state FROM parked_keys WHERE ${keyWhere} FOR UPDATE`,
      valuesOf(name),
    );
    if (row?.state === 'parked') return;
    const why = row?.state === 'releasing' ? 'is released and on its way' : 'is not parked';
    throw new MessagingError('NOT_PARKED', `${textOf(name)} ${why}`);
  }

  private async lockMessage(
    manager: EntityManager,
    name: ParkedKeyName,
    offset: bigint,
  ): Promise<{ value: Buffer | null }> {
    const [row] = await manager.query<{ value: Buffer | null }[]>(
      `SELECT value FROM parked_messages WHERE ${keyWhere} AND "offset" = $5 AND NOT skipped FOR UPDATE`,
      [...valuesOf(name), offset.toString()],
    );
    if (row) return row;
    throw new MessagingError('NOT_PARKED', `${textOf(name)} has no message of offset ${offset} that waits`);
  }
}

async function audit(
  manager: EntityManager,
  action: ParkingAuditRow['action'],
  { subscription, topic, partition, key }: ParkedKeyName,
  { who, why }: OperatorAct,
  offset: bigint | undefined,
  before: Buffer | null,
  after: Buffer | null,
): Promise<void> {
  await manager.query(
    `INSERT INTO parking_audit (who, why, action, subscription, topic, partition, key, "offset", before, after)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [who, why, action, subscription, topic, partition, key, offset?.toString() ?? null, before, after],
  );
}
