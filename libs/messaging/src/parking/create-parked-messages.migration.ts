import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The tables of the policy `park`. Add it to the service's own migrations; its name orders it before theirs. */
export class CreateParkedMessages1700000000001 implements MigrationInterface {
  readonly name = 'CreateParkedMessages1700000000001';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE parked_partitions (
        subscription text NOT NULL,
        topic text NOT NULL,
        partition int NOT NULL,
        epoch bigint NOT NULL,
        generation bigint NOT NULL,
        PRIMARY KEY (subscription, topic, partition)
      )`);
    // By hash: a key may be longer than an index takes.
    await queryRunner.query(`
      CREATE TABLE parked_keys (
        subscription text NOT NULL,
        topic text NOT NULL,
        partition int NOT NULL,
        key_hash bytea NOT NULL,
        key bytea NOT NULL,
        state text NOT NULL CHECK (state IN ('parked', 'releasing', 'drained')),
        parked_at timestamptz NOT NULL,
        settled_through bigint NOT NULL,
        attempts int NOT NULL,
        error text NOT NULL,
        reason text NOT NULL,
        PRIMARY KEY (subscription, topic, partition, key_hash)
      )`);
    await queryRunner.query(`
      CREATE TABLE parked_messages (
        subscription text NOT NULL,
        topic text NOT NULL,
        partition int NOT NULL,
        key_hash bytea NOT NULL,
        "offset" bigint NOT NULL,
        value bytea,
        headers jsonb NOT NULL,
        timestamp_ms bigint NOT NULL,
        parked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        skipped boolean NOT NULL DEFAULT false,
        PRIMARY KEY (subscription, topic, partition, key_hash, "offset")
      )`);
    await queryRunner.query(`
      CREATE TABLE parking_audit (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        at timestamptz NOT NULL DEFAULT clock_timestamp(),
        who text NOT NULL,
        why text NOT NULL,
        action text NOT NULL CHECK (action IN ('release', 'skip', 'edit')),
        subscription text NOT NULL,
        topic text NOT NULL,
        partition int NOT NULL,
        key bytea NOT NULL,
        "offset" bigint,
        before bytea,
        after bytea
      )`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const table of ['parking_audit', 'parked_messages', 'parked_keys', 'parked_partitions'])
      await queryRunner.query(`DROP TABLE ${table}`);
  }
}
