import { type Facts } from '../verify/check.ts';
import {
  accountsRequest,
  CURRENCY,
  LARGEST_BATCH,
  paymentsRequest,
  penceOf,
  thresholdRequest,
  type HeldAccount,
  type Payment,
} from '../requests/mybank-requests.ts';
import { batches } from '../requests/batches.ts';
import { type Load, type LoadCheck, type LoadOptions } from './load.ts';
import { SeededRandom } from './seeded-random.ts';

/** About one payment in two hundred is over it. */
const THRESHOLD_PENCE = 100_000;
const LARGEST_EXPONENT = 5.2;
/** With more accounts than these, the others are not compared. */
const COMPARED_ACCOUNTS = 10_000;
/** Of a hundred payments, those that come from the one account that pays most. */
const HOT_PERCENT = 90;

/** People pay each other: most payments are small, a few of them over the threshold that everybody has set. */
export function mybankLoad({ users, seed, batchSize, profile }: LoadOptions): Load {
  const random = new SeededRandom(seed);
  const accounts = Array.from({ length: Math.max(users, 2) }, (_, index): HeldAccount => {
    const userId = `customer-${seed}-${index + 1}`;
    return { accountId: `account-${seed}-${index + 1}`, userId, currency: CURRENCY, name: `Customer ${index + 1}` };
  });
  const identity = { occurredAtMs: Date.UTC(2020, 0, 1), origin: 'the preparation' };
  const added = new Map(
    accounts.slice(0, COMPARED_ACCOUNTS).map((account) => [account.accountId, { pence: 0, alerts: 0 }]),
  );
  let payments = 0;
  let requests = 0;

  const pay = (bookedAtMs: number): Payment => {
    payments += 1;
    const isHot = profile === 'one-hot-key' && random.below(100) < HOT_PERCENT;
    const from = isHot ? 0 : random.below(accounts.length);
    const to = (from + 1 + random.below(accounts.length - 1)) % accounts.length;
    const fromAccountId = accounts[from]?.accountId ?? '';
    const toAccountId = accounts[to]?.accountId ?? '';
    const pence = Math.ceil(10 ** (random.next() * LARGEST_EXPONENT));
    const payer = added.get(fromAccountId);
    if (payer !== undefined) payer.pence -= pence;
    if (payer !== undefined && pence > THRESHOLD_PENCE) payer.alerts += 1;
    const payee = added.get(toAccountId);
    if (payee !== undefined) payee.pence += pence;
    return {
      transactionId: `load-${seed}-${bookedAtMs}-${payments}`,
      fromAccountId,
      toAccountId,
      pence,
      description: 'Payment',
      bookedAtMs,
    };
  };

  return {
    things: 'payments',
    services: ['mybank-ledger', 'mybank-alerts'],
    preparation: {
      name: 'accounts',
      leftOut: {},
      events: [
        ...batches(accounts, LARGEST_BATCH).map((batch, index) =>
          accountsRequest(batch, { ...identity, idempotencyKey: `accounts-${seed}-${index}` }),
        ),
        ...accounts.map((account) =>
          thresholdRequest(account, THRESHOLD_PENCE, { ...identity, idempotencyKey: `threshold-${account.accountId}` }),
        ),
      ],
    },
    next: (nowMs) => {
      requests += 1;
      return paymentsRequest(
        Array.from({ length: batchSize }, () => pay(nowMs)),
        { idempotencyKey: `load-${seed}-${nowMs}-${requests}`, occurredAtMs: nowMs, origin: `request ${requests}` },
      );
    },
    checks: [balances(added), alerts(added, new Map(accounts.map(({ accountId, userId }) => [accountId, userId])))],
  };
}

type Added = ReadonlyMap<string, { readonly pence: number; readonly alerts: number }>;

const numberOf = (facts: Facts | undefined, name: string): number => Number(facts?.[name] ?? 0);

/** What an account held before, with what the load moved. */
function balances(added: Added): LoadCheck {
  return {
    title: 'balances of accounts',
    things: 'accounts',
    service: 'mybank-ledger',
    concurrency: 16,
    asksBefore: [...added.keys()],
    read: async (accountId, get) => {
      const answer = (await get(`/accounts/${accountId}`)) as { readonly balance: string } | undefined;
      return answer && { pence: penceOf(answer.balance) ?? Number.NaN };
    },
    expected: (before) =>
      new Map([...added].map(([id, { pence }]) => [id, { pence: numberOf(before.get(id), 'pence') + pence }])),
  };
}

/** The alerts that a payer had before, and one more for each payment over the threshold. */
function alerts(added: Added, userOf: ReadonlyMap<string, string>): LoadCheck {
  return {
    title: 'alerts of payers',
    things: 'accounts',
    service: 'mybank-alerts',
    concurrency: 16,
    asksBefore: [...added.keys()],
    read: async (accountId, get) => {
      const answer = (await get(`/users/${userOf.get(accountId)}/alerts?limit=1`)) as
        { readonly items: readonly { readonly number: number }[] } | undefined;
      return answer && { alerts: answer.items[0]?.number ?? 0 };
    },
    expected: (before) =>
      new Map([...added].map(([id, { alerts: more }]) => [id, { alerts: numberOf(before.get(id), 'alerts') + more }])),
  };
}
