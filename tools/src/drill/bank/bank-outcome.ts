/** What must have become of the payments, held against what the services and the topics say. */
import { setTimeout as delay } from 'node:timers/promises';
import {
  largeTransactionDetected,
  topics,
  transactionChange,
  type EventContract,
  type TopicContract,
  type TransactionChange,
} from '@headwater/contracts';
import { ask, readTopic, userAlerts, type BankStage, type Payment } from '../../bank/index.ts';
import { Violation } from '../violation.ts';

/** One threshold on every account. */
export const thresholdPence = 100_000_00;

const longestReadMs = 300_000;
const lookMs = 250;

/** The transactions that must alert: what leaves an account, strictly more than the threshold. */
export const expectedAlerts = (payments: readonly Payment[]): Set<string> =>
  new Set(payments.filter(({ pence }) => pence > thresholdPence).map(({ transactionId }) => transactionId));

/** @throws Violation */
export async function compareBank(
  stage: BankStage,
  payments: readonly Payment[],
  users: readonly string[],
  streamed: ReadonlyMap<string, number>,
): Promise<Record<string, number>> {
  const alertIds = await compareAlerts(stage, payments, users);
  const twice = [...streamed].filter(([alertId, times]) => times > 1 || !alertIds.has(alertId));
  if (twice.length > 0) throw new Violation('each alert comes on its stream once', JSON.stringify(twice));
  const repeatedAlerts = await compareTopicOfAlerts(stage, alertIds);
  const repeatedRows = await compareCapture(stage, payments);
  return {
    'payments booked': payments.length,
    'alerts, each once': alertIds.size,
    'rows captured again': repeatedRows,
    'alerts published again': repeatedAlerts,
  };
}

/** @returns the ids of all alerts */
async function compareAlerts(
  stage: BankStage,
  payments: readonly Payment[],
  users: readonly string[],
): Promise<Set<string>> {
  const alertIds = new Set<string>();
  const found: string[] = [];
  for (const userId of users) {
    const alerts = await userAlerts(stage.alertsUrl, userId);
    const numbers = alerts.map(({ number }) => number).toReversed();
    if (numbers.some((number, index) => number !== index + 1))
      throw new Violation('alerts are numbered without a gap', `${userId} has ${numbers.join(', ')}`);
    for (const { alertId, transactionId } of alerts) {
      alertIds.add(alertId);
      found.push(transactionId);
    }
  }
  const expected = expectedAlerts(payments);
  const missing = [...expected].filter((id) => !found.includes(id));
  const wrong = found.filter((id, index) => !expected.has(id) || found.indexOf(id) !== index);
  if (missing.length > 0 || wrong.length > 0)
    throw new Violation(
      'each large payment alerts once',
      `missing: ${missing.join(', ')}; too many: ${wrong.join(', ')}`,
    );
  return alertIds;
}

/** @returns how many records came again, as the same event */
async function compareTopicOfAlerts(stage: BankStage, alertIds: ReadonlySet<string>): Promise<number> {
  const all = await readDistinct(
    stage,
    topics.userAlerts,
    largeTransactionDetected,
    ({ eventId }) => eventId,
    alertIds.size,
  );
  const unknown = all.filter(({ eventId }) => !alertIds.has(eventId));
  if (unknown.length > 0) throw new Violation('user_alerts has the alerts that users have', `${unknown.length} others`);
  return all.length - alertIds.size;
}

interface LedgerTotals {
  readonly transactions: number;
  readonly currencies: readonly { readonly postings: number; readonly credited: string; readonly debited: string }[];
}

/** @returns how many rows came again */
async function compareCapture(stage: BankStage, payments: readonly Payment[]): Promise<number> {
  const totals = (await ask('GET', `${stage.ledgerUrl}/totals`)) as LedgerTotals;
  const [pounds] = totals.currencies;
  const booked = payments.reduce((sum, { pence }) => sum + Math.abs(pence), 0);
  if (totals.transactions !== payments.length || penceOf(pounds?.credited) !== booked)
    throw new Violation(
      'what was answered is booked',
      `${JSON.stringify(totals)}, not ${payments.length} payments of ${booked} pence`,
    );
  const keyOf = ({ after }: TransactionChange): string => `${after?.transaction_id} ${after?.account_id}`;
  const all = await readDistinct(stage, topics.bankTransactions, transactionChange, keyOf, pounds?.postings ?? 0);
  const rows = new Map(all.map((change) => [keyOf(change), change.after!]));
  const amounts = [...rows.values()].map(({ amount }) => penceOf(amount));
  const credited = amounts.filter((pence) => pence > 0).reduce((sum, pence) => sum + pence, 0);
  const debited = amounts.filter((pence) => pence < 0).reduce((sum, pence) => sum + pence, 0);
  if (credited !== booked || debited !== -booked)
    throw new Violation('what is captured is what was booked', `${credited} and ${debited} pence, not ${booked}`);
  return all.length - rows.size;
}

/** Reads what a topic holds until so many different values are there: a relay publishes after it was answered. */
async function readDistinct<Value>(
  { bootstrapServers }: BankStage,
  topic: TopicContract,
  event: EventContract<string, Value>,
  keyOf: (value: Value) => string,
  count: number,
): Promise<Value[]> {
  const deadlineMs = performance.now() + longestReadMs;
  for (;;) {
    const values = await readTopic(bootstrapServers, topic, event);
    const distinct = new Set(values.map(keyOf)).size;
    if (distinct >= count) return values;
    if (performance.now() > deadlineMs)
      throw new Violation('what is answered is published', `${topic.name} has ${distinct} of ${count}`);
    await delay(lookMs);
  }
}

/** Exact: amounts have two decimals. */
const penceOf = (amount = '0'): number => Number(amount.replace('.', ''));
