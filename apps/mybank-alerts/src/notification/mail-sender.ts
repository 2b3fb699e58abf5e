/** Sends notifications by e-mail. A repetition has the same Message-ID, by which mailboxes know it. */
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { createTransport, type Transporter } from 'nodemailer';
import { DeliveryError } from './delivery-error.ts';
import { NotificationConfig } from './notification-config.ts';
import { type Notification } from './notification.ts';

@Injectable()
export class MailSender implements OnModuleDestroy {
  private readonly transport: Transporter | undefined;

  constructor(@Inject(NotificationConfig) private readonly config: NotificationConfig) {
    const { smtpUrl, notificationTimeoutMs: timeoutMs } = config;
    if (smtpUrl === undefined) return;
    const { protocol, hostname, port, username, password } = new URL(smtpUrl);
    this.transport = createTransport({
      pool: true,
      host: hostname.replace(/^\[|\]$/g, ''),
      secure: protocol === 'smtps:',
      connectionTimeout: timeoutMs,
      greetingTimeout: timeoutMs,
      socketTimeout: timeoutMs,
      ...(port === '' ? {} : { port: Number(port) }),
      ...(username === '' ? {} : { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
    });
  }

  onModuleDestroy(): void {
    this.transport?.close();
  }

  /** @throws DeliveryError */
  async send(address: string, notification: Notification): Promise<void> {
    if (!this.transport) throw new DeliveryError('this service has no mail server', true);
    try {
      await this.transport.sendMail({
        from: this.config.mailFrom,
        to: { name: '', address },
        messageId: `<${notification.notificationId}@mybank-alerts>`,
        subject: subjectOf(notification),
        text: textOf(notification),
        disableFileAccess: true,
        disableUrlAccess: true,
      });
    } catch (error) {
      const { responseCode = 0, message } = error as { responseCode?: number; message: string };
      // 5xx is for good (RFC 5321, 4.2.1).
      throw new DeliveryError(`the mail server: ${message}`, responseCode < 500, { cause: error });
    }
  }
}

function subjectOf({ alertCount, alerts }: Notification): string {
  const [first] = alerts;
  if (alertCount > 1 || !first) return `${alertCount} large transactions`;
  return `Large transaction: ${first.amount} ${first.currency}`;
}

function textOf({ alertCount, alerts }: Notification): string {
  const lines = alerts.map(
    ({ amount, currency, counterparty, accountId, bookedAt, thresholdAmount, description }) =>
      `${amount} ${currency} left account ${accountId} for ${counterparty} on ${bookedAt} (${description}); ` +
      `your threshold is ${thresholdAmount} ${currency}.`,
  );
  const more = alertCount - alerts.length;
  return [...lines, ...(more > 0 ? [`And ${more} more.`] : []), ''].join('\n');
}
