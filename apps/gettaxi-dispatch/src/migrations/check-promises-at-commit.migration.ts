import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** A taxi is promised before the row of a new ride is written, in one transaction: that the ride is there is looked at when it commits. */
export class CheckPromisesAtCommit1763850000000 implements MigrationInterface {
  readonly name = 'CheckPromisesAtCommit1763850000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      'ALTER TABLE promised_taxis ALTER CONSTRAINT promised_taxis_ride_id_fkey DEFERRABLE INITIALLY DEFERRED',
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE promised_taxis ALTER CONSTRAINT promised_taxis_ride_id_fkey NOT DEFERRABLE');
  }
}
