import { Injectable } from '@nestjs/common';
import { AlertPages } from '../alert/alert-pages.ts';
import { MailSender } from './mail-sender.ts';
import { alertsPerNotification, notificationOf, type NotificationRange } from './notification.ts';
import { WebhookSender } from './webhook-sender.ts';

/** Where a notification goes. */
export interface NotificationTarget {
  readonly target: string;
  /** Of a webhook. */
  readonly secret: string | null;
}

/** Tells a range of alerts by the channel that it is for. */
@Injectable()
export class NotificationSender {
  constructor(
    private readonly alerts: AlertPages,
    private readonly webhooks: WebhookSender,
    private readonly mail: MailSender,
  ) {}

  /** @throws DeliveryError */
  async send(range: NotificationRange, { target, secret }: NotificationTarget): Promise<void> {
    const alerts = await this.alerts.after(range.userId, range.firstNumber - 1, alertsPerNotification);
    const notification = notificationOf(range, alerts);
    if (range.kind === 'webhook') await this.webhooks.send(target, secret ?? '', notification);
    else await this.mail.send(target, notification);
  }
}
