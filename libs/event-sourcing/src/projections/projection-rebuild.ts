/**
 * Builds a projection's tables anew beside those that are read, and puts them in their place.
 *
 * The new tables grow in a schema of their own, with a checkpoint of their own, so that a rebuild that was interrupted goes on
 * where it was. When they have caught up, one transaction holds the projection's row, applies the last events, drops the old
 * tables and moves the new ones to where they were; a query sees either the old or the new ones.
 *
 * Commits of a rebuild do not wait for the disk: tables and checkpoint are lost together, if at all.
 */
import type { DataSource } from 'typeorm';
import { sqlDetailOf, sqlStateOf, type SqlExecutor } from '../database/index.ts';
import { type EventStore, type GlobalPosition } from '../event-store/index.ts';
import { AppliedPages, CheckpointMoved } from './applied-pages.ts';
import { PageReader } from './page-reader.ts';
import { findProjection, finishRebuild, lockProjection, moveRebuild, startRebuild } from './projection-checkpoints.ts';
import { ProjectionError } from './projection-error.ts';
import { type ProjectionSettings } from './projection-options.ts';
import { type Projection } from './projection.ts';

/** How long queries on the old tables may hold up the exchange, and others behind it, before it is tried again later. */
const EXCHANGE_LOCK_WAIT = '1s';

export class ProjectionRebuild {
  private readonly schema: string;
  private readonly pages: AppliedPages;

  constructor(
    private readonly dataSource: DataSource,
    private readonly store: EventStore,
    private readonly projection: Projection,
    private readonly settings: ProjectionSettings,
  ) {
    this.schema = `projection_${projection.name}_next`;
    const { name, version, eventTypes } = projection;
    const target = {
      moveCheckpoint: async (transaction: SqlExecutor, from: GlobalPosition, to: GlobalPosition) => {
        await this.enterSchema(transaction);
        return moveRebuild(transaction, name, version, from, to);
      },
      apply: (transaction: SqlExecutor, events: Parameters<Projection['apply']>[1]) =>
        projection.apply(transaction, events),
    };
    const reader = new PageReader(store, eventTypes);
    this.pages = new AppliedPages(dataSource, reader, target, settings.maxRebuildBatchEvents);
  }

  /** Starts anew, or goes on with the tables of a rebuild of this version that was interrupted. */
  async prepare(): Promise<void> {
    const { name, version } = this.projection;
    const state = await findProjection(this.dataSource, name);
    const resumed = state?.rebuild?.version === version && !state.rebuildRequested && (await this.schemaExists());
    if (!resumed) await this.dataSource.transaction((transaction) => this.createTables(transaction));
    this.settings.observer.rebuildStarted?.(name, version, resumed);
  }

  /**
   * Applies some more events, and exchanges the tables when there are no more.
   * @returns whether the new tables are in place.
   * @throws CheckpointMoved, EventFailed, ProjectionError TABLES_IN_USE
   */
  async advance(): Promise<boolean> {
    const { name, version } = this.projection;
    const state = await findProjection(this.dataSource, name);
    if (state?.rebuild?.version !== version) throw new CheckpointMoved();
    const page = await this.pages.advance(state.rebuild.position);
    return page.isLast && (await this.exchange());
  }

  private async createTables(transaction: SqlExecutor): Promise<void> {
    const { name, version, tables } = this.projection;
    await transaction.query(`DROP SCHEMA IF EXISTS ${this.schema} CASCADE`);
    await transaction.query(`CREATE SCHEMA ${this.schema}`);
    await this.enterSchema(transaction);
    await this.projection.createTables(transaction);
    await assertTables(transaction, this.schema, this.projection, tables);
    await startRebuild(transaction, name, version);
  }

  /** The rebuilt tables come first, whatever the service's own search path is. */
  private async enterSchema(transaction: SqlExecutor): Promise<void> {
    await transaction.query(
      `SELECT set_config('search_path', '${this.schema}, ' || current_setting('search_path'), true),
         set_config('synchronous_commit', 'off', true)`,
    );
  }

  private async schemaExists(): Promise<boolean> {
    const rows = await this.dataSource.query<unknown[]>('SELECT FROM pg_namespace WHERE nspname = $1', [this.schema]);
    return rows.length > 0;
  }

  /** @returns whether it was done; not when events have come that are too many for one transaction, or a query holds a table. */
  private async exchange(): Promise<boolean> {
    for (const table of this.projection.tables) await this.dataSource.query(`ANALYZE ${this.schema}.${table}`);
    try {
      return await this.dataSource.transaction((transaction) => this.exchangeWithin(transaction));
    } catch (error) {
      const { name } = this.projection;
      if (sqlStateOf(error) === '55P03') {
        this.settings.observer.rebuildDelayed?.(name, error);
        return false;
      }
      if (sqlStateOf(error) !== '2BP01') throw error;
      const reason = `${error instanceof Error ? error.message : String(error)} (${sqlDetailOf(error) ?? 'no detail'})`;
      throw new ProjectionError(
        'TABLES_IN_USE',
        `the old tables of projection ${name} cannot be dropped: ${reason}. Drop what stands on them, or make it in createTables`,
        { cause: error },
      );
    }
  }

  private async exchangeWithin(transaction: SqlExecutor): Promise<boolean> {
    const { name, version, tables, eventTypes } = this.projection;
    await lockProjection(transaction, name);
    const state = await findProjection(transaction, name);
    if (state?.rebuild?.version !== version) throw new CheckpointMoved();
    const [{ schema } = { schema: '' }] = await transaction.query<{ schema: string }[]>(
      'SELECT quote_ident(current_schema()) AS schema',
    );
    const { position } = state.rebuild;
    const page = await this.store.readPage(position, {
      within: transaction,
      maxEvents: this.settings.maxBatchEvents,
      ...(eventTypes ? { types: eventTypes } : {}),
    });
    if (!page.isLast) return false;
    await transaction.query(`SET LOCAL lock_timeout = '${EXCHANGE_LOCK_WAIT}'`);
    await transaction.query(`DROP TABLE IF EXISTS ${tables.map((table) => `${schema}.${table}`).join(', ')}`);
    await this.enterSchema(transaction);
    await transaction.query(`SET LOCAL synchronous_commit = 'on'`);
    await moveRebuild(transaction, name, version, position, page.position);
    if (page.events.length > 0) await this.projection.apply(transaction, page.events);
    for (const table of tables) await transaction.query(`ALTER TABLE ${this.schema}.${table} SET SCHEMA ${schema}`);
    await transaction.query(`DROP SCHEMA ${this.schema}`);
    await finishRebuild(transaction, name);
    return true;
  }
}

/** @throws RangeError when `createTables` did not create what the projection names, where it should. */
export async function assertTables(
  sql: SqlExecutor,
  schema: string,
  { name }: Projection,
  tables: readonly string[],
): Promise<void> {
  const rows = await sql.query<{ missing: string }[]>(
    `SELECT missing FROM unnest($1::text[]) AS missing
     WHERE NOT EXISTS (SELECT FROM pg_tables WHERE schemaname = $2 AND tablename = missing)`,
    [tables, schema],
  );
  if (rows.length === 0) return;
  const missing = rows.map((row) => row.missing).join(', ');
  throw new RangeError(
    `projection ${name}: createTables did not create ${missing}; it must create each of 'tables', named without a schema`,
  );
}
