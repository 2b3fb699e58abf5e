/** Notifications that could not be delivered: looked at, and sent once more by hand. */
import { Injectable } from '@nestjs/common';
import { Problem } from '@headwater/service-kit';
import { DataSource } from 'typeorm';
import { type ChannelKind } from '../channel/channel.ts';
import { type DeadNotificationResponse } from './dead-notification.responses.ts';
import { DeliveryError } from './delivery-error.ts';
import { NotificationSender, type NotificationTarget } from './notification-sender.ts';

interface DeadRow {
  readonly notification_id: string;
  readonly user_id: string;
  readonly kind: ChannelKind;
  readonly first_number: string;
  readonly last_number: string;
  readonly attempts: number;
  readonly error: string;
  readonly died_at: Date;
}

const mostShown = 100;

@Injectable()
export class DeadNotifications {
  constructor(
    private readonly dataSource: DataSource,
    private readonly sender: NotificationSender,
  ) {}

  /** The latest first. */
  async list(userId: string): Promise<DeadNotificationResponse[]> {
    const rows = await this.dataSource.query<DeadRow[]>(
      'SELECT * FROM dead_notifications WHERE user_id = $1 ORDER BY died_at DESC LIMIT $2',
      [userId, mostShown],
    );
    return rows.map(responseOf);
  }

  /** Sends it to where the user's channel is now. @throws Problem 404 when there is none such, 502 when it fails again */
  async redrive(userId: string, notificationId: string): Promise<void> {
    const [row] = await this.dataSource.query<(DeadRow & NotificationTarget)[]>(
      `SELECT dead_notifications.*, target, secret FROM dead_notifications JOIN channels USING (user_id, kind)
       WHERE user_id = $1 AND notification_id = $2`,
      [userId, notificationId],
    );
    if (!row)
      throw Problem.notFound(
        'dead-notification-unknown',
        `User ${userId} has no dead notification ${notificationId}, or no channel of its kind any more.`,
      );
    const { kind, firstNumber, lastNumber } = responseOf(row);
    try {
      await this.sender.send({ userId, kind, firstNumber, lastNumber }, row);
    } catch (error) {
      if (!(error instanceof DeliveryError)) throw error;
      throw new Problem({
        status: 502,
        code: 'notification-undelivered',
        detail: `It failed again: ${error.message}.`,
      });
    }
    await this.dataSource.query('DELETE FROM dead_notifications WHERE notification_id = $1', [notificationId]);
  }
}

const responseOf = (row: DeadRow): DeadNotificationResponse => ({
  notificationId: row.notification_id,
  kind: row.kind,
  firstNumber: Number(row.first_number),
  lastNumber: Number(row.last_number),
  attempts: row.attempts,
  error: row.error,
  diedAt: row.died_at.toISOString(),
});
