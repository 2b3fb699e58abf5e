/**
 * Columns to the fields of an Avro record, by name: PostgreSQL's text to what contracts take.
 *
 *     string, enum, uuid            the text, whatever the column's type
 *     int, long, float, double      a number
 *     boolean                       t, f
 *     bytes                         bytea
 *     decimal                       numeric
 *     date, time-*                  date, time
 *     timestamp-*                   timestamptz (the session is in UTC)
 *     local-timestamp-*             timestamp
 *     ["null", T]                   NULL
 *
 * A column without a field is left out; a field without a column needs a default. What a contract cannot hold is refused: nothing is
 * rounded or cut.
 */
import { ReplicationError, UNAVAILABLE_VALUE, type Relation, type RowValues } from '@headwater/event-sourcing';

export type SchemaNode = string | readonly SchemaNode[] | SchemaObject;

export interface SchemaObject {
  readonly type: SchemaNode;
  readonly name?: string;
  readonly logicalType?: string;
  readonly fields?: readonly SchemaField[];
}

export interface SchemaField {
  readonly name: string;
  readonly type: SchemaNode;
  readonly default?: unknown;
}

/** A row in the form that the contract's codec takes. */
export type AvroRow = Readonly<Record<string, unknown>>;

type FromText = (text: string) => unknown;

interface FilledField {
  readonly name: string;
  readonly column: number;
  readonly nullable: boolean;
  readonly isText: boolean;
  readonly fromText: FromText;
}

/** Fills records of one table. */
export class AvroRows {
  private readonly fields: readonly FilledField[];

  /** @throws ReplicationError COLUMNS_DIFFER when a field cannot be filled */
  constructor(
    private readonly relation: Relation,
    record: SchemaObject,
  ) {
    this.fields = (record.fields ?? []).flatMap((field) => this.filled(field));
  }

  row(values: RowValues, fallback: RowValues | null): AvroRow {
    const row: Record<string, unknown> = {};
    for (const field of this.fields) {
      let text = values.text(field.column);
      if (text === undefined) text = fallback?.text(field.column);
      row[field.name] = this.value(field, text);
    }
    return row;
  }

  private value({ name, nullable, isText, fromText }: FilledField, text: string | null | undefined): unknown {
    if (typeof text === 'string') return fromText(text);
    if (text === undefined && isText) return UNAVAILABLE_VALUE;
    if (nullable) return null;
    const what =
      text === null
        ? 'is NULL'
        : 'was not changed, is large, and therefore not in the log (REPLICA IDENTITY FULL brings it)';
    throw this.differs(`column ${name} ${what}, and the contract's field may not be null`);
  }

  private filled(field: SchemaField): FilledField[] {
    const column = this.relation.columns.findIndex(({ name }) => name === field.name);
    if (column < 0) {
      if (field.default !== undefined) return [];
      throw this.differs(`the contract's field ${field.name} has neither a column nor a default`);
    }
    const branches = Array.isArray(field.type) ? (field.type as readonly SchemaNode[]) : [field.type];
    const values = branches.filter((branch) => branch !== 'null');
    const fromText = values.length === 1 ? fromTextOf(values[0]!) : undefined;
    if (!fromText)
      throw this.differs(
        `the contract's field ${field.name} is ${JSON.stringify(field.type)}, which no column can fill`,
      );
    const nullable = values.length < branches.length;
    return [{ name: field.name, column, nullable, isText: values[0] === 'string', fromText }];
  }

  private differs(what: string): ReplicationError {
    const { schema, table } = this.relation;
    return new ReplicationError('RECORD_REFUSED', `table ${schema}.${table} does not fit its contract: ${what}`);
  }
}

const asIs: FromText = (text) => text;
const number: FromText = Number;

const BY_LOGICAL_TYPE: Readonly<Record<string, FromText>> = {
  decimal: asIs,
  uuid: asIs,
  date: asIs,
  'time-millis': asIs,
  'time-micros': asIs,
  'timestamp-millis': (text) => new Date(momentOf(text)),
  'timestamp-micros': momentOf,
  'local-timestamp-millis': (text) => text.replace(' ', 'T'),
  'local-timestamp-micros': (text) => text.replace(' ', 'T'),
};

const BY_TYPE: Readonly<Record<string, FromText>> = {
  string: asIs,
  enum: asIs,
  int: number,
  long: number,
  float: number,
  double: number,
  boolean: (text) => text === 't',
  bytes: (text) => Buffer.from(text.slice(2), 'hex'),
};

function fromTextOf(node: SchemaNode): FromText | undefined {
  if (typeof node === 'string') return BY_TYPE[node];
  if (Array.isArray(node)) return undefined;
  const { type, logicalType } = node as SchemaObject;
  if (logicalType !== undefined) return BY_LOGICAL_TYPE[logicalType];
  return typeof type === 'string' ? BY_TYPE[type] : undefined;
}

/** `2026-11-21 15:00:00.5+00` to `2026-11-21T15:00:00.5Z`. */
function momentOf(text: string): string {
  return `${text.slice(0, 10)}T${text.slice(11).replace(/\+00(:00)?$/, '')}Z`;
}
