import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** The tables of this service beside the event store and the outbox. */
export class CreateWriteModel1763700000000 implements MigrationInterface {
  readonly name = 'CreateWriteModel1763700000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE posts (
        post_id  text    PRIMARY KEY,
        user_id  text    NOT NULL,
        deleted  boolean NOT NULL,
        version  bigint  NOT NULL
      )`);
    await queryRunner.query(`
      CREATE TABLE idempotency_keys (
        key          text        PRIMARY KEY,
        fingerprint  text        NOT NULL,
        status       smallint    NOT NULL,
        headers      jsonb       NOT NULL,
        body         jsonb       NOT NULL,
        created_at   timestamptz NOT NULL DEFAULT now()
      )`);
    await queryRunner.query('CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE idempotency_keys, posts');
  }
}
