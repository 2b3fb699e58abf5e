/**
 * Rows of one topic, of all partitions that a task has, between two flushes. They lie in DuckDB's memory, a table for each schema that
 * was met; `write` puts the rows of one partition's day together and writes them in order of offset.
 */
import type { DuckDBConnection, DuckDBType, DuckDBValue } from '@duckdb/node-api';
import { isUtf8 } from 'node:buffer';
import { DuckDBBlobValue, DuckDBListValue, DuckDBMapValue, DuckDBTimestampTZValue } from '@duckdb/node-api';
import type { RawHeaders, RecordCursor } from '@headwater/messaging';
import { dateOfDay, nameableDay, type OffsetSpan } from '../../lake/index.ts';
import { bareColumns, dayColumn, dayOfMs, recordColumns, type EventFormat } from './row-format.ts';
import { literal, quoted, RowTable } from './row-table.ts';

const eventStart = recordColumns.length;

/** The rows of one day of one partition. */
export interface DayOfRows {
  readonly date: string;
  readonly day: number;
  readonly rows: number;
}

interface EventRows {
  readonly format: EventFormat;
  readonly table: RowTable;
  /** The event's own columns of the table. */
  readonly fields: DuckDBValue[][];
}

/** Two, so that rows can be added while others are written. */
export interface BatchConnections {
  readonly filling: DuckDBConnection;
  readonly writing: DuckDBConnection;
}

let batches = 0;

export class RowBatch {
  rows = 0;
  bytes = 0;
  private readonly name = `batch${++batches}`;
  private readonly events = new Map<number, EventRows>();
  private bare: RowTable | undefined;

  constructor(
    readonly topic: string,
    private readonly connections: BatchConnections,
  ) {}

  /** Whether rows of the schema can be added. */
  knows(schemaId: number): boolean {
    return this.events.has(schemaId);
  }

  async learn(format: EventFormat): Promise<void> {
    const name = `${this.name}_${format.schemaId}`;
    const table = await RowTable.create(this.connections.filling, name, [...recordColumns, ...format.columns]);
    this.events.set(format.schemaId, { format, table, fields: table.values.slice(eventStart) });
  }

  /** Adds a record whose value is an event. @throws {AvroBytesError} with nothing added, when it is none. */
  addEvent(partition: number, record: RecordCursor, schemaId: number, bodyStart: number): void {
    const { format, table, fields } = this.events.get(schemaId)!;
    const day = format.read(record.source, bodyStart, record.valueEnd, fields);
    addRecord(table.values, partition, record, day ?? dayOfMs(record.timestampMs));
    table.rowAdded();
    this.count(record);
  }

  /** Adds a tombstone, or with a reason a record whose value cannot be read. */
  async addBare(partition: number, record: RecordCursor, schemaId: number | null, error: string | null): Promise<void> {
    this.bare ??= await RowTable.create(this.connections.filling, `${this.name}_bare`, [
      ...recordColumns,
      ...bareColumns,
    ]);
    const { values } = this.bare;
    addRecord(values, partition, record, dayOfMs(record.timestampMs));
    const bytes = error === null ? null : blobOf(record.source, record.valueStart, record.valueEnd);
    [record.valueStart < 0, null, schemaId, bytes, error].forEach((value, index) =>
      values[eventStart + index]!.push(value),
    );
    this.bare.rowAdded();
    this.count(record);
  }

  private count(record: RecordCursor): void {
    this.rows++;
    this.bytes += record.keyEnd - record.keyStart + record.valueEnd - record.valueStart;
  }

  /** No rows follow. */
  finish(): void {
    for (const table of this.tables()) table.finish();
  }

  /** Which days a partition has rows of, among the offsets. */
  async days(partition: number, { first, last }: OffsetSpan): Promise<DayOfRows[]> {
    const sources = this.tables().map(
      ({ name }) =>
        `SELECT ${dayColumn} FROM ${name} WHERE _partition = ${partition} AND _offset BETWEEN ${first} AND ${last}`,
    );
    if (sources.length === 0) return [];
    const result = await this.connections.writing.runAndReadAll(
      `SELECT ${dayColumn}, count(*)::DOUBLE FROM (${sources.join(' UNION ALL ')}) GROUP BY ${dayColumn} ORDER BY ${dayColumn}`,
    );
    return (result.getRows() as [number, number][]).map(([day, rows]) => ({ day, rows, date: dateOfDay(day) }));
  }

  /** Writes a day's rows as Parquet. */
  async write(partition: number, { first, last }: OffsetSpan, day: number, file: string): Promise<void> {
    const rows = `${dayColumn} = ${day} AND _partition = ${partition} AND _offset BETWEEN ${first} AND ${last}`;
    const sources = this.sources().map((source) => `${source} WHERE ${rows}`);
    await this.connections.writing.run(
      `COPY (${sources.join(' UNION ALL BY NAME ')}${sources.length > 1 ? ' ORDER BY _offset' : ''}) TO ${literal(file)} ${parquetOptions}`,
    );
  }

  /** What is constant in a table is added where it is read. */
  private sources(): string[] {
    const mixed = mixedColumns([...this.events.values()].map(({ format }) => format));
    const sources = [...this.events.values()].map(({ format, table }) => {
      const record = recordColumns.slice(1).map(({ name }) => name);
      const constant =
        `false AS _tombstone, ${literal(format.name)} AS _event, ${format.schemaId} AS _schema_id, ` +
        `NULL::BLOB AS _value, NULL::VARCHAR AS _error`;
      const fields = format.columns.map(({ name }) => (mixed.has(name.toLowerCase()) ? textOf(name) : quoted(name)));
      return `SELECT ${[...record, constant, ...fields].join(', ')} FROM ${table.name}`;
    });
    if (this.bare) sources.push(`SELECT * EXCLUDE (${dayColumn}) FROM ${this.bare.name}`);
    return sources;
  }

  async drop(): Promise<void> {
    for (const table of this.tables()) await this.connections.writing.run(`DROP TABLE ${table.name}`);
  }

  private tables(): RowTable[] {
    const tables = [...this.events.values()].map(({ table }) => table);
    return this.bare ? [...tables, this.bare] : tables;
  }
}

const textOf = (name: string): string => `${quoted(name)}::VARCHAR AS ${quoted(name)}`;

const numbers: ReadonlySet<string> = new Set(['INTEGER', 'BIGINT', 'FLOAT', 'DOUBLE', 'DECIMAL']);

/** Types of one kind have a type that holds them all. */
function kindOf(type: DuckDBType): string {
  const kind = /^[A-Z]+/.exec(type.toString())?.[0] ?? '';
  if (type.toString().endsWith('[]')) return 'LIST';
  return numbers.has(kind) ? 'number' : kind;
}

/** Columns that events of one batch have in common by name alone. */
function mixedColumns(formats: readonly EventFormat[]): Set<string> {
  const kinds = new Map<string, string>();
  const mixed = new Set<string>();
  for (const { name, type } of formats.flatMap(({ columns }) => columns)) {
    const own = name.toLowerCase();
    const kind = kindOf(type);
    if ((kinds.get(own) ?? kind) !== kind) mixed.add(own);
    kinds.set(own, kind);
  }
  return mixed;
}

export const parquetOptions = '(FORMAT parquet, COMPRESSION zstd)';

const noHeaders = new DuckDBMapValue([]);

function headersOf(headers: RawHeaders): DuckDBMapValue {
  const names = Object.keys(headers);
  if (names.length === 0) return noHeaders;
  return new DuckDBMapValue(
    names.map((key) => {
      const value = headers[key]!;
      const all = Array.isArray(value) ? (value as readonly Buffer[]) : [value as Buffer];
      return { key, value: new DuckDBListValue(all.map((bytes) => new DuckDBBlobValue(bytes))) };
    }),
  );
}

const blobOf = (source: Buffer, start: number, end: number): DuckDBBlobValue =>
  new DuckDBBlobValue(Buffer.from(source.subarray(start, end)));

function addRecord(values: readonly DuckDBValue[][], partition: number, record: RecordCursor, day: number): void {
  const { source, keyStart, keyEnd } = record;
  const isText = keyStart >= 0 && isUtf8(source.subarray(keyStart, keyEnd));
  values[0]!.push(nameableDay(day));
  values[1]!.push(partition);
  values[2]!.push(BigInt(record.offset));
  values[3]!.push(new DuckDBTimestampTZValue(BigInt(record.timestampMs) * 1000n));
  values[4]!.push(isText ? source.toString('utf8', keyStart, keyEnd) : null);
  values[5]!.push(isText || keyStart < 0 ? null : blobOf(source, keyStart, keyEnd));
  values[6]!.push(headersOf(record.headers()));
}
