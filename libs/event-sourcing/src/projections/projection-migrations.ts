/**
 * The projections' tables.
 *
 *     projections       one row for each read model: the version of what filled its tables, its checkpoint, and the rebuild that
 *                       is asked for or under way with a checkpoint of its own
 *     projection_hosts  processes that run projections, and whether one of them sleeps and wants to be notified; not logged, so
 *                       that saying so costs no sync, and empty after a crash, when each host enters itself anew
 *
 * NOTIFY takes a lock for the whole database at commit, so a writer of events notifies only when a host sleeps.
 */
import type { MigrationInterface, QueryRunner } from 'typeorm';

const TABLES = `
CREATE TABLE projections (
  name text PRIMARY KEY,
  version integer NOT NULL,
  xid xid8 NOT NULL,
  position bigint NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  failed_at timestamptz,
  failed_event uuid,
  last_error text,
  rebuild_requested_at timestamptz,
  rebuild_version integer,
  rebuild_xid xid8,
  rebuild_position bigint,
  rebuild_started_at timestamptz,
  rebuild_events bigint,
  rebuild_total bigint,
  rebuilt_at timestamptz
) WITH (fillfactor = 50);

CREATE UNLOGGED TABLE projection_hosts (
  host_id uuid PRIMARY KEY,
  seen_at timestamptz NOT NULL,
  sleeping boolean NOT NULL
) WITH (fillfactor = 50);
`;

const NOTIFY_TRIGGER = `
CREATE FUNCTION notify_projection_hosts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM projection_hosts WHERE sleeping) THEN PERFORM pg_notify('projections', ''); END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER events_inserted AFTER INSERT ON events
  FOR EACH STATEMENT EXECUTE FUNCTION notify_projection_hosts();
`;

class CreateProjections1763700000002 implements MigrationInterface {
  readonly name = 'CreateProjections1763700000002';

  async up(runner: QueryRunner): Promise<void> {
    for (const sql of [TABLES, NOTIFY_TRIGGER]) await runner.query(sql);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TRIGGER events_inserted ON events');
    await runner.query('DROP FUNCTION notify_projection_hosts()');
    await runner.query('DROP TABLE projections, projection_hosts');
  }
}

/** The projections' migrations, for a service's list, after the event store's. */
export const projectionMigrations = [CreateProjections1763700000002];
