/**
 * Whether speed layer and batch layer agree: what the services keep up to date by the record, against the same computed from the lake's
 * history at once.
 *
 * A comparison is a saved query with `agreement: true`. It gives one row for each key: `key`, `live` (what the service published),
 * `batch` (what SQL makes of the inputs) and `moved_at`, when the key's newest input was made. Both come from the lake, up to the
 * offsets that are in it. Where a key moved lately, its input may be in the lake and what the service made of it not yet, or the other
 * way round; a difference counts when the key has been at rest since `$settled`.
 */
import type { LakeQueries } from './lake-queries.ts';
import { nothingYet } from './query-failure.ts';
import type { SavedQuery } from './saved-queries.ts';

export interface Difference {
  readonly key: string;
  readonly live: unknown;
  readonly batch: unknown;
}

export interface Agreement {
  readonly name: string;
  readonly title: string;
  /** Keys that were compared. */
  readonly keys: number;
  readonly agreed: number;
  /** Keys that differ and moved lately: asked again later, they agree. */
  readonly moving: number;
  readonly differing: number;
  /** Some of those that differ. */
  readonly differences: readonly Difference[];
  /** Why it could not be compared, for example since a table has no rows yet. */
  readonly skipped: string | null;
}

const shownDifferences = 20;

/** Sums a comparison up in SQL, so that a million keys give one row and some examples. */
const summary = (sql: string): string => `
  WITH compared AS (
    SELECT key, live, batch, live IS NOT DISTINCT FROM batch AS same, moved_at >= $settled::TIMESTAMPTZ AS moved FROM (${sql.replace(/;\s*$/, '')}\n)
  )
  SELECT count(*) AS keys,
    count(*) FILTER (same) AS agreed,
    count(*) FILTER (NOT same AND moved) AS moving,
    count(*) FILTER (NOT same AND NOT moved) AS differing,
    (list({key: key::VARCHAR, live: live::VARCHAR, batch: batch::VARCHAR} ORDER BY key) FILTER (NOT same AND NOT moved))[:${shownDifferences}] AS differences
  FROM compared`;

/** @param settled keys that moved since may differ @throws {QueryFailure} for any other reason than that a table is not there */
export async function agreementOf(queries: LakeQueries, saved: SavedQuery, settled: Date): Promise<Agreement> {
  const { name, title } = saved;
  try {
    const { rows } = await queries.query(summary(saved.sql), { settled: settled.toISOString() });
    const [keys, agreed, moving, differing, differences] = rows[0] as [
      number,
      number,
      number,
      number,
      Difference[] | null,
    ];
    return { name, title, keys, agreed, moving, differing, differences: differences ?? [], skipped: null };
  } catch (error) {
    return { name, title, keys: 0, agreed: 0, moving: 0, differing: 0, differences: [], skipped: nothingYet(error) };
  }
}
