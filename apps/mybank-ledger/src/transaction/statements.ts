/** What was booked: by transaction, by account, in all. */
import { Injectable } from '@nestjs/common';
import { CursorCodec, pageOf, Problem, type Page } from '@headwater/service-kit';
import { DataSource } from 'typeorm';
import { accountUnknown } from '../account/accounts.ts';
import {
  type CurrencyTotalsResponse,
  type StatementLineResponse,
  type TotalsResponse,
  type TransactionResponse,
} from './transaction.responses.ts';

const cursors = new CursorCodec({ bookedAtMicros: 'bigint', transactionId: 'string' });

const behindCursor = `(booked_at, transaction_id) < (timestamptz 'epoch' + $3::bigint * interval '1 microsecond', $4)`;

interface TransactionRow {
  readonly transaction_id: string;
  readonly account_id: string;
  readonly currency: string;
  readonly amount: string;
  readonly counterparty: string;
  readonly description: string;
  readonly booked_at: Date;
  readonly booked_at_micros: string;
}

interface TotalsRow {
  readonly currency: string;
  readonly postings: string;
  readonly credited: string;
  readonly debited: string;
}

@Injectable()
export class Statements {
  constructor(private readonly dataSource: DataSource) {}

  /** @throws Problem 404 */
  async transaction(transactionId: string): Promise<TransactionResponse> {
    const rows = await this.dataSource.query<TransactionRow[]>(
      'SELECT * FROM transactions WHERE transaction_id = $1 ORDER BY amount, account_id',
      [transactionId],
    );
    const [first] = rows;
    if (!first) throw Problem.notFound('transaction-unknown', `There is no transaction ${transactionId}.`);
    return {
      transactionId,
      description: first.description,
      bookedAt: first.booked_at.toISOString(),
      postings: rows.map(({ account_id: accountId, currency, amount }) => ({ accountId, currency, amount })),
    };
  }

  /** A page begins behind a position, so that what is booked meanwhile moves nothing. @throws Problem 404; 400 for a cursor that is none */
  async page(accountId: string, limit: number, cursor: string | undefined): Promise<Page<StatementLineResponse>> {
    const after = cursor === undefined ? undefined : cursors.decode(cursor);
    const rows = await this.dataSource.query<TransactionRow[]>(
      `SELECT *, (extract(epoch FROM booked_at) * 1000000)::bigint AS booked_at_micros FROM transactions
       WHERE account_id = $1 ${after ? `AND ${behindCursor}` : ''}
       ORDER BY booked_at DESC, transaction_id DESC
       LIMIT $2`,
      after ? [accountId, limit + 1, after.bookedAtMicros.toString(), after.transactionId] : [accountId, limit + 1],
    );
    if (rows.length === 0) await this.assertAccount(accountId);
    const page = pageOf(rows, limit, (row) =>
      cursors.encode({ bookedAtMicros: BigInt(row.booked_at_micros), transactionId: row.transaction_id }),
    );
    return { ...page, items: page.items.map(lineOf) };
  }

  async totals(): Promise<TotalsResponse> {
    return await this.dataSource.transaction('REPEATABLE READ', async (transaction) => {
      const [entries] = await transaction.query<[{ count: string }]>('SELECT count(*) FROM entries');
      const rows = await transaction.query<TotalsRow[]>(
        `SELECT currency, count(*) AS postings,
           coalesce(sum(amount) FILTER (WHERE amount > 0), 0) AS credited,
           coalesce(sum(amount) FILTER (WHERE amount < 0), 0) AS debited
         FROM transactions GROUP BY currency ORDER BY currency`,
      );
      const currencies: CurrencyTotalsResponse[] = rows.map((row) => ({ ...row, postings: Number(row.postings) }));
      return { transactions: Number(entries.count), currencies };
    });
  }

  private async assertAccount(accountId: string): Promise<void> {
    const rows = await this.dataSource.query<unknown[]>('SELECT 1 FROM accounts WHERE id = $1', [accountId]);
    if (rows.length === 0) throw accountUnknown(accountId);
  }
}

const lineOf = (row: TransactionRow): StatementLineResponse => ({
  transactionId: row.transaction_id,
  currency: row.currency,
  amount: row.amount,
  counterparty: row.counterparty,
  description: row.description,
  bookedAt: row.booked_at.toISOString(),
});
