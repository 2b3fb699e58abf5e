/**
 * The ledger's tables. The database itself keeps what makes them a ledger, whoever writes to it:
 *
 *     accounts       whose they are and in which currency; `user_id` is null for the bank's own counter-accounts
 *     entries        one row for each transaction: its id is what makes a booking happen once
 *     transactions   one row for each account that a transaction touches: below zero leaves the account, above comes to it
 *
 * - The rows that a statement books balance: for each transaction and currency they add up to zero.
 * - Nothing that is written is ever changed or deleted; what was wrong is booked back.
 * - A row's currency is its account's.
 *
 * A row of `transactions` says all that a statement line says, so that a reader of it needs no other table. Its primary key is its
 * replica identity: a capture of the table needs nothing else of the ledger.
 */
import { type MigrationInterface, type QueryRunner } from 'typeorm';

const tables = `
  CREATE TABLE accounts (
    id         text        PRIMARY KEY,
    user_id    text,
    currency   text        NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    name       text        NOT NULL,
    opened_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT accounts_currency UNIQUE (id, currency)
  );

  CREATE TABLE entries (
    id           text        PRIMARY KEY,
    fingerprint  text        NOT NULL,
    description  text        NOT NULL,
    booked_at    timestamptz NOT NULL,
    recorded_at  timestamptz NOT NULL DEFAULT now()
  );

  CREATE TABLE transactions (
    transaction_id  text           NOT NULL REFERENCES entries,
    account_id      text           NOT NULL,
    user_id         text,
    currency        text           NOT NULL,
    amount          numeric(18, 2) NOT NULL CONSTRAINT transactions_amount CHECK (amount <> 0),
    counterparty    text           NOT NULL,
    description     text           NOT NULL,
    booked_at       timestamptz    NOT NULL,
    recorded_at     timestamptz    NOT NULL DEFAULT now(),
    PRIMARY KEY (transaction_id, account_id),
    CONSTRAINT transactions_account FOREIGN KEY (account_id, currency) REFERENCES accounts (id, currency)
  );

  CREATE INDEX transactions_of_account ON transactions (account_id, booked_at DESC, transaction_id DESC)`;

const balance = `
  CREATE FUNCTION refuse_unbalanced() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE
    wrong record;
  BEGIN
    SELECT transaction_id, currency, sum(amount) AS difference INTO wrong
    FROM booked GROUP BY transaction_id, currency HAVING sum(amount) <> 0 LIMIT 1;
    IF FOUND THEN
      RAISE EXCEPTION 'the postings of transaction % differ by % %', wrong.transaction_id, wrong.difference, wrong.currency
        USING ERRCODE = 'check_violation', CONSTRAINT = 'transactions_balance';
    END IF;
    RETURN NULL;
  END $$;

  CREATE TRIGGER transactions_balance AFTER INSERT ON transactions
    REFERENCING NEW TABLE AS booked FOR EACH STATEMENT EXECUTE FUNCTION refuse_unbalanced()`;

const permanence = `
  CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    RAISE EXCEPTION 'rows of % are for good: % is refused', TG_TABLE_NAME, TG_OP
      USING ERRCODE = 'restrict_violation', HINT = 'Book the opposite transaction.';
  END $$`;

export class CreateLedger1763700000000 implements MigrationInterface {
  readonly name = 'CreateLedger1763700000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(tables);
    await queryRunner.query(balance);
    await queryRunner.query(permanence);
    for (const table of ['accounts', 'entries', 'transactions'])
      await queryRunner.query(
        `CREATE TRIGGER ${table}_permanence BEFORE UPDATE OR DELETE OR TRUNCATE ON ${table}
         FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()`,
      );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE transactions, entries, accounts');
    await queryRunner.query('DROP FUNCTION refuse_unbalanced, refuse_change');
  }
}
