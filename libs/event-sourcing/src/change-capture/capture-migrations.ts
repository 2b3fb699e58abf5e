/**
 * The captures' table, in the database that is captured.
 *
 *     change_captures   one row for each capture: `snapshot` while its initial snapshot is under way, then `stream`
 *
 * A slot that is missing although its row says `stream` was lost.
 */
import type { MigrationInterface, QueryRunner } from 'typeorm';

class CreateChangeCaptures1763700000004 implements MigrationInterface {
  readonly name = 'CreateChangeCaptures1763700000004';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE change_captures (
      slot text PRIMARY KEY,
      state text NOT NULL CHECK (state IN ('snapshot', 'stream')),
      consistent_point pg_lsn,
      snapshot_rows bigint,
      changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
    )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE change_captures');
  }
}

/** The change capture's migrations, for the list of the service whose database is captured. */
export const changeCaptureMigrations = [CreateChangeCaptures1763700000004];
