import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the bookkeepers of the inbox's lesson have booked: a deposit that is there twice was booked twice. */
export class CreateEffects1763800000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE effects (bookkeeper text NOT NULL, number integer NOT NULL)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE effects');
  }
}
