/** From a booking in the ledger to the alert on its user's live stream, at a steady rate. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AlertReader, ask, BankStage, openAccounts, setThresholds, type BankAccount } from '../../bank/index.ts';
import { row, type BenchOptions, type Row } from '../bench.ts';
import { percentile } from '../statistics.ts';
import { judge, valueAtMost } from '../target.ts';
import { atRate } from '../load/paced.ts';

const users = 20;
const perSecond = 500;
const largeEvery = 5;
const warmUpSeconds = 3;
const longestWaitMs = 60_000;

/** Milliseconds since this process began. */
interface Moments {
  requestMs: number;
  answerMs?: number;
  /** When the alert was written, in the transaction that judged. */
  judgedMs?: number;
  alertMs?: number;
}

export async function* alertRows({ quick, wants, onProgress }: BenchOptions): AsyncIterable<Row> {
  if (!wants('bank/alert')) return;
  const folder = await mkdtemp(join(tmpdir(), 'headwater-bank-bench-'));
  try {
    onProgress('bank/alert: starting broker, PostgreSQL and services');
    await using stage = await BankStage.start({ folder });
    await openAccounts(stage.ledgerUrl, accounts);
    await setThresholds(stage.alertsUrl, accounts, { amount: '1000.00', currency: 'GBP' });
    onProgress(`bank/alert: ${perSecond} transactions a second`);
    const moments = await measure(stage, quick ? 5 : 20);
    const latencies = (from: keyof Moments, to: keyof Moments): number[] =>
      moments.map((one) => Math.max(0, one[to]! - one[from]!));
    yield* rowsOf('from-commit', latencies('answerMs', 'alertMs'), 250);
    yield* rowsOf('from-commit/until it is judged', latencies('answerMs', 'judgedMs'));
    yield* rowsOf('from-commit/judged and told', latencies('judgedMs', 'alertMs'));
    yield* rowsOf('from-request', latencies('requestMs', 'alertMs'));
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

function* rowsOf(name: string, latenciesMs: readonly number[], targetMs?: number): Iterable<Row> {
  for (const [suffix, share] of [
    ['p50', 0.5],
    ['p99', 0.99],
  ] as const) {
    const made = row(`bank/alert/${name}/${suffix}`, percentile(latenciesMs, share), 'ms', null);
    const target = suffix === 'p99' && targetMs !== undefined && judge(valueAtMost(targetMs), made.value, null, 'ms');
    yield { ...made, better: 'less', ...(target && { target }) };
  }
}

/** @returns the moments of each transaction that alerts, without the first seconds' */
async function measure(stage: BankStage, seconds: number): Promise<Moments[]> {
  const all = new Map<string, Moments>();
  const waiting = { count: 0, done: Promise.withResolvers<undefined>() };
  const readers = accounts.flatMap(({ userId }) =>
    userId === undefined
      ? []
      : [
          new AlertReader(stage.alertsUrl, userId, 0, ({ transactionId, detectedAt }) => {
            const moments = all.get(transactionId);
            if (!moments || moments.alertMs !== undefined) return;
            moments.alertMs = performance.now();
            moments.judgedMs = Date.parse(detectedAt) - performance.timeOrigin;
            waiting.count -= 1;
            if (waiting.count === 0) waiting.done.resolve(undefined);
          }),
        ],
  );
  try {
    await Promise.all(readers.map(({ opened }) => opened));
    const total = (warmUpSeconds + seconds) * perSecond;
    waiting.count = Math.ceil(total / largeEvery);
    await atRate(perSecond, warmUpSeconds + seconds, (number) => book(stage, number, all));
    const late = setTimeout(() => {
      waiting.done.reject(new Error(`${waiting.count} alerts did not come within ${longestWaitMs / 1000} s`));
    }, longestWaitMs);
    await waiting.done.promise.finally(() => clearTimeout(late));
    return [...all.values()].slice(Math.ceil((warmUpSeconds * perSecond) / largeEvery));
  } finally {
    for (const reader of readers) reader.close();
  }
}

async function book(stage: BankStage, number: number, all: Map<string, Moments>): Promise<void> {
  const isLarge = number % largeEvery === 0;
  const transactionId = `bench-${number}`;
  const amount = isLarge ? '1000.01' : '10.00';
  const moments: Moments = { requestMs: performance.now() };
  if (isLarge) all.set(transactionId, moments);
  await ask('POST', `${stage.ledgerUrl}/transactions`, {
    transactionId,
    description: 'Bench',
    postings: [
      { accountId: `account-${number % users}`, amount: `-${amount}` },
      { accountId: 'payee', amount },
    ],
  });
  moments.answerMs = performance.now();
}

const accounts: readonly BankAccount[] = [
  { accountId: 'payee', name: 'Payee', currency: 'GBP' },
  ...Array.from({ length: users }, (_, user) => ({
    accountId: `account-${user}`,
    userId: `user-${user}`,
    name: `Account ${user}`,
    currency: 'GBP',
  })),
];
