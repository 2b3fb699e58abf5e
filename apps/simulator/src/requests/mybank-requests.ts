/** Requests of MyBank's APIs, which the recording and synthetic load share. */
import { type TraceEvent } from '../replay/trace.ts';

export interface Account {
  readonly accountId: string;
  /** Who holds it; the bank's counter-accounts, at which money leaves what is looked at, have no holder. */
  readonly userId?: string;
  readonly currency: string;
  readonly name: string;
}

/** An account that somebody holds. */
export type HeldAccount = Account & { readonly userId: string };

/** Money that goes from one account to another. */
export interface Payment {
  readonly transactionId: string;
  readonly fromAccountId: string;
  readonly toAccountId: string;
  /** In pence; below zero where it comes back. */
  readonly pence: number;
  readonly description: string;
  /** Milliseconds since the epoch. */
  readonly bookedAtMs: number;
}

type Identity = Pick<TraceEvent, 'idempotencyKey' | 'origin' | 'occurredAtMs'>;

export const CURRENCY = 'GBP';
export const LARGEST_BATCH = 500;

const ACCOUNTS_CHAIN = 'accounts';
const THRESHOLDS_CHAIN = 'thresholds';

/** Accounts of a batch; thresholds and payments wait for all of them. */
export function accountsRequest(accounts: readonly Account[], identity: Identity): TraceEvent {
  return {
    ...identity,
    kind: 'accounts',
    chain: ACCOUNTS_CHAIN,
    begins: true,
    service: 'mybank-ledger',
    method: 'POST',
    path: '/accounts',
    body: { accounts },
    count: accounts.length,
  };
}

/** A threshold on an account from a moment on; payments wait for all of them. */
export function thresholdRequest(account: HeldAccount, pence: number, identity: Identity): TraceEvent {
  return {
    ...identity,
    kind: 'thresholds',
    chain: THRESHOLDS_CHAIN,
    begins: true,
    after: ACCOUNTS_CHAIN,
    service: 'mybank-alerts',
    method: 'PUT',
    path: `/users/${account.userId}/thresholds/${account.accountId}`,
    body: {
      amount: poundsText(pence),
      currency: account.currency,
      occurredAt: new Date(identity.occurredAtMs).toISOString(),
    },
    count: 1,
  };
}

/** Both sides of each payment, which add up to zero. */
export function paymentsRequest(payments: readonly Payment[], identity: Identity): TraceEvent {
  return {
    ...identity,
    kind: 'payments',
    chain: identity.idempotencyKey,
    begins: false,
    after: THRESHOLDS_CHAIN,
    service: 'mybank-ledger',
    method: 'POST',
    path: '/transactions/batch',
    body: {
      transactions: payments.map(({ transactionId, description, bookedAtMs, ...payment }) => ({
        transactionId,
        description,
        bookedAt: new Date(bookedAtMs).toISOString(),
        postings: [
          { accountId: payment.fromAccountId, amount: poundsText(-payment.pence) },
          { accountId: payment.toAccountId, amount: poundsText(payment.pence) },
        ],
      })),
    },
    count: payments.length,
  };
}

/** `-1234.05`: money is written as text, since no binary fraction is a penny. */
export function poundsText(pence: number): string {
  const digits = String(Math.abs(pence)).padStart(3, '0');
  return `${pence < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** `1234.5` -> 123450; undefined for what is no amount with at most two decimals. */
export function penceOf(text: string): number | undefined {
  const [, sign, pounds, decimals = ''] = /^(-?)(\d+)(?:\.(\d{1,2}))?$/.exec(text.trim()) ?? [];
  if (pounds === undefined) return undefined;
  return (sign === '-' ? -1 : 1) * Number(`${pounds}${decimals.padEnd(2, '0')}`);
}
