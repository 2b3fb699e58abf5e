/** The table of snapshots: the newest of each stream and type. It may be emptied at any time. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

class CreateSnapshots1763700000003 implements MigrationInterface {
  readonly name = 'CreateSnapshots1763700000003';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE snapshots (
        stream_id text NOT NULL,
        type text NOT NULL,
        schema_version integer NOT NULL,
        version bigint NOT NULL,
        state jsonb NOT NULL,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (stream_id, type)
      ) WITH (fillfactor = 70)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE snapshots');
  }
}

/** The snapshots' migrations, for a service's list. */
export const snapshotMigrations = [CreateSnapshots1763700000003];
