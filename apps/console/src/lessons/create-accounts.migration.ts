import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The state that the commands of the outbox's lesson change. */
export class CreateAccounts1763800000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE accounts (id text PRIMARY KEY, version integer NOT NULL)');
    await runner.query(`INSERT INTO accounts SELECT unnest(ARRAY['alice', 'bob', 'carol']), 0`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE accounts');
  }
}
