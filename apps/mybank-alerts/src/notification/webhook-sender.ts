/**
 * Sends notifications to webhooks, signed as Standard Webhooks has it: `webhook-id`, `webhook-timestamp` (Unix seconds) and
 * `webhook-signature`, the HMAC-SHA256 of `id.timestamp.body` in base64. Any answer 2xx is taken for an acknowledgement; redirects are
 * not followed, and bodies of answers not read.
 *
 * Source: standardwebhooks.com, specification 1.0.
 */
import { createHmac } from 'node:crypto';
import { request as requestHttp, type RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import { Inject, Injectable } from '@nestjs/common';
import { DeliveryError } from './delivery-error.ts';
import { NotificationConfig } from './notification-config.ts';
import { type Notification } from './notification.ts';
import { assertPublicHost, lookupPublic } from './private-address.ts';

/** What a receiver says when it wants no more, ever. */
const gone = 410;

@Injectable()
export class WebhookSender {
  constructor(@Inject(NotificationConfig) private readonly config: NotificationConfig) {}

  /** @throws DeliveryError */
  async send(target: string, secret: string, notification: Notification): Promise<void> {
    const url = new URL(target);
    if (!this.config.notificationPrivateAddresses) assertPublicHost(url.hostname);
    const body = JSON.stringify(notification);
    const timestamp = String(Math.floor(Date.now() / 1000));
    const status = await this.post(url, body, {
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(body)),
      'user-agent': 'mybank-alerts',
      'webhook-id': notification.notificationId,
      'webhook-timestamp': timestamp,
      'webhook-signature': webhookSignature(secret, notification.notificationId, timestamp, body),
    });
    if (status < 200 || status > 299) throw new DeliveryError(`the webhook answered ${status}`, status !== gone);
  }

  private async post(url: URL, body: string, headers: Record<string, string>): Promise<number> {
    const { notificationTimeoutMs, notificationPrivateAddresses } = this.config;
    const options: RequestOptions = {
      method: 'POST',
      headers,
      agent: false,
      signal: AbortSignal.timeout(notificationTimeoutMs),
      ...(notificationPrivateAddresses ? {} : { lookup: lookupPublic }),
    };
    return await new Promise<number>((resolve, reject) => {
      const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, options, (response) => {
        resolve(response.statusCode ?? 0);
        response.destroy();
      });
      request.once('error', (error) => {
        const late = error.name === 'TimeoutError' || error.name === 'AbortError';
        const reason = late ? `no answer within ${notificationTimeoutMs} ms` : error.message;
        reject(
          error instanceof DeliveryError ? error : new DeliveryError(`the webhook: ${reason}`, true, { cause: error }),
        );
      });
      request.end(body);
    });
  }
}

/** @param secret `whsec_` and the key in base64 */
export function webhookSignature(secret: string, id: string, timestamp: string, body: string): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
}
