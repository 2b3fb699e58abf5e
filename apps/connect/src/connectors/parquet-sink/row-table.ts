import { DuckDBDataChunk, type DuckDBAppender, type DuckDBConnection, type DuckDBValue } from '@duckdb/node-api';
import type { NamedType } from './row-format.ts';

/** As many rows as DuckDB takes at once. */
const chunkRows = 2_048;

export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Rows of one form that wait in memory: the newest as values, the others as DuckDB keeps them. */
export class RowTable {
  /** Values of the rows that DuckDB does not have yet, by column. Whoever adds to one adds to each. */
  readonly values: DuckDBValue[][];
  rows = 0;

  private constructor(
    private readonly appender: DuckDBAppender,
    readonly name: string,
    readonly columns: readonly NamedType[],
  ) {
    this.values = columns.map(() => []);
  }

  static async create(connection: DuckDBConnection, name: string, columns: readonly NamedType[]): Promise<RowTable> {
    const declared = columns.map((column) => `${quoted(column.name)} ${column.type.toString()}`);
    await connection.run(`CREATE TABLE ${name} (${declared.join(', ')})`);
    return new RowTable(await connection.createAppender(name), name, columns);
  }

  /** To be called after each row. */
  rowAdded(): void {
    this.rows++;
    if (this.values[0]!.length === chunkRows) this.append();
  }

  private append(): void {
    const count = this.values[0]!.length;
    if (count === 0) return;
    const chunk = DuckDBDataChunk.create(
      this.columns.map(({ type }) => type),
      count,
    );
    chunk.setColumns(this.values);
    this.appender.appendDataChunk(chunk);
    for (const values of this.values) values.length = 0;
  }

  /** No rows follow; all can be queried. */
  finish(): void {
    this.append();
    this.appender.closeSync();
  }
}
