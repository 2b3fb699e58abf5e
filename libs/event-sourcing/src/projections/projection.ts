import { type SqlExecutor } from '../database/index.ts';
import { type DomainEvent, type RecordedEvent } from '../event-store/index.ts';

/**
 * A read model made of events: tables, and how events change them.
 *
 * Its SQL names tables without a schema. A rebuild runs the same SQL on a `search_path` that begins with a schema of its own,
 * so that the new tables grow beside those that are read.
 */
export interface Projection<Event extends DomainEvent = DomainEvent> {
  /** Lower-case letters, digits and `_`, at most 40; it names the checkpoint. */
  readonly name: string;
  /** A whole number from 1. Raise it when `createTables` or `apply` change: the tables are then built anew. */
  readonly version: number;
  /** The tables that are the projection's own, by name. Nothing else may write them. */
  readonly tables: readonly string[];
  /** Types of the events that `apply` takes; all by default. */
  readonly eventTypes?: readonly Event['type'][];
  /** Creates the tables with their indexes. */
  createTables(transaction: SqlExecutor): Promise<void>;
  /**
   * Changes the tables by events, in their order, within the transaction that moves the checkpoint. It must not have effects
   * elsewhere: what it throws rolls everything back, and the events come again.
   */
  apply(transaction: SqlExecutor, events: readonly RecordedEvent<Event>[]): Promise<void>;
}

/** @throws RangeError naming what is wrong. */
export function assertProjection(projection: Projection): void {
  const { name, version, tables } = projection;
  if (!/^[a-z][a-z0-9_]{0,39}$/.test(name)) {
    throw new RangeError(
      `projection ${JSON.stringify(name)}: a name is of lower-case letters, digits and '_', at most 40`,
    );
  }
  if (!Number.isSafeInteger(version) || version < 1 || version > 2_147_483_647) {
    throw new RangeError(`projection ${name}: version must be a whole number from 1, not ${version}`);
  }
  if (tables.length === 0) throw new RangeError(`projection ${name} names no table`);
  const wrong = tables.find((table) => !/^[a-z_][a-z0-9_]{0,62}$/.test(table));
  if (wrong !== undefined) {
    throw new RangeError(`projection ${name}: table ${JSON.stringify(wrong)} must be a plain name without a schema`);
  }
}
