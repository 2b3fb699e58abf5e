/**
 * The outbox's tables.
 *
 *     outbox         one row for each message; pending while it has neither published_at nor dead_at
 *     outbox_shards  who publishes a shard of the aggregates, until when; the token grows with each new owner
 *     outbox_relays  relays that live, and whether one of them sleeps and wants to be notified; not logged, so that saying
 *                    so costs no sync, and empty after a crash, when each relay connects and enters itself anew
 *
 *     outbox_wal_relay  how the relay from the write-ahead log stands: `takeover` while it publishes from the table what its slot
 *                    does not have, then `stream`; `tokens` is the sum of the shards' tokens when it last took them
 *     outbox_wal_held   aggregates that this relay holds; one stays until what waited behind its dead message is published
 *
 * `shard` is stored with the row, so that a change of the hash function in a later PostgreSQL moves no row. A row behind a
 * dead one of its aggregate is held by `next_attempt_at = 'infinity'`, which takes it out of the index of pending rows.
 *
 * NOTIFY takes a lock for the whole database at commit, so a writer notifies only when a relay sleeps.
 */
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Shards of the aggregates: the most relays that can share the work. A power of two. */
const SHARDS = 32;

const TABLES = `
CREATE TABLE outbox (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id uuid NOT NULL,
  aggregate_type text NOT NULL,
  aggregate_id text NOT NULL,
  shard smallint NOT NULL GENERATED ALWAYS AS
    ((hashtextextended(aggregate_type || '/' || aggregate_id, 0) & ${SHARDS - 1})::smallint) STORED,
  topic text NOT NULL,
  key bytea,
  type text NOT NULL,
  schema_id integer,
  payload bytea,
  headers jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  attempts integer NOT NULL DEFAULT 0,
  next_attempt_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  published_at timestamptz,
  dead_at timestamptz,
  last_error text
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.1);

CREATE INDEX outbox_pending ON outbox (seq)
  WHERE published_at IS NULL AND dead_at IS NULL AND next_attempt_at < 'infinity';
CREATE INDEX outbox_held ON outbox (aggregate_type, aggregate_id)
  WHERE published_at IS NULL AND (dead_at IS NOT NULL OR next_attempt_at = 'infinity');
CREATE INDEX outbox_by_age ON outbox USING brin (created_at);

CREATE TABLE outbox_shards (
  shard smallint PRIMARY KEY,
  owner uuid,
  token bigint NOT NULL DEFAULT 0,
  lease_until timestamptz NOT NULL DEFAULT '-infinity'
) WITH (fillfactor = 50);
INSERT INTO outbox_shards (shard) SELECT generate_series(0, ${SHARDS - 1});

CREATE UNLOGGED TABLE outbox_relays (
  relay_id uuid PRIMARY KEY,
  seen_at timestamptz NOT NULL,
  sleeping boolean NOT NULL
) WITH (fillfactor = 50);
`;

/** With `of_requests` and `accepted`: only the messages of those requests. */
const PUBLISH_FUNCTION = `
CREATE FUNCTION publish_to_outbox(
  ids text[], aggregate_types text[], aggregate_ids text[], topics text[], keys bytea[], types text[], schema_ids integer[],
  payloads bytea[], headers jsonb[], of_requests integer[] DEFAULT NULL, accepted integer[] DEFAULT NULL
) RETURNS void LANGUAGE sql AS $$
  INSERT INTO outbox (id, aggregate_type, aggregate_id, topic, key, type, schema_id, payload, headers)
  SELECT m.id::uuid, m.aggregate_type, m.aggregate_id, m.topic, m.key, m.type, m.schema_id, m.payload, m.headers
  FROM unnest(ids, aggregate_types, aggregate_ids, topics, keys, types, schema_ids, payloads, headers, of_requests)
    WITH ORDINALITY
    AS m(id, aggregate_type, aggregate_id, topic, key, type, schema_id, payload, headers, request, place)
  WHERE accepted IS NULL OR m.request = ANY (accepted)
  ORDER BY m.place
$$;
`;

const NOTIFY_TRIGGER = `
CREATE FUNCTION notify_outbox_relays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM outbox_relays WHERE sleeping) THEN PERFORM pg_notify('outbox', ''); END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER outbox_inserted AFTER INSERT ON outbox
  FOR EACH STATEMENT EXECUTE FUNCTION notify_outbox_relays();
`;

/** Renews what the relay holds, gives up what is more than its share, takes free shards up to its share. */
const CLAIM_FUNCTION = `
CREATE FUNCTION claim_outbox_shards(relay uuid, lease interval) RETURNS TABLE (shard smallint, token bigint)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  at timestamptz := clock_timestamp();
  held integer;
  share integer;
BEGIN
  INSERT INTO outbox_relays AS r (relay_id, seen_at, sleeping) VALUES (relay, at, false)
    ON CONFLICT (relay_id) DO UPDATE SET seen_at = at;
  DELETE FROM outbox_relays r WHERE r.seen_at < at - 10 * lease;

  UPDATE outbox_shards s SET lease_until = at + lease WHERE s.owner = relay;
  GET DIAGNOSTICS held = ROW_COUNT;
  SELECT ceil(${SHARDS}.0 / count(*)) INTO share FROM outbox_relays r WHERE r.seen_at >= at - lease;

  IF held > share THEN
    UPDATE outbox_shards s SET owner = NULL, lease_until = '-infinity'
    WHERE s.shard IN (SELECT m.shard FROM outbox_shards m WHERE m.owner = relay ORDER BY m.shard DESC LIMIT held - share);
  ELSIF held < share THEN
    UPDATE outbox_shards s SET owner = relay, token = s.token + 1, lease_until = at + lease
    WHERE s.shard IN (
      SELECT f.shard FROM outbox_shards f WHERE f.owner IS NULL OR f.lease_until < at
      ORDER BY f.shard LIMIT share - held FOR UPDATE SKIP LOCKED
    );
  END IF;

  RETURN QUERY SELECT s.shard, s.token FROM outbox_shards s WHERE s.owner = relay;
END
$$;
`;

class CreateOutbox1763700000001 implements MigrationInterface {
  readonly name = 'CreateOutbox1763700000001';

  async up(runner: QueryRunner): Promise<void> {
    for (const sql of [TABLES, NOTIFY_TRIGGER, CLAIM_FUNCTION]) await runner.query(sql);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION claim_outbox_shards(uuid, interval)');
    await runner.query('DROP TABLE outbox, outbox_shards, outbox_relays');
    await runner.query('DROP FUNCTION notify_outbox_relays()');
  }
}

const WAL_TABLES = `
CREATE TABLE outbox_wal_relay (
  slot text PRIMARY KEY,
  state text NOT NULL CHECK (state IN ('takeover', 'stream')),
  tokens bigint NOT NULL,
  changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TABLE outbox_wal_held (
  aggregate_type text,
  aggregate_id text,
  PRIMARY KEY (aggregate_type, aggregate_id)
);
`;

class AddOutboxWalRelay1763700000005 implements MigrationInterface {
  readonly name = 'AddOutboxWalRelay1763700000005';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(WAL_TABLES);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE outbox_wal_held, outbox_wal_relay');
  }
}

/** Messages came as one JSON document before, their bytes in base64. */
class PublishArraysToOutbox1763700000007 implements MigrationInterface {
  readonly name = 'PublishArraysToOutbox1763700000007';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION IF EXISTS publish_to_outbox(jsonb)');
    await runner.query(PUBLISH_FUNCTION);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION publish_to_outbox');
  }
}

/** The outbox's migrations, for a service's list. */
export const outboxMigrations = [
  CreateOutbox1763700000001,
  AddOutboxWalRelay1763700000005,
  PublishArraysToOutbox1763700000007,
];
