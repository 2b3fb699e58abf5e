/**
 * The event store's tables and its append function.
 *
 *     streams   stream_id (key), version, xid: of the last append
 *     events    global_position, xid, stream_id, version, event_id, type, schema_version, data, metadata, created_at
 *
 * `append_to_streams` takes many requests and judges each on its own. It locks the streams first, in the order of their
 * hashes, so that two calls never wait for each other crosswise. An advisory lock assigns no transaction id; the id comes
 * with the first insert, when all earlier appends to these streams are committed, so it is greater than theirs. A caller's
 * transaction that already has an id may break that; the function then refuses with a serialization failure (40001).
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

const APPEND_FUNCTION = `
CREATE FUNCTION append_to_streams(requests jsonb) RETURNS SETOF append_outcome LANGUAGE plpgsql AS $$
DECLARE
  ids text[] := ARRAY(SELECT request->>'streamId' FROM jsonb_array_elements(requests) AS request);
  outcomes append_outcome[];
BEGIN
  PERFORM lock_streams(ids);

  IF pg_current_xact_id_if_assigned() IS NOT NULL
    AND EXISTS (SELECT FROM streams s WHERE s.stream_id = ANY (ids) AND s.xid > pg_current_xact_id_if_assigned())
  THEN
    RAISE EXCEPTION 'a stream was appended to after this transaction had begun to write: append before other writes'
      USING ERRCODE = 'serialization_failure';
  END IF;

  WITH judged AS MATERIALIZED (
    SELECT r.request::integer - 1 AS request, r.stream_id, r.events, coalesce(s.version, 0) AS current,
      CASE
        WHEN r.expected IS NULL THEN true
        WHEN r.expected = -1 THEN s.version IS NOT NULL
        ELSE coalesce(s.version, 0) = r.expected
      END AS accepted
    FROM ROWS FROM (jsonb_to_recordset(requests) AS ("streamId" text, expected bigint, events jsonb))
      WITH ORDINALITY AS r(stream_id, expected, events, request)
    LEFT JOIN streams s ON s.stream_id = r.stream_id
  ), added AS (
    INSERT INTO events (stream_id, version, event_id, type, schema_version, data, metadata)
    SELECT j.stream_id, j.current + e.place, e.event_id, e.type, e.schema_version, e.data, e.metadata
    FROM judged j
    CROSS JOIN LATERAL ROWS FROM (
      jsonb_to_recordset(j.events)
        AS ("eventId" uuid, type text, "schemaVersion" integer, data jsonb, metadata jsonb)
    ) WITH ORDINALITY AS e(event_id, type, schema_version, data, metadata, place)
    WHERE j.accepted
    ORDER BY j.request, e.place
    RETURNING stream_id, version, xid, global_position
  ), newest AS (
    SELECT stream_id, max(version) AS version, max(xid) AS xid, max(global_position) AS global_position
    FROM added GROUP BY stream_id
  ), moved AS (
    INSERT INTO streams AS s (stream_id, version, xid)
    SELECT stream_id, version, xid FROM newest
    ON CONFLICT (stream_id) DO UPDATE SET version = excluded.version, xid = excluded.xid
  )
  SELECT array_agg(
    ROW (j.request, j.accepted, coalesce(n.version, j.current), n.xid, n.global_position)::append_outcome
  ) INTO outcomes
  FROM judged j LEFT JOIN newest n ON n.stream_id = j.stream_id;

  IF jsonb_path_exists(requests, '$[*].messages[*]') THEN
    PERFORM publish_to_outbox(jsonb_agg(m.message ORDER BY o.request, m.place))
    FROM unnest(outcomes) AS o
    CROSS JOIN LATERAL jsonb_array_elements(requests->o.request->'messages') WITH ORDINALITY AS m(message, place)
    WHERE o.appended
    HAVING count(*) > 0;
  END IF;

  RETURN QUERY SELECT * FROM unnest(outcomes);
END
$$;
`;

class CreateEventStore1763700000000 implements MigrationInterface {
  readonly name = 'CreateEventStore1763700000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const sql of [TABLES, LOCK_FUNCTION, APPEND_FUNCTION]) await runner.query(sql);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION append_to_streams(jsonb), lock_streams(text[])');
    await runner.query('DROP TYPE append_outcome');
    await runner.query('DROP TABLE events, streams');
  }
}

/** The event store's migrations, for a service's list. */
export const eventStoreMigrations = [CreateEventStore1763700000000];
