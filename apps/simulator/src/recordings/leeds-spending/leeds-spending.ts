import { penceOf, type Payment } from '../../requests/mybank-requests.ts';
import { type Check, type Facts } from '../../verify/check.ts';
import { readPages } from '../../verify/read-pages.ts';
import { type RecordingKind } from '../recording.ts';
import { FILES, readLeedsSpending, THRESHOLD_PENCE, traceOf, type LeedsSpending } from './read-leeds-spending.ts';

/**
 * MyBank's recording: accounts must hold what the files add up to, in the ledger and in the lake, where it came by change
 * capture; and who spent must have been told of each payment over the threshold, once.
 */
export const leedsSpending: RecordingKind = {
  title: 'Leeds spending',
  files: FILES,
  read: async (folder) => {
    const recording = await readLeedsSpending(folder);
    return { trace: traceOf(recording), checks: [balances(recording), alerts(recording), capturedSums(recording)] };
  },
};

/** What is left on each account, in pence. */
function balancesOf({ units, payees, payments }: LeedsSpending): Map<string, number> {
  const balances = new Map([...units.keys(), ...payees.keys()].map((accountId) => [accountId, 0]));
  const add = (accountId: string, pence: number): void =>
    void balances.set(accountId, (balances.get(accountId) ?? 0) + pence);
  for (const { fromAccountId, toAccountId, pence } of payments) {
    add(fromAccountId, -pence);
    add(toAccountId, pence);
  }
  return balances;
}

function balances(recording: LeedsSpending): Check {
  return {
    title: 'balances of every account',
    things: 'accounts',
    service: 'mybank-ledger',
    concurrency: 16,
    expected: new Map([...balancesOf(recording)].map(([accountId, pence]) => [accountId, { pence }])),
    read: async (accountId, get) => {
      const answer = (await get(`/accounts/${accountId}`)) as { readonly balance: string } | undefined;
      return answer === undefined ? undefined : { pence: penceOf(answer.balance) ?? Number.NaN };
    },
  };
}

interface Alert {
  readonly transactionId: string;
  readonly amount: string;
}

/** A debit is told of when it is strictly greater than the threshold. */
function alerts({ units, payments }: LeedsSpending): Check {
  const expected = [...units.values()].map(({ accountId, userId }): [string, Facts] => {
    const large = payments.filter((payment) => payment.fromAccountId === accountId && payment.pence > THRESHOLD_PENCE);
    return [userId, alertFacts(large)];
  });
  return {
    title: 'alerts of every user',
    things: 'users',
    service: 'mybank-alerts',
    concurrency: 16,
    expected: new Map(expected),
    read: async (userId, get) => {
      const all = await readPages<Alert>(`/users/${userId}/alerts`, get);
      return (
        all && alertFacts(all.map(({ transactionId, amount }) => ({ transactionId, pence: penceOf(amount) ?? 0 })))
      );
    },
  };
}

function alertFacts(all: readonly Pick<Payment, 'transactionId' | 'pence'>[]): Facts {
  return {
    alerts: all.length,
    pence: all.reduce((sum, { pence }) => sum + pence, 0),
    transactions: all
      .map(({ transactionId }) => transactionId)
      .toSorted()
      .join(' '),
  };
}

/** What change capture brought into the lake: committed rows and their sum, by account of those who spent. */
function capturedSums(recording: LeedsSpending): Check {
  const expected = new Map<string, Facts>();
  const sums = balancesOf(recording);
  for (const accountId of recording.units.keys()) {
    const rows = recording.payments.filter(({ fromAccountId }) => fromAccountId === accountId).length;
    expected.set(accountId, { rows, pence: sums.get(accountId) ?? 0 });
  }
  return {
    title: 'captured rows of every account',
    things: 'accounts',
    service: 'connect',
    concurrency: 1,
    expected,
    read: async (accountId, get) => {
      // A capture that was interrupted may tell of a row twice; a row counts once.
      const once = `SELECT DISTINCT ON (after.transaction_id) after FROM bank_transactions WHERE after.account_id = '${accountId}'`;
      const sql = `SELECT count(*) AS "rows", CAST(100 * sum(after.amount) AS BIGINT) AS pence FROM (${once})`;
      const answer = (await get(`/query?sql=${encodeURIComponent(sql)}`)) as
        { readonly rows: readonly (readonly unknown[])[] } | undefined;
      const [rows, pence] = answer?.rows[0] ?? [];
      return rows === undefined ? undefined : { rows: Number(rows), pence: Number(pence) };
    },
  };
}
