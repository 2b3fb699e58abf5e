import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { randomUUID } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SMTPServer } from 'smtp-server';
import { topics, type Decimal } from '@headwater/contracts';
import { type RunningService } from '@headwater/service-kit';
import { startBroker, startPostgres, type RunningBroker, type RunningPostgres } from '@headwater/testkit';
import { specifyConsumer, type ConsumerSpecification } from '@headwater/testkit/specification';
import { captured, createTopics, send, startAlerts, transactionOf } from '../../fixtures/alerts-under-test.ts';
import { Judgement } from '../detection/judgement.ts';
import { type Notification } from './notification.ts';
import { webhookSignature } from './webhook-sender.ts';

/** Things that come, in order, and can be waited for. */
class Arrivals<T> {
  readonly all: T[] = [];
  private wake: (() => void) | undefined;

  add(arrival: T): void {
    this.all.push(arrival);
    this.wake?.();
  }

  async have(count: number): Promise<readonly T[]> {
    while (this.all.length < count) await new Promise<void>((resolve) => (this.wake = resolve));
    return this.all;
  }
}

interface Hook {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly notification: Notification;
}

/** A receiver of webhooks: each path is a user's own; `answers` are the statuses of the next requests, then 204. */
class HookServer {
  readonly server: Server;
  readonly answers: (number | 'none')[] = [];
  private readonly hooks = new Map<string, Arrivals<Hook>>();

  constructor() {
    this.server = createServer((request, response) => {
      void text(request).then((body) => {
        const answer = this.answers.shift() ?? 204;
        this.at(request.url ?? '').add({
          headers: request.headers,
          body,
          notification: JSON.parse(body) as Notification,
        });
        if (answer !== 'none') response.writeHead(answer, answer === 302 ? { location: '/elsewhere' } : {}).end();
      });
    }).listen(0, '127.0.0.1');
  }

  at(path: string): Arrivals<Hook> {
    const arrivals = this.hooks.get(path) ?? new Arrivals();
    this.hooks.set(path, arrivals);
    return arrivals;
  }

  url(path: string): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}${path}`;
  }
}

describe('notifications', () => {
  let kafka: RunningBroker;
  let postgres: RunningPostgres;
  let alerts: RunningService;
  let consumer: ConsumerSpecification;
  const hooks = new HookServer();
  const mails = new Arrivals<{ readonly to: string; readonly source: string }>();
  const mailAnswers: number[] = [];
  const mailServer = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onRcptTo(_address, _session, callback) {
      const responseCode = mailAnswers.shift();
      callback(responseCode === undefined ? null : Object.assign(new Error('not now'), { responseCode }));
    },
    onData(stream, session, callback) {
      void text(stream).then((source) => {
        mails.add({ to: session.envelope.rcptTo[0]?.address ?? '', source });
        callback();
      });
    },
  });

  const settings = (mailPort: number) => ({
    SMTP_URL: `smtp://127.0.0.1:${mailPort}`,
    NOTIFICATION_PRIVATE_ADDRESSES: 'true',
    NOTIFICATION_FIRST_RETRY_MS: '1',
    NOTIFICATION_ATTEMPTS: '3',
    NOTIFICATION_TIMEOUT_MS: '5000',
    NOTIFICATIONS_PER_WINDOW: '2',
    NOTIFICATION_WINDOW_MS: '10000',
  });

  beforeAll(async () => {
    kafka = await startBroker({ flush: 'os' });
    postgres = await startPostgres();
    mailServer.listen(0, '127.0.0.1');
    await once(mailServer.server, 'listening');
    await createTopics(kafka);
    const { port } = mailServer.server.address() as AddressInfo;
    alerts = await startAlerts({ kafka, postgres, environment: settings(port) });
    const group = 'mybank-alerts.transactions';
    consumer = await specifyConsumer({ source: kafka, subscriptions: [{ topic: topics.bankTransactions, group }] });
  }, 120_000);

  afterAll(async () => {
    await consumer.close();
    await alerts.close();
    hooks.server.closeAllConnections();
    hooks.server.close();
    await new Promise<void>((resolve) => mailServer.close(() => resolve()));
    await postgres.close();
    await kafka.close();
  });

  /** A user with a threshold of 1,000 and these channels. */
  const userWith = async (channels: (userId: string) => object): Promise<{ userId: string; secret: string }> => {
    const userId = `user-${randomUUID()}`;
    await send(alerts, 'PUT', `/users/${userId}/thresholds/a1`, {
      amount: '1000',
      currency: 'GBP',
      occurredAt: '2020-06-01T00:00:00Z',
    });
    const { status, body } = await send(alerts, 'PUT', `/users/${userId}/channels`, channels(userId));
    expect(status).toBe(200);
    const [channel] = body['items'] as { secret?: string }[];
    return { userId, secret: channel?.secret ?? '' };
  };
  const withWebhook = () => userWith((userId) => ({ webhook: { url: hooks.url(`/${userId}`) } }));
  const pay = (userId: string, ...amounts: string[]) =>
    consumer
      .given()
      .when(...amounts.map((amount) => captured(transactionOf({ user_id: userId, amount: `-${amount}` as Decimal }))))
      .thenSee(() => undefined);
  const deadOf = async (userId: string): Promise<{ notificationId: string; error: string }[]> => {
    const { body } = await send(alerts, 'GET', `/users/${userId}/dead-notifications`);
    return body['items'] as { notificationId: string; error: string }[];
  };
  const deadBecome = async (userId: string, count: number): Promise<{ notificationId: string; error: string }[]> => {
    for (;;) {
      const dead = await deadOf(userId);
      if (dead.length >= count) return dead;
      await delay(20);
    }
  };

  it('tell a webhook, signed, with the alert', async () => {
    const { userId, secret } = await withWebhook();
    expect(secret).toMatch(/^whsec_/);
    await pay(userId, '1500.00');
    const [hook] = await hooks.at(`/${userId}`).have(1);
    expect(hook?.notification).toMatchObject({ userId, alertCount: 1, alerts: [{ number: 1, amount: '1500.00' }] });
    const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature } = hook!.headers;
    expect(id).toBe(hook?.notification.notificationId);
    expect(signature).toBe(webhookSignature(secret, String(id), String(timestamp), hook!.body));
  });

  it('tell a webhook again that failed, under the same id, and go on in order', async () => {
    const { userId } = await withWebhook();
    hooks.answers.push(500, 302);
    await pay(userId, '1500.00', '1600.00');
    const all = await hooks.at(`/${userId}`).have(4);
    expect(all.map(({ notification }) => notification.firstNumber)).toEqual([1, 1, 1, 2]);
    expect(new Set(all.map(({ headers }) => headers['webhook-id'])).size).toBe(2);
  });

  it('put aside what cannot be told, go on with the next, and tell it when asked to', async () => {
    const { userId } = await withWebhook();
    hooks.answers.push('none', 500, 503);
    await pay(userId, '1500.00');
    const [dead] = await deadBecome(userId, 1);
    expect(dead?.error).toContain('503');
    await pay(userId, '1600.00');
    const next = (await hooks.at(`/${userId}`).have(4))[3];
    expect(next?.notification.firstNumber).toBe(2);
    const redrive = `/users/${userId}/dead-notifications/${dead?.notificationId}/redrive`;
    hooks.answers.push(500);
    expect((await send(alerts, 'POST', redrive)).status).toBe(502);
    expect((await send(alerts, 'POST', redrive)).status).toBe(204);
    expect((await hooks.at(`/${userId}`).have(6))[5]?.notification.firstNumber).toBe(1);
    expect(await deadOf(userId)).toEqual([]);
  });

  it('give up at once on a webhook that wants no more', async () => {
    const { userId } = await withWebhook();
    hooks.answers.push(410);
    await pay(userId, '1500.00');
    expect((await deadBecome(userId, 1))[0]?.error).toContain('410');
    expect(hooks.at(`/${userId}`).all).toHaveLength(1);
  });

  it('sum up what is over the limit in one later notification', async () => {
    const { userId } = await withWebhook();
    // All of them at once: one that came after the window would be told in the next.
    const debits = ['1500.00', '1501.00', '1502.00', '1503.00', '1504.00'].map((amount) => ({
      ...transactionOf({ amount: amount as Decimal }).after!,
      user_id: userId,
    }));
    await alerts.app.get(Judgement).judge(debits);
    const told = (await hooks.at(`/${userId}`).have(3)).map(({ notification }) => notification);
    expect(told.map(({ firstNumber, lastNumber, alertCount }) => [firstNumber, lastNumber, alertCount])).toEqual([
      [1, 1, 1],
      [2, 2, 1],
      [3, 5, 3],
    ]);
    expect(told[2]?.alerts.map(({ amount }) => amount)).toEqual(['1502.00', '1503.00', '1504.00']);
  });

  it('tell a mailbox, and again when the server had no time', async () => {
    mailAnswers.push(451);
    const { userId } = await userWith((id) => ({ email: { address: `${id}@example.org` } }));
    await pay(userId, '1500.00');
    const [mail] = await mails.have(1);
    expect(mail?.to).toBe(`${userId}@example.org`);
    expect(mail?.source).toContain('Subject: Large transaction: 1500.00 GBP');
    expect(mail?.source).toMatch(/Message-ID: <[0-9a-f-]{36}@mybank-alerts>/);
  });

  it('give up on a mailbox that does not exist', async () => {
    mailAnswers.push(550);
    const { userId } = await userWith((id) => ({ email: { address: `${id}@example.org` } }));
    await pay(userId, '1500.00');
    expect((await deadBecome(userId, 1))[0]?.error).toContain('not now');
  });

  it('tell of alerts from now on, and no more where a channel was taken away', async () => {
    const { userId } = await userWith(() => ({}));
    await pay(userId, '1500.00');
    const set = await send(alerts, 'PUT', `/users/${userId}/channels`, { webhook: { url: hooks.url(`/${userId}`) } });
    expect(set.body).toMatchObject({ items: [{ kind: 'webhook', told: 1 }] });
    const again = await send(alerts, 'PUT', `/users/${userId}/channels`, { webhook: { url: hooks.url(`/${userId}`) } });
    expect((again.body['items'] as object[])[0]).not.toHaveProperty('secret');
    await pay(userId, '1600.00');
    expect((await hooks.at(`/${userId}`).have(1))[0]?.notification.firstNumber).toBe(2);
    expect((await send(alerts, 'PUT', `/users/${userId}/channels`, {})).body).toEqual({ items: [] });
  });

  it('refuse what is no channel, and never reach a private address unless it is allowed', async () => {
    for (const url of ['ftp://example.org', 'http://user:secret@example.org/', 'example.org'])
      expect((await send(alerts, 'PUT', '/users/ann/channels', { webhook: { url } })).status).toBe(400);
    expect((await send(alerts, 'PUT', '/users/ann/channels', { email: { address: 'x' } })).status).toBe(400);

    const { userId } = await withWebhook();
    await alerts.close();
    alerts = await startAlerts({ kafka, postgres, environment: { NOTIFICATION_FIRST_RETRY_MS: '1' } });
    const mail = await send(alerts, 'PUT', '/users/ann/channels', { email: { address: 'ann@example.org' } });
    expect(mail.status).toBe(422);
    await pay(userId, '1500.00');
    expect((await deadBecome(userId, 1))[0]?.error).toContain('private address');
    expect(hooks.at(`/${userId}`).all).toEqual([]);
  });
});
