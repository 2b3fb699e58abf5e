/**
 * What is to be told next, channel by channel: a channel is told of its user's alerts in order, one notification at a time, by whichever
 * process has taken it. What it was going to be told is written down before it is sent, so that a process that takes over sends the very
 * same, under the same id. A process that died gives its channel back when its lease is over.
 */
import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { type ChannelKind } from '../channel/channel.ts';
import { NotificationConfig } from './notification-config.ts';
import { notificationIdOf, type NotificationRange } from './notification.ts';
import { planNotification } from './rate-limit.ts';

/** A notification that this process is to send. */
export interface TakenNotification extends NotificationRange {
  readonly target: string;
  readonly secret: string | null;
  /** Attempts that failed before. */
  readonly attempts: number;
  readonly lease: string;
}

interface ChannelRow {
  readonly user_id: string;
  readonly kind: ChannelKind;
  readonly target: string;
  readonly secret: string | null;
  readonly told: string;
  readonly telling: string | null;
  readonly over_limit: boolean;
  readonly window_started_at: Date;
  readonly sent: number;
  readonly attempts: number;
  readonly last_number: string;
}

const findDue = `
  SELECT channels.*, last_number
  FROM channels JOIN alert_heads USING (user_id)
  WHERE pending AND due_at <= clock_timestamp()
  ORDER BY due_at LIMIT $1
  FOR UPDATE OF channels SKIP LOCKED`;

const isDue = 'SELECT EXISTS (SELECT FROM channels WHERE pending AND due_at <= clock_timestamp()) AS is_due';

@Injectable()
export class NotificationQueue {
  constructor(
    private readonly dataSource: DataSource,
    @Inject(NotificationConfig) private readonly config: NotificationConfig,
  ) {}

  /** Takes at most `limit` notifications that are due. Each is to be settled, or comes again. */
  async take(limit: number): Promise<TakenNotification[]> {
    // Most alerts are of users who look for themselves: they cost one statement here.
    const [due] = await this.dataSource.query<{ is_due: boolean }[]>(isDue);
    if (due?.is_due !== true) return [];
    return await this.dataSource.transaction(async (transaction) => {
      const rows = await transaction.query<ChannelRow[]>(findDue, [limit]);
      const taken: TakenNotification[] = [];
      for (const row of rows) {
        const notification = await this.plan(transaction, row);
        if (notification) taken.push(notification);
      }
      return taken;
    });
  }

  /** It was told. */
  async delivered(notification: TakenNotification): Promise<void> {
    await this.dataSource.transaction((transaction) => this.advance(transaction, notification));
  }

  /** It was not, and is tried again later. */
  async failed({ userId, kind, lease, attempts }: TakenNotification, error: string): Promise<void> {
    const { notificationFirstRetryMs: firstMs, notificationMaxRetryMs: mostMs } = this.config;
    await this.dataSource.query(
      `UPDATE channels SET lease = NULL, attempts = attempts + 1, last_error = $4,
         due_at = clock_timestamp() + $5 * interval '1 millisecond'
       WHERE user_id = $1 AND kind = $2 AND lease = $3`,
      [userId, kind, lease, error, Math.min(firstMs * 2 ** attempts, mostMs)],
    );
  }

  /** It will never be: it is put among the dead ones, and the channel goes on with the next. */
  async died(notification: TakenNotification, error: string): Promise<void> {
    const { userId, kind, firstNumber, lastNumber, attempts } = notification;
    await this.dataSource.transaction(async (transaction) => {
      if (!(await this.advance(transaction, notification))) return;
      await transaction.query(
        `INSERT INTO dead_notifications (notification_id, user_id, kind, first_number, last_number, attempts, error)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (notification_id) DO UPDATE SET error = excluded.error, died_at = clock_timestamp()`,
        [notificationIdOf(notification), userId, kind, firstNumber, lastNumber, attempts + 1, error],
      );
    });
  }

  private async plan(transaction: EntityManager, row: ChannelRow): Promise<TakenNotification | undefined> {
    const { notificationsPerWindow: perWindow, notificationWindowMs: windowMs, notificationTimeoutMs } = this.config;
    const { user_id: userId, kind, target, secret, attempts } = row;
    const place = {
      told: Number(row.told),
      telling: row.telling === null ? null : Number(row.telling),
      last: Number(row.last_number),
      overLimit: row.over_limit,
      windowStartedAtMs: row.window_started_at.getTime(),
      sent: row.sent,
    };
    const plan = planNotification(place, { perWindow, windowMs }, Date.now());
    if (plan.act === 'wait') {
      await transaction.query('UPDATE channels SET over_limit = true, due_at = $3 WHERE user_id = $1 AND kind = $2', [
        userId,
        kind,
        new Date(plan.untilMs),
      ]);
      return undefined;
    }
    const lease = randomUUID();
    const { telling, overLimit, windowStartedAtMs, sent } = plan;
    await transaction.query(
      `UPDATE channels SET telling = $3, over_limit = $4, window_started_at = $5, sent = $6, lease = $7,
         due_at = clock_timestamp() + $8 * interval '1 millisecond'
       WHERE user_id = $1 AND kind = $2`,
      [userId, kind, telling, overLimit, new Date(windowStartedAtMs), sent, lease, 2 * notificationTimeoutMs + 1_000],
    );
    return { userId, kind, target, secret, attempts, lease, firstNumber: place.told + 1, lastNumber: telling };
  }

  /** @returns false when the channel was given to another process, or is another now */
  private async advance(
    transaction: EntityManager,
    { userId, kind, lease, lastNumber }: TakenNotification,
  ): Promise<boolean> {
    // Alerts are numbered under this row's lock: none can come in between that would not be seen.
    const [head] = await transaction.query<{ last_number: string }[]>(
      'SELECT last_number FROM alert_heads WHERE user_id = $1 FOR SHARE',
      [userId],
    );
    const [, changed] = await transaction.query<[unknown, number]>(
      `UPDATE channels SET told = $4, telling = NULL, lease = NULL, attempts = 0, last_error = NULL,
         pending = $5, due_at = clock_timestamp()
       WHERE user_id = $1 AND kind = $2 AND lease = $3`,
      [userId, kind, lease, lastNumber, Number(head!.last_number) > lastNumber],
    );
    return changed > 0;
  }
}
