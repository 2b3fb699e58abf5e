import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The inbox's table. Add it to the service's own migrations; its name orders it before theirs. */
export class CreateInbox1700000000000 implements MigrationInterface {
  readonly name = 'CreateInbox1700000000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE inbox (
        subscription text NOT NULL,
        message_id text NOT NULL,
        received_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (subscription, message_id)
      )`);
    // Entries come in order of time: a few pages of index tell the old from the new.
    await queryRunner.query('CREATE INDEX inbox_received_at ON inbox USING brin (received_at)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE inbox');
  }
}
