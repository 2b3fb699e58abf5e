import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startService, type RunningService } from '@headwater/service-kit';
import { startPostgres, type RunningPostgres } from '@headwater/testkit';
import { DataSource } from 'typeorm';
import { AppModule } from './app.module.ts';
import { service } from './service.ts';

describe('mybank-ledger', () => {
  let postgres: RunningPostgres;
  let ledger: RunningService;

  const send = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const response = await fetch(`${ledger.url}${path}`, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const book = (transactionId: string, amount: string, more: object = {}) => ({
    transactionId,
    description: 'Chairs',
    bookedAt: '2020-06-01T12:00:00Z',
    postings: [
      { accountId: 'ann', amount: `-${amount}` },
      { accountId: 'acme', amount },
    ],
    ...more,
  });
  const balanceOf = async (accountId: string) => (await send('GET', `/accounts/${accountId}`)).body['balance'];
  const sql = (text: string) => ledger.app.get(DataSource).query<unknown>(text);

  beforeAll(async () => {
    postgres = await startPostgres();
    ledger = await startService(AppModule, {
      ...service,
      environment: { PORT: '0', LOG_LEVEL: 'silent', DATABASE_URL: await postgres.createDatabase('mybank_ledger') },
    });
    await send('POST', '/accounts', {
      accounts: [
        { accountId: 'ann', userId: 'ann', currency: 'GBP', name: 'Ann' },
        { accountId: 'acme', currency: 'GBP', name: 'Acme' },
        { accountId: 'acme-eur', currency: 'EUR', name: 'Acme in Euro' },
      ],
    });
  });

  afterAll(async () => {
    await ledger.close();
    await postgres.close();
  });

  it('opens an account once, and never as another', async () => {
    const open = (currency: string) =>
      send('POST', '/accounts', { accounts: [{ accountId: 'ann', userId: 'ann', currency, name: 'Ann' }] });
    expect(await open('GBP')).toEqual({ status: 200, body: { opened: 0, repeated: 1 } });
    expect((await open('EUR')).status).toBe(409);
    expect((await send('GET', '/accounts/nobody')).status).toBe(404);
  });

  it('books a transaction once, by its id or by the Idempotency-Key', async () => {
    const before = await balanceOf('acme');
    expect(before).toBe('0.00');
    expect((await send('POST', '/transactions', book('t1', '12.50'))).body).toEqual({
      transactionId: 't1',
      repeated: false,
    });
    expect((await send('POST', '/transactions', book('t1', '12.50'))).body).toEqual({
      transactionId: 't1',
      repeated: true,
    });
    const { transactionId: _, ...unnamed } = book('', '0.05');
    for (const repeated of [false, true])
      expect(await send('POST', '/transactions', unnamed, { 'idempotency-key': 'key-1' })).toEqual({
        status: 201,
        body: { transactionId: 'key-1', repeated },
      });
    expect([await balanceOf('ann'), await balanceOf('acme')]).toEqual(['-12.55', '12.55']);
    expect((await send('GET', '/transactions/t1')).body).toMatchObject({
      bookedAt: '2020-06-01T12:00:00.000Z',
      postings: [
        { accountId: 'ann', currency: 'GBP', amount: '-12.50' },
        { accountId: 'acme', currency: 'GBP', amount: '12.50' },
      ],
    });
  });

  it('refuses another transaction under a known id, and what does not balance, is unknown, or is nothing', async () => {
    const refused = async (request: object, type: string) => {
      expect(await send('POST', '/transactions', request)).toMatchObject({
        status: 422,
        body: { type: `urn:problem-type:headwater:${type}` },
      });
    };
    const postings = (...given: [string, string][]) => ({
      postings: given.map(([accountId, amount]) => ({ accountId, amount })),
    });
    await send('POST', '/transactions', book('t2', '1.00'));
    await refused(book('t2', '2.00'), 'transaction-differs');
    await refused(book('t3', '1', postings(['ann', '-1.00'], ['acme', '1.01'])), 'transaction-unbalanced');
    await refused(book('t3', '1', postings(['ann', '-1.00'], ['acme-eur', '1.00'])), 'transaction-unbalanced');
    await refused(book('t3', '1', postings(['ann', '-1.00'], ['nobody', '1.00'])), 'account-unknown');
    await refused(book('t3', '1', postings(['ann', '0.00'], ['acme', '0'])), 'amount-zero');
    for (const wrong of [
      postings(['ann', '-1.005'], ['acme', '1.005']),
      postings(['ann', '-1'], ['ann', '1']),
      postings(['ann', '0']),
    ])
      expect((await send('POST', '/transactions', book('t3', '1', wrong))).status).toBe(400);
    expect((await send('GET', '/transactions/t3')).status).toBe(404);
  });

  it('answers each of many that come at once for itself', async () => {
    const before = Number(await balanceOf('acme'));
    const unbalanced = {
      postings: [
        { accountId: 'ann', amount: '-1' },
        { accountId: 'acme', amount: '2' },
      ],
    };
    const requests = Array.from({ length: 40 }, (_, index) =>
      index % 10 === 3 ? book(`many-${index}`, '1', unbalanced) : book(`many-${Math.floor(index / 2)}`, '1.00'),
    );
    const answers = await Promise.all(requests.map((request) => send('POST', '/transactions', request)));
    expect(answers.map(({ status }) => status)).toEqual(requests.map((_, index) => (index % 10 === 3 ? 422 : 201)));
    const fresh = answers.filter(({ status, body }) => status === 201 && body['repeated'] === false);
    expect(fresh).toHaveLength(20);
    expect(Number(await balanceOf('acme'))).toBe(before + 20);
  });

  it('books a batch as a whole, and nothing of it twice', async () => {
    const batch = (...transactions: object[]) => send('POST', '/transactions/batch', { transactions });
    const before = await balanceOf('acme');
    const unbalanced = book('b2', '1', {
      postings: [
        { accountId: 'ann', amount: '-1' },
        { accountId: 'acme', amount: '2' },
      ],
    });
    expect((await batch(book('b1', '1.00'), unbalanced)).status).toBe(422);
    expect(await balanceOf('acme')).toBe(before);
    await batch(book('b1', '1.00'));
    const all = [book('b1', '1.00'), book('b2', '2.00'), book('b3', '3.00')];
    expect((await batch(...all)).body['items']).toEqual([
      { transactionId: 'b1', repeated: true },
      { transactionId: 'b2', repeated: false },
      { transactionId: 'b3', repeated: false },
    ]);
    const twins = await Promise.all([batch(...all, book('b4', '4.00')), batch(book('b4', '4.00'), ...all)]);
    expect(twins.map(({ status }) => status)).toEqual([200, 200]);
    expect(Number(await balanceOf('acme'))).toBe(Number(before) + 10);
  });

  it('pages through what was booked, the latest first', async () => {
    await send('POST', '/accounts', { accounts: [{ accountId: 'ben', userId: 'ben', currency: 'GBP', name: 'Ben' }] });
    expect((await send('GET', '/accounts/ben/transactions')).body).toEqual({ items: [], nextCursor: null });
    const transactions = [1, 2, 3, 4, 5].map((day) =>
      book(`page-${day}`, '1.00', {
        bookedAt: `2020-06-0${Math.min(day, 4)}T12:00:00.123456Z`,
        postings: [
          { accountId: 'ben', amount: '-1.00' },
          { accountId: 'acme', amount: '1.00' },
        ],
      }),
    );
    await send('POST', '/transactions/batch', { transactions });
    const ids: unknown[] = [];
    for (let cursor: unknown = ''; cursor !== null;) {
      const { body } = await send(
        'GET',
        `/accounts/ben/transactions?limit=2${cursor === '' ? '' : `&cursor=${cursor as string}`}`,
      );
      ids.push(...(body['items'] as { transactionId: string }[]).map(({ transactionId }) => transactionId));
      cursor = body['nextCursor'];
    }
    expect(ids).toEqual(['page-5', 'page-4', 'page-3', 'page-2', 'page-1']);
    expect((await send('GET', '/accounts/nobody/transactions')).status).toBe(404);
  });

  it('adds up to zero', async () => {
    const { body } = await send('GET', '/totals');
    const [pounds] = body['currencies'] as { credited: string; debited: string }[];
    expect(pounds?.debited).toBe(`-${pounds?.credited}`);
  });

  it('is kept by the database, whoever writes to it', async () => {
    await expect(sql(`UPDATE transactions SET amount = 1`)).rejects.toThrow('rows of transactions are for good');
    await expect(sql(`DELETE FROM entries`)).rejects.toThrow('rows of entries are for good');
    await expect(sql(`TRUNCATE accounts CASCADE`)).rejects.toThrow('are for good');
    await sql(`INSERT INTO entries (id, fingerprint, description, booked_at) VALUES ('sql', '', '', now())`);
    const insert = `INSERT INTO transactions (transaction_id, account_id, currency, amount, counterparty, description, booked_at) VALUES`;
    await expect(sql(`${insert} ('sql', 'ann', 'GBP', 1, '', '', now())`)).rejects.toThrow('differ by 1.00 GBP');
    await expect(
      sql(`${insert} ('sql', 'ann', 'EUR', 1, '', '', now()), ('sql', 'acme-eur', 'EUR', -1, '', '', now())`),
    ).rejects.toThrow('transactions_account');
  });
});
