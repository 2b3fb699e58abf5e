import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Commands that came with an `Idempotency-Key`, and their answers. MySocialMedia's first databases have the table already. */
export class CreateIdempotencyKeys1700000000002 implements MigrationInterface {
  readonly name = 'CreateIdempotencyKeys1700000000002';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE IF NOT EXISTS idempotency_keys (
        key          text        PRIMARY KEY,
        fingerprint  text        NOT NULL,
        status       smallint    NOT NULL,
        headers      jsonb       NOT NULL,
        body         jsonb       NOT NULL,
        created_at   timestamptz NOT NULL DEFAULT now()
      )`);
    await queryRunner.query('CREATE INDEX IF NOT EXISTS idempotency_keys_by_age ON idempotency_keys (created_at)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE idempotency_keys');
  }
}
