/**
 * Judges debits: one that is greater than the threshold that was in force on its account at its time becomes an alert, once.
 *
 * - The threshold is looked up by the transaction's time, so a change never alerts about the past, and what comes late is judged by what
 *   was in force then. It must be of the account's holder and in the account's currency.
 * - A threshold cannot come too late: whoever was told that it is in force finds it committed here (see `judgement-lock.ts`).
 * - A debit that comes again finds its alert there. Alerts of a user are numbered under the lock of the user's head, without a gap and in
 *   order of commit, so that a reader who has seen a number has seen all before it.
 * - A transaction costs the same few statements however many debits it judges: what comes while others are under way shares the next one,
 *   so that transactions grow with the load, and not their number.
 */
import { Injectable } from '@nestjs/common';
import { type TransactionRow } from '@headwater/contracts';
import { Outbox, type SqlExecutor } from '@headwater/event-sourcing';
import { messageIdOf } from '@headwater/messaging';
import { Metrics } from '@headwater/service-kit';
import { DataSource } from 'typeorm';
import { alertOf, type Alert, type AlertRow } from '../alert/alert.ts';
import { AlertSignal } from '../alert/alert-signal.ts';
import { AlertPublisher } from './alert.publisher.ts';
import { beginJudgement } from './judgement-lock.ts';

/** What left the account of a user; `amount` is positive. */
export interface Debit extends TransactionRow {
  readonly user_id: string;
}

interface LargeDebit {
  readonly ordinal: string;
  readonly threshold_id: string;
  readonly threshold_amount: string;
}

const findLarge = `
  SELECT debit.ordinal, thresholds.threshold_id, thresholds.amount AS threshold_amount
  FROM unnest($1::text[], $2::text[], $3::text[], $4::numeric[], $5::timestamptz[]) WITH ORDINALITY
    AS debit (account_id, user_id, currency, amount, booked_at, ordinal)
  JOIN thresholds ON thresholds.account_id = debit.account_id
    AND thresholds.user_id = debit.user_id
    AND thresholds.currency = debit.currency
    AND debit.amount > thresholds.amount
    AND debit.booked_at >= thresholds.in_force_from
    AND (thresholds.in_force_until IS NULL OR debit.booked_at < thresholds.in_force_until)
  ORDER BY debit.booked_at, debit.ordinal`;

const lockHeads = `
  INSERT INTO alert_heads (user_id) SELECT DISTINCT user_id FROM unnest($1::text[]) AS large (user_id) ORDER BY user_id
  ON CONFLICT (user_id) DO UPDATE SET user_id = excluded.user_id`;

const insertAlerts = `
  WITH fresh AS (
    SELECT large.*, row_number() OVER (PARTITION BY user_id ORDER BY ordinal) AS place
    FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::numeric[], $6::text[], $7::text[], $8::text[], $9::timestamptz[],
      $10::text[], $11::numeric[]) WITH ORDINALITY
      AS large (alert_id, user_id, account_id, transaction_id, amount, currency, counterparty, description, booked_at,
        threshold_id, threshold_amount, ordinal)
    WHERE NOT EXISTS (
      SELECT FROM alerts WHERE alerts.transaction_id = large.transaction_id AND alerts.account_id = large.account_id
    )
  ), head AS (
    UPDATE alert_heads SET last_number = last_number + added
    FROM (SELECT user_id, count(*) AS added FROM fresh GROUP BY user_id) AS counted
    WHERE alert_heads.user_id = counted.user_id
    RETURNING alert_heads.user_id, last_number - added AS before
  ), waiting AS (
    UPDATE channels SET pending = true FROM head WHERE channels.user_id = head.user_id
  )
  INSERT INTO alerts (user_id, number, alert_id, account_id, transaction_id, amount, currency, counterparty, description, booked_at,
    threshold_id, threshold_amount)
  SELECT user_id, before + place, alert_id, account_id, transaction_id, amount, currency, counterparty, description, booked_at,
    threshold_id, threshold_amount
  FROM fresh JOIN head USING (user_id)
  RETURNING *`;

/** Transactions at a time. */
const groupsAtOnce = 2;
/** Debits of a transaction, but for one call that brings more. */
const groupSize = 1_000;

interface Waiting {
  readonly debits: readonly Debit[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

@Injectable()
export class Judgement {
  private readonly judged;
  private readonly alerted;
  private waiting: Waiting[] = [];
  private groupsUnderWay = 0;

  constructor(
    private readonly dataSource: DataSource,
    private readonly outbox: Outbox,
    private readonly publisher: AlertPublisher,
    metrics: Metrics,
  ) {
    this.judged = metrics.counter({ name: 'mybank_debits_judged_total', help: 'Debits that were judged.' });
    this.alerted = metrics.counter({ name: 'mybank_alerts_total', help: 'Debits that became an alert.' });
  }

  /** Resolves when they are judged and their alerts are committed. */
  async judge(debits: readonly Debit[]): Promise<void> {
    if (debits.length === 0) return;
    await new Promise<void>((resolve, reject) => {
      this.waiting.push({ debits, resolve, reject });
      this.judgeWaiting();
    });
  }

  private judgeWaiting(): void {
    while (this.groupsUnderWay < groupsAtOnce && this.waiting.length > 0) {
      this.groupsUnderWay += 1;
      void this.judgeGroup(this.takeGroup()).finally(() => {
        this.groupsUnderWay -= 1;
        this.judgeWaiting();
      });
    }
  }

  private takeGroup(): Waiting[] {
    let debits = 0;
    const end = this.waiting.findIndex((each) => (debits += each.debits.length) > groupSize);
    return this.waiting.splice(0, end < 0 ? this.waiting.length : Math.max(end, 1));
  }

  /** What cannot be judged fails the one that brought it: then each is judged on its own. Never rejects. */
  private async judgeGroup(group: readonly Waiting[]): Promise<void> {
    try {
      await this.judgeTogether(group.flatMap(({ debits }) => debits));
      for (const { resolve } of group) resolve();
    } catch (error) {
      if (group.length > 1) for (const one of group) await this.judgeGroup([one]);
      else for (const { reject } of group) reject(error);
    }
  }

  private async judgeTogether(debits: readonly Debit[]): Promise<void> {
    const alerts = await this.dataSource.transaction(async (transaction) => {
      await beginJudgement(transaction);
      const large = await this.findLarge(transaction, debits);
      if (large.size === 0) return [];
      const inserted = await this.insert(transaction, large);
      await this.outbox.publish(
        transaction,
        inserted.map((alert) => this.publisher.messageOf(alert)),
      );
      await AlertSignal.raise(transaction, inserted);
      return inserted;
    });
    this.judged.inc(debits.length);
    this.alerted.inc(alerts.length);
  }

  private async findLarge(transaction: SqlExecutor, debits: readonly Debit[]): Promise<ReadonlyMap<Debit, LargeDebit>> {
    const rows = await transaction.query<LargeDebit[]>(findLarge, [
      debits.map((debit) => debit.account_id),
      debits.map((debit) => debit.user_id),
      debits.map((debit) => debit.currency),
      debits.map((debit) => debit.amount),
      debits.map((debit) => debit.booked_at),
    ]);
    return new Map(rows.map((row) => [debits[Number(row.ordinal) - 1]!, row]));
  }

  private async insert(transaction: SqlExecutor, large: ReadonlyMap<Debit, LargeDebit>): Promise<Alert[]> {
    // A capture may repeat what it has written, within a batch too.
    const once = new Map([...large].map((entry) => [alertIdOf(entry[0], entry[1]), entry]));
    const debits = [...once.values()].map(([debit]) => debit);
    const users = debits.map((debit) => debit.user_id);
    await transaction.query(lockHeads, [users]);
    const rows = await transaction.query<AlertRow[]>(insertAlerts, [
      [...once.keys()],
      users,
      debits.map((debit) => debit.account_id),
      debits.map((debit) => debit.transaction_id),
      debits.map((debit) => debit.amount),
      debits.map((debit) => debit.currency),
      debits.map((debit) => debit.counterparty),
      debits.map((debit) => debit.description),
      debits.map((debit) => debit.booked_at),
      [...once.values()].map(([, { threshold_id: id }]) => id),
      [...once.values()].map(([, { threshold_amount: amount }]) => amount),
    ]);
    return rows.map(alertOf);
  }
}

const alertIdOf = (debit: Debit, { threshold_id: thresholdId }: LargeDebit): string =>
  messageIdOf(`${debit.transaction_id}/${debit.account_id}`, thresholdId);
