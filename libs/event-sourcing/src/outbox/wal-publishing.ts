/**
 * Publishes rows that came from the log, or from the table at a take-over, and looks after what cannot be published.
 *
 * One thing at a time: a batch, or what an operator has released. Every statement of a broken connection ends the stream, so that the
 * relay begins anew; every failure of the broker is met by the stream's next attempt, which leaves out what was written before.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { Snapshot } from '../database/index.ts';
import { ReplicationError } from '../replication/index.ts';
import { type Aggregate } from './outbox-message.ts';
import { type OutboxPublisher, type OutboxRecord } from './outbox-publisher.ts';
import { type PublishedRows } from './published-rows.ts';
import { publishIsolating, type PublishOutcome } from './publish-isolating.ts';
import { type HeldAggregates } from './held-aggregates.ts';
import { type RelaySession } from './relay-session.ts';
import { type ShardLease } from './shard-lease.ts';
import { type WalRecord } from './wal-record.ts';
import { type WalRelayObserver } from './wal-relay-options.ts';

/** How long a commit may take to become visible before it is a failure that is told. */
const LOOK_MS = 5;
const LOOKS = 20;

export interface WalPublishingParts {
  readonly publisher: OutboxPublisher;
  readonly session: RelaySession;
  readonly lease: ShardLease;
  readonly held: HeldAggregates;
  /** Outlives a connection: a row that was published comes no more in the log, and would stay in the table. */
  readonly rows: PublishedRows;
  readonly observer: WalRelayObserver;
}

/** The broker did not take records of a topic this time. */
export class TopicFailure extends Error {
  override readonly name = 'TopicFailure';
  readonly topic: string;

  constructor(topic: string, cause: unknown) {
    super(`topic ${topic}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.topic = topic;
  }
}

export class WalPublishing {
  private readonly parts: WalPublishingParts;
  private last: Promise<unknown> = Promise.resolve();
  /** Of the batch that is tried again: what is published or held already. */
  private done = new Set<bigint>();
  /** Rows that were published from the table although the log may still bring them, until it is past the place below. */
  private readonly fromTable = new Set<bigint>();
  private fromTableUntilLsn = 0n;

  constructor(parts: WalPublishingParts) {
    this.parts = parts;
  }

  /** @throws TopicFailure when the rest of the records is to be tried again; ReplicationError */
  publish(records: readonly WalRecord[]): Promise<void> {
    return this.alone(async () => {
      await this.parts.lease.assertHeld();
      let left = records.filter(({ seq }) => !this.done.has(seq) && !this.fromTable.has(seq));
      // A message that proves to be dropped does not hold those behind it, which are then published in another round.
      while (left.length > 0) left = await this.round(left);
      this.done.clear();
      const newest = records.at(-1)?.origin;
      if (newest && newest.commitLsn > this.fromTableUntilLsn) this.fromTable.clear();
    });
  }

  /** Holds what is dead in the table, and nothing else: its pending rows are published next. */
  begin(): Promise<void> {
    return this.alone(() => onConnection(this.parts.held.begin()));
  }

  /** Deletes what was published. @returns the first commit of which rows are not seen yet, and so stay */
  settle(): Promise<bigint | undefined> {
    return onConnection(this.parts.rows.delete(this.parts.session.sql));
  }

  /** Publishes what waits of aggregates that an operator has released. */
  async publishReleased(currentLsn: () => Promise<bigint>): Promise<void> {
    if (this.parts.held.isEmpty) return;
    await this.alone(async () => {
      await this.parts.lease.assertHeld();
      for (const aggregate of await onConnection(this.parts.held.released())) {
        if (await this.drain(aggregate, currentLsn)) await onConnection(this.parts.held.goOn(aggregate));
      }
      await this.settle();
    });
  }

  /** @returns whether nothing of the aggregate waits any more */
  private async drain(aggregate: Aggregate, currentLsn: () => Promise<bigint>): Promise<boolean> {
    const { held } = this.parts;
    for (;;) {
      // A published row that is not deleted could come among those that wait.
      if ((await this.settle()) !== undefined) return false;
      const waiting = await onConnection(held.waiting(aggregate));
      if (waiting.length === 0) return true;
      this.fromTableUntilLsn = await currentLsn();
      const outcomes = await this.write(waiting);
      for (const { outcome } of outcomes) {
        for (const record of outcome.published) {
          this.published(record);
          this.fromTable.add(record.seq);
        }
      }
      const deaths = await this.bury(outcomes);
      if (deaths > 0) {
        await onConnection(held.hold(waiting));
        return false;
      }
      this.assertWritten(outcomes);
    }
  }

  /** @returns records that are still to be published */
  private async round(records: readonly WalRecord[]): Promise<WalRecord[]> {
    const { held } = this.parts;
    const waiting = records.filter(({ aggregate }) => held.has(aggregate));
    await this.assertSeen(waiting);
    await onConnection(held.hold(waiting));
    for (const { seq } of waiting) this.done.add(seq);
    const outcomes = await this.write(records.filter(({ seq }) => !this.done.has(seq)));
    for (const { outcome } of outcomes) for (const record of outcome.published) this.published(record);
    await this.assertSeen(outcomes.flatMap(({ outcome }) => outcome.dead.map(({ record }) => record)));
    await this.bury(outcomes);
    this.assertWritten(outcomes);
    return records.filter(({ seq }) => !this.done.has(seq));
  }

  /**
   * The log may be ahead of what statements see, so that a row could neither be marked nor held.
   *
   * @throws Error when that lasts; the stream tries again
   */
  private async assertSeen(records: readonly WalRecord[]): Promise<void> {
    if (records.length === 0) return;
    for (let looks = 1; ; looks += 1) {
      const snapshot = await onConnection(Snapshot.current(this.parts.session.sql));
      const unseen = records.find(({ origin }) => origin && !snapshot.sees(origin.transactionId));
      if (!unseen) return;
      if (looks === LOOKS) {
        const id = unseen.origin!.transactionId;
        throw new Error(`the commit of transaction ${id} is not visible yet: a synchronous standby may be away`);
      }
      await delay(LOOK_MS);
    }
  }

  private write<Row extends OutboxRecord>(records: readonly Row[]): Promise<TopicOutcome<Row>[]> {
    const { publisher, lease } = this.parts;
    const byTopic = Map.groupBy(records, ({ topic }) => topic);
    return Promise.all(
      [...byTopic].map(async ([topic, ofTopic]) => {
        const outcome = await publishIsolating(publisher, topic, ofTopic, () => lease.isCertain);
        if (outcome.published.length > 0) this.parts.observer.published?.(topic, outcome.published);
        return { topic, outcome };
      }),
    );
  }

  private published(record: WalRecord): void {
    this.parts.rows.add(record);
    this.done.add(record.seq);
  }

  /** @returns how many messages hold their aggregates from now on */
  private async bury(outcomes: readonly TopicOutcome<OutboxRecord>[]): Promise<number> {
    let deaths = 0;
    for (const { outcome } of outcomes) {
      for (const { record, error } of outcome.dead) {
        this.done.add(record.seq);
        const reason = (error instanceof Error ? error.message : String(error)).slice(0, 1000);
        if (!(await onConnection(this.parts.held.die(record, reason)))) continue;
        deaths += 1;
        this.parts.observer.died?.(record, error);
      }
    }
    return deaths;
  }

  private assertWritten(outcomes: readonly TopicOutcome<OutboxRecord>[]): void {
    for (const { topic, outcome } of outcomes)
      if (outcome.failure) throw new TopicFailure(topic, outcome.failure.error);
  }

  private alone<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.last.then(work, work);
    this.last = turn.catch(() => undefined);
    return turn;
  }
}

interface TopicOutcome<Row extends OutboxRecord> {
  readonly topic: string;
  readonly outcome: PublishOutcome<Row>;
}

/** @throws ReplicationError REPLICATION_DISCONNECTED for whatever fails */
async function onConnection<Result>(statement: Promise<Result>): Promise<Result> {
  try {
    return await statement;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ReplicationError('REPLICATION_DISCONNECTED', `the outbox could not be kept: ${reason}`, { cause: error });
  }
}
