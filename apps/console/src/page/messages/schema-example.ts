/** A value that an Avro schema allows, to begin from: the first of what is allowed, now for times. */

type Schema = string | readonly Schema[] | SchemaObject;

interface SchemaObject {
  readonly type: Schema;
  readonly name?: string;
  readonly namespace?: string;
  readonly logicalType?: string;
  readonly fields?: readonly { readonly name: string; readonly type: Schema; readonly default?: unknown }[];
  readonly symbols?: readonly string[];
}

const PLAIN: Readonly<Record<string, unknown>> = {
  null: null,
  boolean: false,
  int: 0,
  long: 0,
  float: 0,
  double: 0,
  bytes: '',
  string: '',
  array: [],
  map: {},
};

export function exampleOf(schema: Schema): unknown {
  if (typeof schema === 'string') return PLAIN[schema] ?? {};
  if (isUnion(schema)) return schema.includes('null') ? null : exampleOf(schema[0] ?? 'null');
  if (schema.logicalType?.startsWith('timestamp')) return new Date().toISOString();
  if (schema.logicalType === 'uuid') return crypto.randomUUID();
  if (schema.logicalType === 'decimal') return '0.00';
  if (schema.type === 'record')
    return Object.fromEntries(
      (schema.fields ?? []).map(({ name, type, default: given }) => [
        name,
        name === 'eventId' ? crypto.randomUUID() : (given ?? exampleOf(type)),
      ]),
    );
  if (schema.type === 'enum') return schema.symbols?.[0] ?? '';
  return exampleOf(schema.type);
}

const isUnion = (schema: Schema): schema is readonly Schema[] => Array.isArray(schema);
