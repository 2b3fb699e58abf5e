import {
  accountsRequest,
  CURRENCY,
  LARGEST_BATCH,
  paymentsRequest,
  thresholdRequest,
  type HeldAccount,
  type Payment,
} from '../requests/mybank-requests.ts';
import { batches } from '../requests/batches.ts';
import { type Load, type LoadOptions } from './load.ts';
import { SeededRandom } from './seeded-random.ts';

/** About one payment in two hundred is over it. */
const THRESHOLD_PENCE = 100_000;
const LARGEST_EXPONENT = 5.2;

/** People pay each other: most payments are small, a few of them over the threshold that everybody has set. */
export function mybankLoad({ users, seed, batchSize }: LoadOptions): Load {
  const random = new SeededRandom(seed);
  const accounts = Array.from({ length: Math.max(users, 2) }, (_, index): HeldAccount => {
    const userId = `customer-${seed}-${index + 1}`;
    return { accountId: `account-${seed}-${index + 1}`, userId, currency: CURRENCY, name: `Customer ${index + 1}` };
  });
  const identity = { occurredAtMs: Date.UTC(2020, 0, 1), origin: 'the preparation' };
  let payments = 0;
  let requests = 0;

  const pay = (bookedAtMs: number): Payment => {
    payments += 1;
    const from = random.below(accounts.length);
    const to = (from + 1 + random.below(accounts.length - 1)) % accounts.length;
    return {
      transactionId: `load-${seed}-${bookedAtMs}-${payments}`,
      fromAccountId: accounts[from]?.accountId ?? '',
      toAccountId: accounts[to]?.accountId ?? '',
      pence: Math.ceil(10 ** (random.next() * LARGEST_EXPONENT)),
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
  };
}
