/**
 * Avro's types as DuckDB's, and so as Parquet's: how each is kept, and how its bytes become a value of its column.
 *
 *     null, boolean, int, long, float, double    VARCHAR (always null), BOOLEAN, INTEGER, BIGINT, FLOAT, DOUBLE
 *     string, enum                               VARCHAR: a symbol that is added later changes no column
 *     bytes, fixed                               BLOB
 *     decimal(precision, scale)                  DECIMAL(precision, scale); VARCHAR beyond 38 digits
 *     date, time-millis, time-micros             DATE, TIME
 *     timestamp-millis, timestamp-micros         TIMESTAMP WITH TIME ZONE: a moment, to the microsecond
 *     local-timestamp-millis, -micros            TIMESTAMP
 *     uuid                                       UUID
 *     duration                                   STRUCT(months, days, milliseconds)
 *     array, map, record                         LIST, MAP, STRUCT
 *     ["null", T]                                T
 *     a union of several                         STRUCT("type", one member for each branch, named after it), all null but the one
 *
 * A record that holds itself, and one without fields, is VARCHAR with JSON: Parquet has no type for them.
 */
import {
  BIGINT,
  BLOB,
  BOOLEAN,
  DATE,
  DECIMAL,
  DOUBLE,
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBTimeValue,
  DuckDBUUIDValue,
  FLOAT,
  INTEGER,
  LIST,
  MAP,
  STRUCT,
  TIME,
  TIMESTAMP,
  TIMESTAMPTZ,
  UINTEGER,
  UUID,
  VARCHAR,
  type DuckDBType,
  type DuckDBValue,
} from '@duckdb/node-api';
import { AvroBytesError, type AvroCursor } from './avro-cursor.ts';
import type { AvroNode } from './avro-schema.ts';
import { jsonReaderOf } from './json-reader.ts';

/** A column: its type, and what reads a value of it. */
export interface Column {
  readonly type: DuckDBType;
  read(cursor: AvroCursor): DuckDBValue;
}

const column = (type: DuckDBType, read: (cursor: AvroCursor) => DuckDBValue): Column => ({ type, read });

const big = (value: bigint | number): bigint => BigInt(value);

const plain: Readonly<Record<string, Column>> = {
  null: column(VARCHAR, () => null),
  boolean: column(BOOLEAN, (cursor) => cursor.boolean()),
  int: column(INTEGER, (cursor) => cursor.int()),
  long: column(BIGINT, (cursor) => big(cursor.long())),
  float: column(FLOAT, (cursor) => cursor.float()),
  double: column(DOUBLE, (cursor) => cursor.double()),
  bytes: column(BLOB, (cursor) => new DuckDBBlobValue(cursor.blob())),
  string: column(VARCHAR, (cursor) => cursor.string()),
};

/** By logical type and the type under it; a logical type on any other type is passed over, as Avro asks. */
const logical: Readonly<Record<string, Column>> = {
  'date int': column(DATE, (cursor) => new DuckDBDateValue(cursor.int())),
  'time-millis int': column(TIME, (cursor) => new DuckDBTimeValue(big(cursor.int()) * 1000n)),
  'time-micros long': column(TIME, (cursor) => new DuckDBTimeValue(big(cursor.long()))),
  'timestamp-millis long': column(TIMESTAMPTZ, (cursor) => new DuckDBTimestampTZValue(big(cursor.long()) * 1000n)),
  'timestamp-micros long': column(TIMESTAMPTZ, (cursor) => new DuckDBTimestampTZValue(big(cursor.long()))),
  'local-timestamp-millis long': column(TIMESTAMP, (cursor) => new DuckDBTimestampValue(big(cursor.long()) * 1000n)),
  'local-timestamp-micros long': column(TIMESTAMP, (cursor) => new DuckDBTimestampValue(big(cursor.long()))),
  'uuid string': column(UUID, (cursor) => uuidOf(cursor.string())),
};

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

function uuidOf(text: string): DuckDBUUIDValue {
  if (!uuidPattern.test(text)) throw new AvroBytesError(`"${text.slice(0, 60)}" is no UUID`);
  return DuckDBUUIDValue.fromUint128(BigInt(`0x${text.replaceAll('-', '')}`));
}

/** Two's complement, big-endian. */
function integerOf(bytes: Buffer): bigint {
  if (bytes.length === 0) throw new AvroBytesError('a decimal of no bytes');
  return BigInt.asIntN(bytes.length * 8, BigInt(`0x${bytes.toString('hex')}`));
}

const widestDecimal = 38;

function decimalColumn(precision: number, scale: number, bytes: (cursor: AvroCursor) => Buffer): Column {
  const limit = 10n ** BigInt(precision);
  const valueOf = (cursor: AvroCursor): DuckDBDecimalValue => {
    const integer = integerOf(bytes(cursor));
    if (integer >= limit || integer <= -limit) throw new AvroBytesError(`${integer} has more than ${precision} digits`);
    return new DuckDBDecimalValue(integer, precision, scale);
  };
  if (precision <= widestDecimal) return column(DECIMAL(precision, scale), valueOf);
  return column(VARCHAR, (cursor) => valueOf(cursor).toString());
}

const durationType = STRUCT({ months: UINTEGER, days: UINTEGER, milliseconds: UINTEGER });

function durationOf(bytes: Buffer): DuckDBStructValue {
  return new DuckDBStructValue({
    months: bytes.readUInt32LE(0),
    days: bytes.readUInt32LE(4),
    milliseconds: bytes.readUInt32LE(8),
  });
}

function isDecimal(node: AvroNode): boolean {
  const { logicalType, precision = 0, scale = 0 } = node;
  return logicalType === 'decimal' && precision >= 1 && scale >= 0 && scale <= precision;
}

function fixedColumn(node: AvroNode): Column {
  const size = node.size!;
  if (isDecimal(node)) return decimalColumn(node.precision!, node.scale ?? 0, (cursor) => cursor.fixed(size));
  if (node.logicalType === 'duration' && size === 12)
    return column(durationType, (cursor) => durationOf(cursor.fixed(size)));
  if (node.logicalType === 'uuid' && size === 16)
    return column(UUID, (cursor) => DuckDBUUIDValue.fromUint128(BigInt(`0x${cursor.fixed(16).toString('hex')}`)));
  return column(BLOB, (cursor) => new DuckDBBlobValue(cursor.fixed(size)));
}

const unqualified = (name: string): string => name.slice(name.lastIndexOf('.') + 1);

/** How a branch of a union is called: as the contracts' TypeScript calls it. */
const tagOf = (node: AvroNode): string =>
  node.fullName === undefined ? (node.logicalType ?? node.kind) : unqualified(node.fullName);

/** Names that differ, whatever their case: DuckDB's identifiers do not know it. */
export function distinctNames(names: readonly string[], taken: Iterable<string> = []): string[] {
  const used = new Set([...taken].map((name) => name.toLowerCase()));
  return names.map((name) => {
    let own = name;
    while (used.has(own.toLowerCase())) own += '_';
    used.add(own.toLowerCase());
    return own;
  });
}

/** Columns of one schema. */
class ColumnBuilder {
  private readonly within = new Set<AvroNode>();

  of(node: AvroNode): Column {
    switch (node.kind) {
      case 'record':
        return this.record(node);
      case 'enum':
        return enumColumn(node.symbols!);
      case 'fixed':
        return fixedColumn(node);
      case 'array':
        return this.list(node);
      case 'map':
        return this.map(node);
      case 'union':
        return this.union(node.branches!);
      default:
        if (node.kind === 'bytes' && isDecimal(node))
          return decimalColumn(node.precision!, node.scale ?? 0, (cursor) => cursor.blob());
        return logical[`${node.logicalType} ${node.kind}`] ?? plain[node.kind]!;
    }
  }

  private record(node: AvroNode): Column {
    const fields = node.fields ?? [];
    if (this.within.has(node) || fields.length === 0) return jsonColumn(node);
    this.within.add(node);
    const columns = fields.map(({ type }) => this.of(type));
    this.within.delete(node);
    const names = distinctNames(fields.map(({ name }) => name));
    return column(STRUCT(Object.fromEntries(names.map((name, index) => [name, columns[index]!.type]))), (cursor) => {
      const entries: Record<string, DuckDBValue> = {};
      for (let index = 0; index < names.length; index++) entries[names[index]!] = columns[index]!.read(cursor);
      return new DuckDBStructValue(entries);
    });
  }

  private list(node: AvroNode): Column {
    const items = this.of(node.items!);
    return column(LIST(items.type), (cursor) => {
      const values: DuckDBValue[] = [];
      cursor.blocks(() => values.push(items.read(cursor)));
      return new DuckDBListValue(values);
    });
  }

  private map(node: AvroNode): Column {
    const values = this.of(node.values!);
    return column(MAP(VARCHAR, values.type), (cursor) => {
      // A key that was written twice counts once, with its last value, as in every reader of Avro.
      const entries = new Map<string, DuckDBValue>();
      cursor.blocks(() => entries.set(cursor.string(), values.read(cursor)));
      return new DuckDBMapValue([...entries].map(([key, value]) => ({ key, value })));
    });
  }

  private union(branches: readonly AvroNode[]): Column {
    const valued = branches.filter(({ kind }) => kind !== 'null');
    const columns = new Map(valued.map((branch) => [branch, this.of(branch)]));
    const branchAt = (cursor: AvroCursor): AvroNode => {
      const index = cursor.int();
      return branches[index] ?? fail(`a union of ${branches.length} has no branch ${index}`);
    };
    if (valued.length <= 1) {
      const single = columns.get(valued[0]!);
      return column(single?.type ?? VARCHAR, (cursor) =>
        branchAt(cursor).kind === 'null' ? null : single!.read(cursor),
      );
    }
    const names = distinctNames(valued.map(tagOf), ['type']);
    const type = STRUCT({
      type: VARCHAR,
      ...Object.fromEntries(valued.map((branch, index) => [names[index]!, columns.get(branch)!.type])),
    });
    return column(type, (cursor) => {
      const branch = branchAt(cursor);
      if (branch.kind === 'null') return null;
      const entries: Record<string, DuckDBValue> = { type: tagOf(branch) };
      const value = columns.get(branch)!.read(cursor);
      valued.forEach((one, index) => (entries[names[index]!] = one === branch ? value : null));
      return new DuckDBStructValue(entries);
    });
  }
}

function enumColumn(symbols: readonly string[]): Column {
  return column(VARCHAR, (cursor) => {
    const index = cursor.int();
    return symbols[index] ?? fail(`an enum of ${symbols.length} has no symbol ${index}`);
  });
}

/** A record whose type has no end, or no fields, as the JSON of its value. */
function jsonColumn(node: AvroNode): Column {
  const read = jsonReaderOf(node, (leaf) => columnOf(leaf));
  return column(VARCHAR, (cursor) => JSON.stringify(read(cursor)));
}

function fail(message: string): never {
  throw new AvroBytesError(message);
}

/** The column of a type. */
export function columnOf(node: AvroNode): Column {
  return new ColumnBuilder().of(node);
}

/** The columns of a record's fields, with the names that they have in a file. @param taken names that are others' */
export function columnsOf(record: AvroNode, taken: readonly string[]): { names: string[]; columns: Column[] } {
  const fields = record.fields ?? [];
  const names = distinctNames(
    fields.map(({ name }) => name),
    taken,
  );
  return { names, columns: fields.map(({ type }) => columnOf(type)) };
}
