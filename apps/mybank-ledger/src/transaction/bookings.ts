/**
 * Books transactions: any number in one statement, which is one database transaction. A transaction's id is what makes it happen once:
 * one that is there already with the same content is left as it is. What the database refuses, none of the statement's is booked.
 *
 * Ids are taken in order, so that two batches that meet wait for each other and not in a circle.
 */
import { createHash, randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Problem } from '@headwater/service-kit';
import { DataSource, QueryFailedError } from 'typeorm';
import { type BookTransactionRequest } from './transaction.requests.ts';
import { type BookedResponse } from './transaction.responses.ts';

const book = `
  WITH requested AS (
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[]) AS requested (id, fingerprint, description, booked_at)
  ), posting AS (
    SELECT * FROM unnest($5::text[], $6::text[], $7::numeric[]) AS posting (transaction_id, account_id, amount)
  ), side AS (
    SELECT transaction_id, sign(amount) AS sign, string_agg(name, ', ' ORDER BY id) AS names
    FROM posting JOIN accounts ON accounts.id = account_id
    GROUP BY transaction_id, sign(amount)
  ), entered AS (
    INSERT INTO entries (id, fingerprint, description, booked_at) SELECT * FROM requested ORDER BY id
    ON CONFLICT (id) DO NOTHING
    RETURNING id, description, booked_at
  ), booked AS (
    INSERT INTO transactions (transaction_id, account_id, user_id, currency, amount, counterparty, description, booked_at)
    SELECT posting.transaction_id, account_id, user_id, coalesce(currency, ''), amount, coalesce(side.names, ''), description, booked_at
    FROM entered
    JOIN posting ON posting.transaction_id = entered.id
    LEFT JOIN accounts ON accounts.id = account_id
    LEFT JOIN side ON side.transaction_id = posting.transaction_id AND side.sign = -sign(amount)
  )
  SELECT id FROM entered`;

/** A request whose transaction has its id. */
type Booking = Pick<BookTransactionRequest, 'description' | 'bookedAt' | 'postings'> & {
  readonly transactionId: string;
};

/** Single bookings that wait while others are under way share a statement: so many groups at a time, of so many at most. */
const groupsAtOnce = 2;
const groupSize = 100;

interface Waiting {
  readonly booking: Booking;
  readonly resolve: (booked: BookedResponse) => void;
  readonly reject: (error: unknown) => void;
}

@Injectable()
export class Bookings {
  private waiting: Waiting[] = [];
  private groupsUnderWay = 0;

  constructor(private readonly dataSource: DataSource) {}

  /**
   * @param idempotencyKey stands for the transaction's id where the request has none
   * @throws Problem 422 when it does not balance, names an unknown account, or differs from what was booked under its id
   */
  async bookOne(request: BookTransactionRequest, idempotencyKey: string | undefined): Promise<BookedResponse> {
    const { description, bookedAt, postings } = request;
    const transactionId = request.transactionId ?? idempotencyKey ?? randomUUID();
    const booking = { transactionId, description, postings, ...(bookedAt ? { bookedAt } : {}) };
    return await new Promise((resolve, reject) => {
      this.waiting.push({ booking, resolve, reject });
      this.bookWaiting();
    });
  }

  /** All of them or, by a Problem, none. @throws Problem 422 as above */
  async book(bookings: readonly Booking[]): Promise<BookedResponse[]> {
    const fingerprints = new Map(bookings.map((booking) => [booking.transactionId, fingerprintOf(booking)]));
    return await this.dataSource.transaction(async (transaction) => {
      const entered = await transaction
        .query<{ id: string }[]>(book, columnsOf(bookings, fingerprints))
        .catch((error: unknown) => {
          throw problemOf(error);
        });
      const fresh = new Set(entered.map(({ id }) => id));
      const repeated = bookings.map(({ transactionId }) => transactionId).filter((id) => !fresh.has(id));
      if (repeated.length > 0) {
        const rows = await transaction.query<{ id: string; fingerprint: string }[]>(
          'SELECT id, fingerprint FROM entries WHERE id = ANY ($1)',
          [repeated],
        );
        const other = rows.find(({ id, fingerprint }) => fingerprints.get(id) !== fingerprint);
        if (other) throw transactionDiffers(other.id);
      }
      return bookings.map(({ transactionId }) => ({ transactionId, repeated: !fresh.has(transactionId) }));
    });
  }

  private bookWaiting(): void {
    while (this.groupsUnderWay < groupsAtOnce && this.waiting.length > 0) {
      this.groupsUnderWay += 1;
      void this.bookGroup(this.takeGroup()).finally(() => {
        this.groupsUnderWay -= 1;
        this.bookWaiting();
      });
    }
  }

  /** Those that came first; one whose id is in the group already waits for the next. */
  private takeGroup(): Waiting[] {
    const group = new Map<string, Waiting>();
    const left: Waiting[] = [];
    for (const one of this.waiting) {
      const { transactionId } = one.booking;
      if (group.size < groupSize && !group.has(transactionId)) group.set(transactionId, one);
      else left.push(one);
    }
    this.waiting = left;
    return [...group.values()];
  }

  /** What is refused is refused to the one at fault: then each is booked on its own. */
  private async bookGroup(group: readonly Waiting[]): Promise<void> {
    try {
      const booked = await this.book(group.map(({ booking }) => booking));
      for (const [index, { resolve }] of group.entries()) resolve(booked[index]!);
    } catch (error) {
      if (group.length > 1 && error instanceof Problem) for (const one of group) await this.bookGroup([one]);
      else for (const { reject } of group) reject(error);
    }
  }
}

function columnsOf(bookings: readonly Booking[], fingerprints: ReadonlyMap<string, string>): unknown[] {
  const postings = bookings.flatMap(({ transactionId, postings: parts }) =>
    parts.map(({ accountId, amount }) => ({ transactionId, accountId, amount })),
  );
  const now = new Date().toISOString();
  return [
    bookings.map(({ transactionId }) => transactionId),
    bookings.map(({ transactionId }) => fingerprints.get(transactionId)),
    bookings.map(({ description }) => description),
    bookings.map(({ bookedAt }) => bookedAt ?? now),
    postings.map(({ transactionId }) => transactionId),
    postings.map(({ accountId }) => accountId),
    postings.map(({ amount }) => amount),
  ];
}

/** What makes two requests one. A time that was left out is no part of it: the first one's stays. */
function fingerprintOf({ description, bookedAt, postings }: Booking): string {
  const content = [description, bookedAt ?? null, postings.map(({ accountId, amount }) => [accountId, amount])];
  return createHash('sha256').update(JSON.stringify(content)).digest('base64');
}

/** A constraint of the tables as an answer. */
function problemOf(error: unknown): unknown {
  if (!(error instanceof QueryFailedError)) return error;
  const {
    constraint,
    message,
    detail = '',
  } = error.driverError as {
    constraint?: string;
    message: string;
    detail?: string;
  };
  switch (constraint) {
    case 'transactions_balance':
      return Problem.unprocessable('transaction-unbalanced', `${capitalized(message)}. They must add up to zero.`);
    case 'transactions_amount':
      return Problem.unprocessable('amount-zero', 'A posting of zero books nothing. Leave it out.');
    case 'transactions_account': {
      const accountId = /=\((.*), \)/.exec(detail)?.[1] ?? 'that is named';
      return Problem.unprocessable(
        'account-unknown',
        `There is no account ${accountId}. Open it before it is booked to.`,
      );
    }
    default:
      return error;
  }
}

const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function transactionDiffers(transactionId: string): Problem {
  return Problem.unprocessable(
    'transaction-differs',
    `Transaction ${transactionId} was booked with another content. Choose another id for another transaction.`,
  );
}
