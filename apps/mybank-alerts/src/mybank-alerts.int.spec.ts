import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import {
  topics,
  type Decimal,
  type LargeTransactionDetected,
  type TimestampMicros,
  type UserSettings,
} from '@headwater/contracts';
import { type RunningService } from '@headwater/service-kit';
import { startPostgres, TopicReader, type RunningPostgres } from '@headwater/testkit';
import { describeOnEveryEngine } from '@headwater/testkit/engines';
import { specifyConsumer, type ConsumerSpecification } from '@headwater/testkit/specification';
import {
  captured,
  createTopics,
  send,
  startAlerts,
  StreamReader,
  transactionOf,
} from '../fixtures/alerts-under-test.ts';
import { type AlertResponse } from './alert/alert.responses.ts';
import { Judgement, type Debit } from './detection/judgement.ts';

const group = 'mybank-alerts.transactions';

describeOnEveryEngine(
  'mybank-alerts',
  (kafka) => {
    let postgres: RunningPostgres;
    let alerts: RunningService;
    let consumer: ConsumerSpecification;
    let reader: TopicReader;

    const put = (path: string, body: unknown, headers = {}) => send(alerts, 'PUT', path, body, headers);
    const threshold = (user: string, account: string, amount: string, occurredAt?: string, currency = 'GBP') =>
      put(`/users/${user}/thresholds/${account}`, { amount, currency, ...(occurredAt ? { occurredAt } : {}) });
    const alertsOf = async (user: string): Promise<AlertResponse[]> =>
      (await send(alerts, 'GET', `/users/${user}/alerts?limit=100`)).body['items'] as AlertResponse[];
    const judged = (...changes: ReturnType<typeof transactionOf>[]) =>
      consumer
        .given()
        .when(...changes.map(captured))
        .thenSee(() => undefined);
    /** A user with one account, of nobody else. */
    const someone = () => {
      const userId = `user-${randomUUID()}`;
      return { userId, accountId: `account-of-${userId}` };
    };
    const row = ({ userId, accountId }: ReturnType<typeof someone>, amount: string, bookedAt: string) => ({
      user_id: userId,
      account_id: accountId,
      amount: amount as Decimal,
      booked_at: bookedAt as TimestampMicros,
    });

    beforeAll(async () => {
      postgres = await startPostgres();
      await createTopics(kafka);
      alerts = await startAlerts({ kafka, postgres });
      consumer = await specifyConsumer({ source: kafka, subscriptions: [{ topic: topics.bankTransactions, group }] });
      await judged(transactionOf({ user_id: null }));
      reader = await TopicReader.start(kafka, [topics.userSettings, topics.userAlerts]);
    }, 120_000);

    afterAll(async () => {
      await reader.close();
      await consumer.close();
      await alerts.close();
      await postgres.close();
    });

    it('keeps thresholds with their history, tells the world, and answers with their version', async () => {
      const ann = someone();
      const path = `/users/${ann.userId}/thresholds/${ann.accountId}`;
      expect((await send(alerts, 'GET', path)).status).toBe(404);
      const enabled = await threshold(ann.userId, ann.accountId, '1000');
      expect(enabled).toMatchObject({ status: 201, etag: '"1"', body: { amount: '1000.00', currency: 'GBP' } });
      expect(await threshold(ann.userId, ann.accountId, '1000.0')).toMatchObject({ status: 200, etag: '"1"' });
      const changed = await put(path, { amount: '2000', currency: 'GBP' }, { 'if-match': '"1"' });
      expect(changed).toMatchObject({ status: 200, etag: '"2"' });
      expect((await put(path, { amount: '3000', currency: 'GBP' }, { 'if-match': '"1"' })).status).toBe(412);
      const read = await send(alerts, 'GET', path);
      expect(read).toMatchObject({ status: 200, etag: '"2"', body: { amount: '2000.00' } });
      expect(read.body['history']).toMatchObject([
        { amount: '1000.00', inForceFrom: enabled.body['inForceFrom'], inForceUntil: changed.body['inForceFrom'] },
        { amount: '2000.00', inForceFrom: changed.body['inForceFrom'], inForceUntil: null },
      ]);
      expect((await send(alerts, 'DELETE', path)).status).toBe(204);
      expect((await send(alerts, 'DELETE', path)).status).toBe(204);
      expect((await send(alerts, 'GET', path)).status).toBe(404);
      expect((await send(alerts, 'GET', `/users/${ann.userId}/thresholds`)).body).toEqual({ items: [] });

      const told = await reader.take<UserSettings>(topics.userSettings, ({ key }) => key === ann.userId, 3);
      expect(told.map(({ value }) => value.thresholds.length)).toEqual([1, 2, 2]);
      expect(told[2]?.value.thresholds.map(({ amount, inForceUntil }) => [amount, inForceUntil === null])).toEqual([
        ['1000.00', false],
        ['2000.00', false],
      ]);
    });

    it('judges what comes together in few transactions, and what cannot be judged fails alone', async () => {
      const customers = Array.from({ length: 8 }, someone);
      for (const { userId, accountId } of customers) await threshold(userId, accountId, '1000', '2020-06-01T12:00:00Z');
      const judgement = alerts.app.get(Judgement);
      const debitOf = (customer: ReturnType<typeof someone>, amount: string): Debit => ({
        ...transactionOf().after!,
        ...row(customer, amount, '2020-06-02T12:00:00Z'),
        transaction_id: randomUUID(),
        user_id: customer.userId,
      });
      const outcomes = await Promise.allSettled(
        customers.map((customer, index) => judgement.judge([debitOf(customer, index === 5 ? 'much' : '1500.00')])),
      );
      expect(outcomes.map(({ status }) => status === 'fulfilled')).toEqual(customers.map((_, index) => index !== 5));
      for (const [index, { userId }] of customers.entries())
        expect((await alertsOf(userId)).map(({ amount }) => amount)).toEqual(index === 5 ? [] : ['1500.00']);
    });

    it('refuses a threshold that rewrites history, is still to come, or is none', async () => {
      const ann = someone();
      await threshold(ann.userId, ann.accountId, '1000', '2020-06-01T12:00:00Z');
      expect((await threshold(ann.userId, ann.accountId, '2000', '2020-06-01T11:59:59Z')).status).toBe(409);
      expect((await threshold(ann.userId, ann.accountId, '2000', '2999-01-01T00:00:00Z')).status).toBe(422);
      for (const amount of ['-1', '1.005', 'much', ''])
        expect((await threshold(ann.userId, 'a', amount)).status).toBe(400);
      expect((await send(alerts, 'DELETE', `/users/${ann.userId}/thresholds/unknown`)).status).toBe(404);
    });

    it('alerts about what is strictly greater, in its currency, of its holder, and only about what leaves', async () => {
      const ann = someone();
      await threshold(ann.userId, ann.accountId, '1000', '2020-06-01T00:00:00Z');
      await threshold(`${ann.userId}-other`, ann.accountId, '1', '2020-06-01T00:00:00Z');
      const noon = '2020-06-01T12:00:00.000000Z';
      const large = transactionOf(row(ann, '-1000.01', noon));
      await judged(
        transactionOf(row(ann, '-1000.00', noon)),
        large,
        transactionOf(row(ann, '5000.00', noon)),
        transactionOf({ ...row(ann, '-5000.00', noon), currency: 'EUR' }),
        transactionOf({ ...row(ann, '-5000.00', noon), account_id: 'another' }),
      );
      const found = await alertsOf(ann.userId);
      expect(found).toMatchObject([
        { number: 1, transactionId: large.after?.transaction_id, amount: '1000.01', thresholdAmount: '1000.00' },
      ]);
      expect(await alertsOf(`${ann.userId}-other`)).toEqual([]);
      const [told] = await reader.take<LargeTransactionDetected>(topics.userAlerts, ({ key }) => key === ann.userId, 1);
      expect(told?.value).toMatchObject({ eventId: found[0]?.alertId, amount: '1000.01', occurredAt: new Date(noon) });
    });

    it('judges by what was in force at the time, whenever the transaction comes', async () => {
      const ann = someone();
      const path = `/users/${ann.userId}/thresholds/${ann.accountId}`;
      await threshold(ann.userId, ann.accountId, '1000', '2020-06-01T12:00:00Z');
      await threshold(ann.userId, ann.accountId, '3000', '2020-06-01T13:00:00Z');
      await send(alerts, 'DELETE', `${path}?occurredAt=2020-06-01T14:00:00Z`);
      await threshold(ann.userId, ann.accountId, '500', '2020-06-01T15:00:00Z');
      const debit = (bookedAt: string, op = 'c') => transactionOf(row(ann, '-2000.00', `2020-06-01T${bookedAt}Z`), op);
      const first = debit('12:00:00.000000');
      const last = debit('12:59:59.999999', 'r');
      const again = debit('15:00:00.000000');
      await judged(
        again,
        debit('11:59:59.999999', 'r'),
        last,
        debit('13:00:00.000000'),
        debit('14:30:00.000000'),
        debit('14:59:59.999999'),
        first,
      );
      const found = (await alertsOf(ann.userId)).map(({ transactionId }) => transactionId);
      expect(new Set(found)).toEqual(new Set([first, last, again].map(({ after }) => after?.transaction_id)));
    });

    it('does not alert about the past when a threshold is set now', async () => {
      const ann = someone();
      const before = transactionOf(row(ann, '-9000.00', `${new Date(Date.now() - 1).toISOString().slice(0, -1)}000Z`));
      const { body } = await threshold(ann.userId, ann.accountId, '1000');
      const from = body['inForceFrom'] as string;
      const at = transactionOf(row(ann, '-9000.00', `${from.slice(0, -1)}000Z`));
      await judged(before, at);
      expect((await alertsOf(ann.userId)).map(({ transactionId }) => transactionId)).toEqual([
        at.after?.transaction_id,
      ]);
    });

    it('alerts once, however often a transaction comes', async () => {
      const ann = someone();
      await threshold(ann.userId, ann.accountId, '1000', '2020-06-01T00:00:00Z');
      const change = transactionOf(row(ann, '-1500.00', '2020-06-02T00:00:00.000000Z'));
      await consumer
        .given()
        .when(captured(change), captured(change), captured({ ...change, op: 'r' }))
        .thenRedeliveryChangesNothing(() => alertsOf(ann.userId));
      expect(await alertsOf(ann.userId)).toHaveLength(1);
    });

    it('pages through alerts, and goes on with a stream where it was left', async () => {
      const ann = someone();
      await threshold(ann.userId, ann.accountId, '1000', '2020-06-01T00:00:00Z');
      const live = await StreamReader.open(alerts, ann.userId);
      const changes = Array.from({ length: 5 }, (_, index) =>
        transactionOf(row(ann, `-${2000 + index}.00`, `2020-06-0${index + 1}T00:00:00.000000Z`)),
      );
      await judged(...changes);
      const amounts = (await live.have(5)).map(({ amount }) => amount);
      expect(amounts).toEqual(['2000.00', '2001.00', '2002.00', '2003.00', '2004.00']);
      expect(live.ids).toEqual([1, 2, 3, 4, 5]);
      live.close();

      const resumed = await StreamReader.open(alerts, ann.userId, 3);
      expect((await resumed.have(2)).map(({ number }) => number)).toEqual([4, 5]);
      resumed.close();
      const wrong = await send(alerts, 'GET', `/users/${ann.userId}/alerts/stream`, undefined, {
        'last-event-id': 'x',
      });
      expect(wrong.status).toBe(400);

      const page = await send(alerts, 'GET', `/users/${ann.userId}/alerts?limit=2`);
      expect((page.body['items'] as AlertResponse[]).map(({ number }) => number)).toEqual([5, 4]);
      const cursor = page.body['nextCursor'] as string;
      const next = await send(alerts, 'GET', `/users/${ann.userId}/alerts?limit=3&cursor=${cursor}`);
      expect(next.body).toMatchObject({ items: [{ number: 3 }, { number: 2 }, { number: 1 }], nextCursor: null });
    });
  },
  { own: true },
);
