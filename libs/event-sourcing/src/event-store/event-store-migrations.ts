/**
 * The event store's tables and its append function.
 *
 *     streams   stream_id (key), version, xid: of the last append
 *     events    global_position, xid, stream_id, version, event_id, type, schema_version, data, metadata, created_at
 *
 * `append_to_streams` takes many requests, as an array for each column of them and of their events, and judges each on its
 * own. It locks the streams first, in the order of their hashes, so that two calls never wait for each other crosswise. An
 * advisory lock assigns no transaction id; the id comes with the first insert, when all earlier appends to these streams are
 * committed, so it is greater than theirs. A caller's transaction that already has an id may break that; the function then
 * refuses with a serialization failure (40001).
 *
 * Transaction ids belong to one PostgreSQL cluster: events that are copied to another one need new ones.
 */
import type { MigrationInterface, QueryRunner } from 'typeorm';

const TABLES = `
CREATE TABLE streams (
  stream_id text PRIMARY KEY,
  version bigint NOT NULL,
  xid xid8 NOT NULL
) WITH (fillfactor = 80);

CREATE TABLE events (
  global_position bigint GENERATED ALWAYS AS IDENTITY,
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  stream_id text NOT NULL,
  version bigint NOT NULL,
  event_id uuid NOT NULL UNIQUE,
  type text NOT NULL,
  schema_version integer NOT NULL,
  data jsonb NOT NULL,
  metadata jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (stream_id, version)
);

CREATE INDEX events_in_order ON events (xid, global_position);

CREATE TYPE append_outcome AS (
  request integer,
  appended boolean,
  version bigint,
  xid xid8,
  global_position bigint
);
`;

const LOCK_FUNCTION = `
CREATE FUNCTION lock_streams(stream_ids text[]) RETURNS void LANGUAGE sql AS $$
  SELECT pg_advisory_xact_lock(locks.key)
  FROM (SELECT DISTINCT hashtextextended(stream_id, 0) AS key FROM unnest(stream_ids) AS stream_id ORDER BY key) AS locks
$$;
`;

const REQUEST_COLUMNS = 'stream_ids text[], expected bigint[]';
const EVENT_COLUMNS =
  'of_requests integer[], event_ids text[], types text[], schema_versions integer[], data jsonb[], metadata jsonb[]';

/**
 * A connection plans the function's statements once, and maybe when hardly a stream was there; a stream is looked up by its key all the
 * same, one by one.
 */
const APPEND_FUNCTION = `
CREATE FUNCTION append_to_streams(${REQUEST_COLUMNS}, ${EVENT_COLUMNS}) RETURNS SETOF append_outcome
LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
  PERFORM lock_streams(stream_ids);

  IF pg_current_xact_id_if_assigned() IS NOT NULL
    AND EXISTS (SELECT FROM streams s WHERE s.stream_id = ANY (stream_ids) AND s.xid > pg_current_xact_id_if_assigned())
  THEN
    RAISE EXCEPTION 'a stream was appended to after this transaction had begun to write: append before other writes'
      USING ERRCODE = 'serialization_failure';
  END IF;

  RETURN QUERY
  WITH asked AS MATERIALIZED (
    SELECT r.request::integer AS request, r.stream_id, r.expected,
      (SELECT s.version FROM streams s WHERE s.stream_id = r.stream_id) AS version
    FROM unnest(stream_ids, expected) WITH ORDINALITY AS r(stream_id, expected, request)
  ), judged AS MATERIALIZED (
    SELECT a.request, a.stream_id, coalesce(a.version, 0) AS current,
      CASE
        WHEN a.expected IS NULL THEN true
        WHEN a.expected = -1 THEN a.version IS NOT NULL
        ELSE coalesce(a.version, 0) = a.expected
      END AS accepted
    FROM asked a
  ), added AS (
    INSERT INTO events (stream_id, version, event_id, type, schema_version, data, metadata)
    SELECT j.stream_id, j.current + row_number() OVER (PARTITION BY e.request ORDER BY e.place),
      e.event_id::uuid, e.type, e.schema_version, e.data, e.metadata
    FROM unnest(of_requests, event_ids, types, schema_versions, data, metadata)
      WITH ORDINALITY AS e(request, event_id, type, schema_version, data, metadata, place)
    JOIN judged j ON j.request = e.request
    WHERE j.accepted
    ORDER BY e.place
    RETURNING stream_id, version, xid, global_position
  ), newest AS (
    SELECT a.stream_id, max(a.version) AS version, max(a.xid) AS xid, max(a.global_position) AS global_position
    FROM added a GROUP BY a.stream_id
  ), moved AS (
    INSERT INTO streams AS s (stream_id, version, xid)
    SELECT n.stream_id, n.version, n.xid FROM newest n
    ON CONFLICT (stream_id) DO UPDATE SET version = excluded.version, xid = excluded.xid
  )
  SELECT j.request, j.accepted, coalesce(n.version, j.current), n.xid, n.global_position
  FROM judged j LEFT JOIN newest n ON n.stream_id = j.stream_id;
END
$$;
`;

/** The messages of the requests that were appended enter the outbox, and of no other. */
const APPEND_WITH_MESSAGES_FUNCTION = `
CREATE FUNCTION append_with_messages(
  ${REQUEST_COLUMNS}, ${EVENT_COLUMNS},
  message_ids text[], aggregate_types text[], aggregate_ids text[], topics text[], keys bytea[], message_types text[],
  schema_ids integer[], payloads bytea[], headers jsonb[], messages_of_requests integer[]
) RETURNS SETOF append_outcome LANGUAGE plpgsql AS $$
DECLARE
  outcomes append_outcome[];
BEGIN
  outcomes := ARRAY(
    SELECT outcome FROM append_to_streams(stream_ids, expected, of_requests, event_ids, types, schema_versions, data, metadata) outcome
  );
  PERFORM publish_to_outbox(
    message_ids, aggregate_types, aggregate_ids, topics, keys, message_types, schema_ids, payloads, headers,
    messages_of_requests, ARRAY(SELECT o.request FROM unnest(outcomes) o WHERE o.appended)
  );
  RETURN QUERY SELECT * FROM unnest(outcomes);
END
$$;
`;

class CreateEventStore1763700000000 implements MigrationInterface {
  readonly name = 'CreateEventStore1763700000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const sql of [TABLES, LOCK_FUNCTION]) await runner.query(sql);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION lock_streams(text[])');
    await runner.query('DROP TYPE append_outcome');
    await runner.query('DROP TABLE events, streams');
  }
}

/** Requests came as one JSON document before, of which each event was taken apart again. */
class AppendArrays1763700000006 implements MigrationInterface {
  readonly name = 'AppendArrays1763700000006';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION IF EXISTS append_to_streams(jsonb)');
    for (const sql of [APPEND_FUNCTION, APPEND_WITH_MESSAGES_FUNCTION]) await runner.query(sql);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION append_with_messages, append_to_streams');
  }
}

/** The event store's migrations, for a service's list. */
export const eventStoreMigrations = [CreateEventStore1763700000000, AppendArrays1763700000006];
