import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Quotes, rides whose meter runs, and fares. */
export class CreatePricing1763900000000 implements MigrationInterface {
  readonly name = 'CreatePricing1763900000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE quotes (
        quote_id    uuid             PRIMARY KEY,
        zone        text             NOT NULL,
        surge       double precision NOT NULL,
        expires_at  timestamptz      NOT NULL,
        quoted      jsonb            NOT NULL
      )`);
    await queryRunner.query('CREATE INDEX quotes_by_expiry ON quotes (expires_at)');
    await queryRunner.query(`
      CREATE TABLE metered_rides (
        ride_id   text             PRIMARY KEY,
        quote_id  uuid,
        surge     double precision NOT NULL
      )`);
    await queryRunner.query(`
      CREATE TABLE metered_positions (
        ride_id      text             NOT NULL,
        occurred_at  timestamptz      NOT NULL,
        latitude     double precision NOT NULL,
        longitude    double precision NOT NULL,
        PRIMARY KEY (ride_id, occurred_at)
      )`);
    await queryRunner.query(`
      CREATE TABLE fares (
        ride_id  text  PRIMARY KEY,
        fare     jsonb NOT NULL
      )`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE fares, metered_positions, metered_rides, quotes');
  }
}
