import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * The tables of this service beside the event store and the outbox.
 *
 *     rides            each ride as it is after its events, written in their transaction. `due_at` is when this service owes it a step:
 *                      the next look for a taxi, or the end of its offer; null while it owes none
 *     promised_taxis   the taxis that belong to a ride now, from the offer on. The key is what keeps a taxi from being promised twice,
 *                      by whichever instance
 */
export class CreateRides1763800000000 implements MigrationInterface {
  readonly name = 'CreateRides1763800000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE rides (
        ride_id       text        PRIMARY KEY,
        status        text        NOT NULL,
        active        boolean     NOT NULL,
        requested_at  timestamptz NOT NULL,
        version       bigint      NOT NULL,
        state         jsonb       NOT NULL,
        due_at        timestamptz
      )`);
    await queryRunner.query('CREATE INDEX rides_due ON rides (due_at) WHERE due_at IS NOT NULL');
    await queryRunner.query('CREATE INDEX rides_active ON rides (requested_at, ride_id) WHERE active');
    await queryRunner.query('CREATE INDEX rides_by_status ON rides (status, requested_at, ride_id)');
    await queryRunner.query(`
      CREATE TABLE promised_taxis (
        taxi_id  text PRIMARY KEY,
        ride_id  text NOT NULL UNIQUE REFERENCES rides
      )`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE promised_taxis, rides');
  }
}
