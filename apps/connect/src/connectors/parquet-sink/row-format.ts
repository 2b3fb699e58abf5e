/**
 * What a row of the lake holds: the record's own columns, whose names begin with `_`, and the fields of its event.
 *
 *     _partition INTEGER, _offset BIGINT    where the record lies in its topic
 *     _timestamp TIMESTAMPTZ                the record's
 *     _key VARCHAR, _key_bytes BLOB         the key as text, or as bytes where it is no UTF-8
 *     _headers MAP(VARCHAR, BLOB[])         a name may come several times
 *     _tombstone BOOLEAN                    the value was null: the key is deleted
 *     _event VARCHAR, _schema_id INTEGER    full name of the event, and its schema's id in the registry
 *     _value BLOB, _error VARCHAR           the value and why it could not be read; null in every other row
 *
 * A field is named as in its schema; one that is called like a column above, or `date` as the folders are, gets an underscore behind it.
 * Each writer's schema gives its own columns, and rows of several schemas are put together by name: a column that one of them lacks is
 * null, numbers take the wider type, and types that have nothing in common become VARCHAR.
 */
import {
  BIGINT,
  BLOB,
  BOOLEAN,
  DuckDBDateValue,
  DuckDBTimestampTZValue,
  INTEGER,
  LIST,
  MAP,
  TIMESTAMPTZ,
  VARCHAR,
  type DuckDBType,
} from '@duckdb/node-api';
import type { DuckDBValue } from '@duckdb/node-api';
import { AvroBytesError, AvroCursor } from './avro/avro-cursor.ts';
import { parseAvroSchema } from './avro/avro-schema.ts';
import { columnsOf, type Column } from './avro/column-of.ts';

export interface NamedType {
  readonly name: string;
  readonly type: DuckDBType;
}

/** Only while rows wait: the day as a number, which the folder's name says later. */
export const dayColumn = '_day';

export const recordColumns: readonly NamedType[] = [
  { name: dayColumn, type: INTEGER },
  { name: '_partition', type: INTEGER },
  { name: '_offset', type: BIGINT },
  { name: '_timestamp', type: TIMESTAMPTZ },
  { name: '_key', type: VARCHAR },
  { name: '_key_bytes', type: BLOB },
  { name: '_headers', type: MAP(VARCHAR, LIST(BLOB)) },
];

/** Columns of rows that have no event: tombstones, and values that nobody can read. */
export const bareColumns: readonly NamedType[] = [
  { name: '_tombstone', type: BOOLEAN },
  { name: '_event', type: VARCHAR },
  { name: '_schema_id', type: INTEGER },
  { name: '_value', type: BLOB },
  { name: '_error', type: VARCHAR },
];

const reserved: readonly string[] = [...recordColumns, ...bareColumns].map(({ name }) => name).concat('date');

const dayMicros = 86_400_000_000n;
const dayMs = 86_400_000;

/** The event of a writer's schema as columns. Used by one record after another; calls must not overlap. */
export class EventFormat {
  readonly columns: readonly NamedType[];
  readonly name: string;
  private readonly readers: readonly Column[];
  private readonly cursor = new AvroCursor();
  private readonly dateAt: number;

  private constructor(
    readonly schemaId: number,
    name: string,
    fields: { names: string[]; columns: Column[] },
    dateAt: number,
  ) {
    this.name = name;
    this.readers = fields.columns;
    this.columns = fields.names.map((field, index) => ({ name: field, type: fields.columns[index]!.type }));
    this.dateAt = dateAt;
  }

  /** @throws when the text is no Avro schema of a record. */
  static of(schemaId: number, schema: string, dateField: string | undefined): EventFormat {
    const node = parseAvroSchema(schema);
    if (node.kind !== 'record') throw new Error(`schema ${schemaId} is ${node.kind}, not a record`);
    const fields = columnsOf(node, reserved);
    const dateAt = (node.fields ?? []).findIndex(({ name }) => name === dateField);
    return new EventFormat(schemaId, node.fullName!, fields, dateAt);
  }

  /**
   * Adds a body's fields to the columns. @returns the day that the event's own field names, if it does
   * @throws {AvroBytesError} with nothing added
   */
  read(source: Buffer, start: number, end: number, into: readonly DuckDBValue[][]): number | undefined {
    const { cursor, readers, dateAt } = this;
    const rows = into[0]?.length ?? 0;
    cursor.open(source, start, end);
    let day: number | undefined;
    try {
      for (let index = 0; index < readers.length; index++) {
        const value = readers[index]!.read(cursor);
        into[index]!.push(value);
        if (index === dateAt) day = dayOf(value);
      }
      if (!cursor.isAtEnd) throw new AvroBytesError(`${cursor.left} bytes follow the last field`);
      return day;
    } catch (error) {
      for (const values of into) values.length = rows;
      throw error;
    }
  }
}

function dayOf(value: DuckDBValue): number | undefined {
  if (value instanceof DuckDBDateValue) return value.days;
  if (!(value instanceof DuckDBTimestampTZValue)) return undefined;
  const days = value.micros / dayMicros;
  return Number(value.micros < 0n && value.micros % dayMicros !== 0n ? days - 1n : days);
}

export const dayOfMs = (timestampMs: number): number => Math.floor(timestampMs / dayMs);
