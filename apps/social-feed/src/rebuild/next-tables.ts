/** The tables of the read model that are being built: in a schema of their own, with the names of those that are read. */
import type { EntityManager } from 'typeorm';

/** Everything that the topics give. What waits in `parked_messages` belongs to no model. */
const tables = ['posts', 'likes', 'comments', 'post_totals', 'follows', 'inbox'] as const;
const schema = 'feed_next';
/** How long queries on the old tables may hold up the exchange, and others behind it, before it is tried again later. */
const lockWait = '1s';

/** Empty tables like those that are read; what an earlier rebuild has left is dropped. */
export async function createNextTables(manager: EntityManager): Promise<void> {
  await manager.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
  await manager.query(`CREATE SCHEMA ${schema}`);
  for (const table of tables) await manager.query(`CREATE TABLE ${schema}.${table} (LIKE ${table} INCLUDING ALL)`);
  await manager.query(`ALTER TABLE ${schema}.post_totals SET (fillfactor = 50)`);
}

/** What follows in the transaction means the next tables. Commits do not wait for the disk: a crash ends the rebuild anyway. */
export async function enterNextTables(manager: EntityManager): Promise<void> {
  await manager.query(
    `SELECT set_config('search_path', '${schema}, ' || current_setting('search_path'), true), set_config('synchronous_commit', 'off', true)`,
  );
}

/** Statistics, so that the first queries on the new tables are planned well. */
export async function analyzeNextTables(manager: EntityManager): Promise<void> {
  for (const table of tables) await manager.query(`ANALYZE ${schema}.${table}`);
}

/** How the new tables differ from those that were read. */
export interface ModelDifference {
  /** Posts whose totals are others; each is published again. */
  readonly posts: number;
}

/**
 * Puts the next tables in the place of those that are read. A post whose totals are the same keeps its revision; of any other it grows, so
 * that readers of `posts_with_counts` take it for newer. @throws when a query holds the old tables for too long.
 */
export async function exchangeTables(manager: EntityManager): Promise<ModelDifference> {
  const [{ current } = { current: '' }] = await manager.query<{ current: string }[]>(
    `SELECT quote_ident(schemaname) AS current FROM pg_tables
     WHERE tablename = 'posts' AND schemaname = ANY (current_schemas(false)) AND schemaname <> '${schema}'`,
  );
  await manager.query(
    `SELECT set_config('lock_timeout', '${lockWait}', true), set_config('synchronous_commit', 'on', true)`,
  );
  const [{ posts } = { posts: 0 }] = await manager.query<{ posts: number }[]>(
    `WITH compared AS (
       SELECT new.post_id, coalesce(old.revision, 0) AS revision,
         old.post_id IS NOT NULL AND (old.likes, old.comments) = (new.likes, new.comments) AS is_same, coalesce(old.changed, true) AS changed
       FROM ${schema}.post_totals AS new LEFT JOIN ${current}.post_totals AS old USING (post_id)
     ), kept AS (
       UPDATE ${schema}.post_totals AS new
       SET revision = CASE WHEN is_same THEN compared.revision ELSE greatest(compared.revision, new.revision) + 1 END,
         changed = NOT is_same OR compared.changed
       FROM compared WHERE new.post_id = compared.post_id
       RETURNING NOT is_same AS differs
     )
     SELECT count(*) FILTER (WHERE differs)::int AS posts FROM kept`,
  );
  await manager.query(`DROP TABLE ${tables.map((table) => `${current}.${table}`).join(', ')}`);
  for (const table of tables) await manager.query(`ALTER TABLE ${schema}.${table} SET SCHEMA ${current}`);
  await manager.query(`DROP SCHEMA ${schema}`);
  await manager.query('UPDATE read_model SET rebuild_wanted = false, rebuilt_at = now()');
  return { posts };
}
