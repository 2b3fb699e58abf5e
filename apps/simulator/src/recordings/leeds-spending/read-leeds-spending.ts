/**
 * What Leeds City Council spent, as the bank of its departments: each organisational unit is a user with one account, each
 * payee a counter-account. A payment takes its amount from the unit's account; a credit note, whose amount is below zero,
 * brings it back. Both files are read: payments of June 2020 and what was paid by card in May.
 *
 * Payments carry the day only; they are booked at its noon. A payment of nothing is counted and left out: a ledger books none.
 */
import { basename, join } from 'node:path';
import { type Trace } from '../../replay/trace.ts';
import { batches } from '../../requests/batches.ts';
import {
  accountsRequest,
  CURRENCY,
  LARGEST_BATCH,
  paymentsRequest,
  penceOf,
  thresholdRequest,
  type Account,
  type HeldAccount,
  type Payment,
} from '../../requests/mybank-requests.ts';
import { failRow, readLines } from '../lines.ts';

/** The files that a replay needs. */
export const FILES = ['cards_2020-05.csv', 'payments_2020-06.csv'] as const;

/** The threshold on every unit's account. */
export const THRESHOLD_PENCE = 10_000_000;
const PAYMENTS_IN_BATCH = 200;
const DAY_MS = 86_400_000;
const NOON_MS = DAY_MS / 2;

const COLUMNS = {
  unit: 'Organisational Unit',
  purpose: 'Purpose',
  date: 'Payment Date',
  number: 'Transaction Number',
  amount: 'Amount',
  payee: 'Beneficiary Name',
} as const;

type Row = Readonly<Record<keyof typeof COLUMNS, string>>;

export interface LeedsSpending {
  readonly name: string;
  /** Of the units, by account. */
  readonly units: ReadonlyMap<string, HeldAccount>;
  /** Counter-accounts of the payees, by account. */
  readonly payees: ReadonlyMap<string, Account>;
  /** In order of time. */
  readonly payments: readonly Payment[];
  readonly leftOut: Readonly<Record<string, number>>;
}

/** @throws SimulatorError for a wrong row, with its file and line */
export async function readLeedsSpending(folder: string): Promise<LeedsSpending> {
  const units = new Map<string, HeldAccount>();
  const payees = new Map<string, Account>();
  const payments: Payment[] = [];
  let nothing = 0;
  for (const file of FILES) {
    for await (const { origin, row } of readRows(join(folder, file))) {
      const unit = unitOf(row);
      const payee = payeeOf(row);
      const pence = penceOf(row.amount) ?? failRow(origin, `has no amount: '${row.amount}'`);
      if (pence === 0) {
        nothing += 1;
        continue;
      }
      units.set(unit.accountId, unit);
      payees.set(payee.accountId, payee);
      payments.push({
        transactionId: `leeds-${file.slice(0, file.indexOf('s_'))}-${row.number}`,
        fromAccountId: unit.accountId,
        toAccountId: payee.accountId,
        pence,
        description: row.purpose,
        bookedAtMs: dayOf(row.date, origin) + NOON_MS,
      });
    }
  }
  payments.sort((left, right) => left.bookedAtMs - right.bookedAtMs);
  return {
    name: basename(folder),
    units,
    payees,
    payments,
    leftOut: nothing === 0 ? {} : { 'payments of nothing': nothing },
  };
}

async function* readRows(file: string): AsyncGenerator<{ readonly origin: string; readonly row: Row }> {
  let header: readonly string[] | undefined;
  for await (const { origin, text } of readLines(file)) {
    const cells = cellsOf(text);
    if (header === undefined) {
      header = cells;
      const missing = Object.values(COLUMNS).find((column) => !cells.includes(column));
      if (missing !== undefined) failRow(origin, `names no column '${missing}'`);
      continue;
    }
    if (cells.length !== header.length) failRow(origin, `has ${cells.length} columns, not ${header.length}`);
    const byColumn = new Map(header.map((column, index) => [column, cells[index]?.trim() ?? '']));
    const row = Object.fromEntries(Object.entries(COLUMNS).map(([name, column]) => [name, byColumn.get(column) ?? '']));
    yield { origin, row: row as Row };
  }
}

/** Comma-separated cells, which may stand in quotes (RFC 4180); a line is a row. */
function cellsOf(line: string): string[] {
  const cells = line.replace(/^\uFEFF/, '').matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g);
  return [...cells].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '');
}

function unitOf({ unit }: Row): HeldAccount {
  return { accountId: `leeds-${slugOf(unit)}`, userId: slugOf(unit), currency: CURRENCY, name: unit };
}

/** Names are written in many ways; the same letters and digits are the same payee. */
function payeeOf({ payee }: Row): Account {
  return { accountId: `leeds-payee-${slugOf(payee)}`, currency: CURRENCY, name: payee };
}

function slugOf(name: string): string {
  const words = name.toLowerCase().match(/[a-z0-9]+/g);
  return words?.join('-') ?? 'unnamed';
}

/** `01/06/2020`, as the milliseconds at which the day begins. */
function dayOf(date: string, origin: string): number {
  const [, day, month, year] = /^(\d\d)\/(\d\d)\/(\d{4})$/.exec(date) ?? failRow(origin, `has no date: '${date}'`);
  return Date.UTC(Number(year), Number(month) - 1, Number(day));
}

/** The requests that the recording becomes. Thresholds are in force since the day before the first payment. */
export function traceOf({ name, units, payees, payments, leftOut }: LeedsSpending): Trace {
  const startMs = (payments[0]?.bookedAtMs ?? 0) - DAY_MS;
  const accounts = batches([...units.values(), ...payees.values()], LARGEST_BATCH);
  const days = batches(payments, PAYMENTS_IN_BATCH, (first, next) => first.bookedAtMs === next.bookedAtMs);
  return {
    name,
    leftOut,
    events: [
      ...accounts.map((batch, index) =>
        accountsRequest(batch, {
          idempotencyKey: `${name}-accounts-${index}`,
          occurredAtMs: startMs,
          origin: `accounts from ${batch[0]?.accountId} on`,
        }),
      ),
      ...[...units.values()].map((unit) =>
        thresholdRequest(unit, THRESHOLD_PENCE, {
          idempotencyKey: `${name}-threshold-${unit.accountId}`,
          occurredAtMs: startMs,
          origin: `the threshold of ${unit.name}`,
        }),
      ),
      ...days.map((batch, index) =>
        paymentsRequest(batch, {
          idempotencyKey: `${name}-payments-${index}`,
          occurredAtMs: batch[0]?.bookedAtMs ?? startMs,
          origin: `payments from ${batch[0]?.transactionId} on`,
        }),
      ),
    ],
  };
}
