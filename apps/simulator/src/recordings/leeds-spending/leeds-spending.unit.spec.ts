import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { describeUnless } from '@headwater/testkit/absence';
import { countKinds } from '../../replay/trace.ts';
import { leedsSpending } from './leeds-spending.ts';

const RECORDING = resolve(import.meta.dirname, '../../../../../../shared/data/leeds-spending-2020');

const HEADER = 'Organisational Unit,Purpose,Payment Date,Transaction Number,Amount,Beneficiary Name';
const CARDS = ['Insurance,Food,01/05/2020,7,19.99,Aldi 40'];
const PAYMENTS = [
  'Insurance,Works,02/06/2020,7,100000.01,"Wates, Ltd"',
  'Insurance,Works,02/06/2020,8,100000.00,Wates Ltd',
  'Insurance,Works,03/06/2020,9,-5.5,Wates Ltd',
  'Insurance,Works,03/06/2020,10,0,Wates Ltd',
];

let folder: string;

const write = async (payments: readonly string[], header = HEADER): Promise<void> => {
  await writeFile(join(folder, 'cards_2020-05.csv'), `\uFEFF${HEADER}\r\n${CARDS.join('\r\n')}\r\n`);
  await writeFile(join(folder, 'payments_2020-06.csv'), `${[header, ...payments].join('\n')}\n`);
};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'leeds-'));
  await write(PAYMENTS);
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe("a recording of Leeds's spending", () => {
  it('becomes accounts, thresholds in force since the day before, and payments of each day', async () => {
    const { trace } = await leedsSpending.read(folder);
    expect(trace.events.map(({ kind, count, path }) => [kind, count, path])).toEqual([
      ['accounts', 3, '/accounts'],
      ['thresholds', 1, '/users/insurance/thresholds/leeds-insurance'],
      ['payments', 1, '/transactions/batch'],
      ['payments', 2, '/transactions/batch'],
      ['payments', 1, '/transactions/batch'],
    ]);
    expect(trace.events[1]?.body).toEqual({
      amount: '100000.00',
      currency: 'GBP',
      occurredAt: '2020-04-30T12:00:00.000Z',
    });
    expect(trace.events[4]?.body).toEqual({
      transactions: [
        {
          transactionId: 'leeds-payment-9',
          description: 'Works',
          bookedAt: '2020-06-03T12:00:00.000Z',
          postings: [
            { accountId: 'leeds-insurance', amount: '5.50' },
            { accountId: 'leeds-payee-wates-ltd', amount: '-5.50' },
          ],
        },
      ],
    });
    expect(trace.leftOut).toEqual({ 'payments of nothing': 1 });
  });

  it('knows what must follow: balances to the penny, and alerts of what is strictly over the threshold', async () => {
    const { checks } = await leedsSpending.read(folder);
    expect(checks.map(({ service, expected }) => [service, Object.fromEntries(expected)])).toEqual([
      [
        'mybank-ledger',
        {
          'leeds-insurance': { pence: -20_001_450 },
          'leeds-payee-aldi-40': { pence: 1999 },
          'leeds-payee-wates-ltd': { pence: 19_999_451 },
        },
      ],
      ['mybank-alerts', { insurance: { alerts: 1, pence: 10_000_001, transactions: 'leeds-payment-7' } }],
      ['connect', { 'leeds-insurance': { rows: 4, pence: -20_001_450 } }],
    ]);
  });

  it.each([
    [['Insurance,Works,02/06/2020,7,much,Wates'], HEADER, /payments_2020-06\.csv:2: the row has no amount: 'much'/],
    [['Insurance,Works,2020-06-02,7,1.00,Wates'], HEADER, /:2: the row has no date: '2020-06-02'/],
    [['Insurance,Works,02/06/2020,7,1.00'], HEADER, /:2: the row has 5 columns, not 6/],
    [[], 'Purpose,Amount', /:1: the row names no column 'Organisational Unit'/],
  ])('names file and line of a wrong row: %j', async (rows, header, message) => {
    await write(rows, header);
    await expect(leedsSpending.read(folder)).rejects.toThrow(message);
  });
});

const absence = existsSync(RECORDING) ? undefined : `the recording ${RECORDING} is not there.`;

describeUnless(absence, 'the real recording of spending', () => {
  it('is read whole, and has 113 payments over the threshold', async () => {
    const { trace, checks } = await leedsSpending.read(RECORDING);
    expect(countKinds(trace)).toMatchObject({ thresholds: 10, payments: 15_951 });
    const alerts = checks.find(({ service }) => service === 'mybank-alerts');
    const counts = [...(alerts?.expected.values() ?? [])].map((facts) => Number(facts['alerts']));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(113);
  });
});
