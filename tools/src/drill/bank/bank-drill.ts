/**
 * The drill of MyBank: while payments are booked, every process of the bank (broker, PostgreSQL, ledger, connect, alerts) is killed with
 * SIGKILL, again and again, in an order and at moments that a seed chooses, and started again. Afterwards every payment above the
 * threshold has alerted its user once, in the answers, on the topic and on the live streams, and what was captured is what was booked, to
 * the penny.
 */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  ask,
  AlertReader,
  BankStage,
  madeUpPayments,
  openAccounts,
  readPayments,
  setThresholds,
  type BankAccount,
  type BankPart,
  type Payment,
} from '../../bank/index.ts';
import type { Drill, DrillRun, Summary } from '../drill.ts';
import { Random } from '../random.ts';
import { compareBank, expectedAlerts, thresholdPence } from './bank-outcome.ts';

const parts: readonly BankPart[] = ['broker', 'postgres', 'ledger', 'connect', 'alerts'];
const batchSize = 50;
const longestGapMs = 400;
const longestCatchUpMs = 300_000;
const madeUpCount = 5_000;

export const bankDrill: Drill = {
  name: 'bank',
  about: 'every process of MyBank is killed again and again while payments are booked; each large one alerts once',
  details:
    'Books the recorded payments of Leeds (made-up ones where they are not at hand) in the ledger, with one threshold on every account.\n' +
    'In each round every process is killed with SIGKILL, at a moment that the seed chooses, and started again. Then it compares alerts,\n' +
    'topics, live streams and captured sums with what a plain script finds in the file.',
  options: [
    { name: 'rounds', standard: 5, about: 'how often every process is killed' },
    { name: 'payments', standard: undefined, about: 'how many payments are booked; all by default' },
  ],
  run: runDrill,
};

async function runDrill({ numbers, seed, folder, say, onProgress }: DrillRun): Promise<Summary> {
  const random = new Random(seed);
  const rounds = numbers['rounds'] ?? 5;
  const recorded = await readPayments();
  if (!recorded) say('the recorded payments are not at hand: made-up ones are booked');
  const all = recorded ?? madeUpPayments(random, madeUpCount, thresholdPence);
  const payments = all.slice(0, numbers['payments'] ?? all.length);
  const accounts = accountsOf(payments);
  await using stage = await BankStage.start({ folder: join(folder, 'bank') });
  await openAccounts(stage.ledgerUrl, accounts);
  const threshold = { amount: (thresholdPence / 100).toFixed(2), currency: 'GBP', occurredAt: '2020-05-31T00:00:00Z' };
  await setThresholds(stage.alertsUrl, accounts, threshold);

  const streamed = new Map<string, number>();
  const users = [...new Set(payments.map(({ userId }) => userId))];
  const readers = users.map(
    (userId) =>
      new AlertReader(stage.alertsUrl, userId, 0, ({ alertId }) =>
        streamed.set(alertId, (streamed.get(alertId) ?? 0) + 1),
      ),
  );
  try {
    const kills = await bookWithKills(stage, payments, rounds, random, onProgress);
    const expected = expectedAlerts(payments);
    await until(
      () => streamed.size >= expected.size,
      () => `${streamed.size} of ${expected.size} alerts came`,
    );
    const summary = await compareBank(stage, payments, users, streamed);
    return { 'processes killed': kills, ...summary };
  } finally {
    for (const reader of readers) reader.close();
  }
}

/** @returns how many processes were killed */
async function bookWithKills(
  stage: BankStage,
  payments: readonly Payment[],
  rounds: number,
  random: Random,
  onProgress: (line: string) => void,
): Promise<number> {
  const batches = Math.ceil(payments.length / batchSize);
  const moments = random.shuffle(Array.from({ length: batches }, (_, batch) => batch)).slice(0, rounds);
  let kills = 0;
  let killing: Promise<void> = Promise.resolve();
  for (let batch = 0; batch < batches; batch += 1) {
    if (moments.includes(batch)) {
      // A round begins when the one before is over; bookings go on during it.
      await killing;
      killing = killAll(stage, random.fork());
      kills += parts.length;
    }
    const booked = payments.slice(batch * batchSize, (batch + 1) * batchSize);
    await ask('POST', `${stage.ledgerUrl}/transactions/batch`, { transactions: booked.map(transactionOf) });
    onProgress(`${Math.min((batch + 1) * batchSize, payments.length)} of ${payments.length} payments, ${kills} kills`);
  }
  await killing;
  return kills;
}

/** Each comes back before the next goes, or while others go, as it happens. */
async function killAll(stage: BankStage, random: Random): Promise<void> {
  const revivals: Promise<void>[] = [];
  for (const part of random.shuffle(parts)) {
    await delay(random.below(longestGapMs));
    await stage.kill(part);
    revivals.push(delay(random.below(longestGapMs)).then(() => stage.revive(part)));
  }
  await Promise.all(revivals);
}

async function until(condition: () => boolean, what: () => string): Promise<void> {
  const deadlineMs = performance.now() + longestCatchUpMs;
  while (!condition()) {
    if (performance.now() > deadlineMs) throw new Error(`${what()} within ${longestCatchUpMs / 1000} s`);
    await delay(50);
  }
}

function accountsOf(payments: readonly Payment[]): BankAccount[] {
  const accounts = new Map<string, BankAccount>();
  for (const { accountId, accountName, userId, payeeId, payeeName } of payments) {
    accounts.set(accountId, { accountId, userId, name: accountName, currency: 'GBP' });
    if (!accounts.has(payeeId)) accounts.set(payeeId, { accountId: payeeId, name: payeeName, currency: 'GBP' });
  }
  return [...accounts.values()];
}

const amountOf = (pence: number): string =>
  `${pence < 0 ? '-' : ''}${Math.floor(Math.abs(pence) / 100)}.${String(Math.abs(pence) % 100).padStart(2, '0')}`;

const transactionOf = ({ transactionId, description, bookedAt, accountId, payeeId, pence }: Payment) => ({
  transactionId,
  description,
  bookedAt,
  postings: [
    { accountId, amount: amountOf(-pence) },
    { accountId: payeeId, amount: amountOf(pence) },
  ],
});
