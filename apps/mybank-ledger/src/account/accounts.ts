/** Opens accounts and says what is on them. An account that was opened stays as it is. */
import { Injectable } from '@nestjs/common';
import { Problem } from '@headwater/service-kit';
import { DataSource } from 'typeorm';
import { type AccountResponse, type AccountToOpen, type OpenedAccountsResponse } from './account.requests.ts';

interface AccountRow {
  readonly id: string;
  readonly user_id: string | null;
  readonly currency: string;
  readonly name: string;
  readonly balance: string;
}

@Injectable()
export class Accounts {
  constructor(private readonly dataSource: DataSource) {}

  /** Opening an account again as it is changes nothing. @throws Problem 409 when it is there with another holder or currency. */
  async open(accounts: readonly AccountToOpen[]): Promise<OpenedAccountsResponse> {
    return await this.dataSource.transaction(async (transaction) => {
      const columns = [
        accounts.map(({ accountId }) => accountId),
        accounts.map(({ userId }) => userId ?? null),
        accounts.map(({ currency }) => currency),
        accounts.map(({ name }) => name),
      ];
      const requested =
        'unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS requested (id, user_id, currency, name)';
      const opened = await transaction.query<unknown[]>(
        `INSERT INTO accounts (id, user_id, currency, name)
         SELECT id, user_id, currency, name FROM ${requested} ORDER BY id
         ON CONFLICT (id) DO NOTHING RETURNING id`,
        columns,
      );
      const [other] = await transaction.query<{ id: string }[]>(
        `SELECT id FROM accounts JOIN ${requested} USING (id)
         WHERE (accounts.user_id, accounts.currency) IS DISTINCT FROM (requested.user_id, requested.currency) LIMIT 1`,
        columns,
      );
      if (other)
        throw Problem.conflict(
          'account-exists',
          `There is an account ${other.id} already, with another holder or currency. Choose another accountId.`,
        );
      return { opened: opened.length, repeated: accounts.length - opened.length };
    });
  }

  /** @throws Problem 404 */
  async get(accountId: string): Promise<AccountResponse> {
    const [row] = await this.dataSource.query<AccountRow[]>(
      `SELECT id, user_id, currency, name,
         (SELECT coalesce(sum(amount), 0)::numeric(30, 2) FROM transactions WHERE account_id = accounts.id) AS balance
       FROM accounts WHERE id = $1`,
      [accountId],
    );
    if (!row) throw accountUnknown(accountId);
    const { id, user_id: userId, currency, name, balance } = row;
    return { accountId: id, userId, currency, name, balance };
  }
}

export function accountUnknown(accountId: string): Problem {
  return Problem.notFound('account-unknown', `There is no account ${accountId}.`);
}
