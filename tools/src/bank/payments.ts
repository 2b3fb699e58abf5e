/**
 * What is paid in the bank's tests: the recorded payments of Leeds where they are at hand, else made-up ones of a like shape. Read by a
 * few plain lines of their own, so that what is expected does not come from what is tested.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Random } from '../drill/random.ts';

/** The recorded data set, which lies beside the project. */
export const LEEDS = resolve(import.meta.dirname, '../../../../shared/data/leeds-spending-2020/payments_2020-06.csv');

export interface Payment {
  readonly transactionId: string;
  readonly userId: string;
  /** Of who pays. */
  readonly accountId: string;
  readonly accountName: string;
  /** Of who is paid: a counter-account. */
  readonly payeeId: string;
  readonly payeeName: string;
  /** Below zero for a credit note. */
  readonly pence: number;
  readonly description: string;
  readonly bookedAt: string;
}

/** The recorded payments, in order, or undefined when they are not there. Two of nothing are left out: there is nothing to book. */
export async function readPayments(): Promise<Payment[] | undefined> {
  if (!existsSync(LEEDS)) return undefined;
  const [names = [], ...rows] = rowsOf(await readFile(LEEDS, 'utf8'));
  return rows
    .map((row) => paymentOf(Object.fromEntries(names.map((name, column) => [name, row[column] ?? '']))))
    .filter(({ pence }) => pence !== 0);
}

function paymentOf(row: Readonly<Record<string, string>>): Payment {
  const unit = row['Organisational Unit']!.trim();
  const division = row['Service Division Label']!.trim();
  const payee = row['Beneficiary Name']!.trim();
  const [day, month, year] = row['Payment Date']!.split('/');
  return {
    transactionId: `leeds-${row['Transaction Number']}`,
    userId: `leeds-${slugOf(unit)}`,
    accountId: `leeds-${slugOf(unit)}-${slugOf(division)}`,
    accountName: `${unit}: ${division}`,
    payeeId: `payee-${slugOf(payee) || 'unnamed'}`,
    payeeName: payee || 'unnamed',
    pence: Math.round(Number(row['Amount']) * 100),
    description: row['Purpose']!.trim() || 'Payment',
    bookedAt: `${year}-${month}-${day}T12:00:00.000Z`,
  };
}

const slugOf = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');

/** RFC 4180: quoted fields may hold commas, quotes and line breaks. */
function rowsOf(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, field = '', end] of text.matchAll(/("(?:[^"]|"")*"|[^",\r\n]*)(,|\r?\n|$)/g)) {
    row.push(field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field);
    if (end === ',') continue;
    if (row.length > 1) rows.push(row);
    row = [];
  }
  return rows;
}

/** A payment in a hundred is large, some exactly as large as the threshold, some credit notes. */
export function madeUpPayments(random: Random, count: number, largePence: number): Payment[] {
  return Array.from({ length: count }, (_, index) => {
    const unit = random.below(5);
    const account = `unit-${unit}-${random.below(6)}`;
    const payee = random.below(100);
    const size = random.pick([largePence, largePence + 1, 3 * largePence, -2 * largePence]);
    return {
      transactionId: `payment-${index}`,
      userId: `unit-${unit}`,
      accountId: account,
      accountName: account,
      payeeId: `payee-${payee}`,
      payeeName: `Payee ${payee}`,
      pence: random.chance(0.04) ? size : random.between(1, 5_000_00),
      description: 'Payment',
      bookedAt: new Date(Date.UTC(2020, 5, 1, 12) + index * 60_000).toISOString(),
    };
  });
}
