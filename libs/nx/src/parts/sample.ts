/** A value of an event for a spec, as TypeScript: what its schema asks for, and nothing that says more. */
import { type AvroObject, type AvroType } from './event-schema.ts';

export interface Sample {
  readonly text: string;
  /** Types of the contracts that the text names. */
  readonly types: readonly string[];
}

/** Texts of logical types whose types are more than text. */
const logical: Readonly<Record<string, string>> = {
  'timestamp-millis': "new Date('2026-11-21T12:00:00.000Z')",
  decimal: "'12.50'",
  uuid: "'7c0b1e0a-5f6e-4f3c-9a51-0d8f6f1b2c3d' as Uuid",
  date: "'2026-11-21' as LocalDate",
  'timestamp-micros': "'2026-11-21T12:00:00.000000Z' as TimestampMicros",
};

const plain: Readonly<Record<string, string>> = {
  null: 'null',
  boolean: 'true',
  int: '1',
  long: '1',
  float: '1.5',
  double: '1.5',
  bytes: 'Buffer.from([1])',
};

/** @param key fields of the topic's key, joined by `|`: what may be missing elsewhere is there on the way to them */
export function sampleOf(schema: AvroObject, key: string): Sample {
  const text = valueOf(withNames(schema), schema.name ?? '', key.split('|'));
  const types = [...text.matchAll(/ as (\w+)/g)].map(([, type]) => type!);
  return { text, types: [...new Set(types)] };
}

function valueOf(type: AvroType, field: string, needed: readonly string[] = []): string {
  if (Array.isArray(type)) {
    const choices = type as readonly AvroType[];
    if (needed.length === 0 && choices.includes('null')) return 'null';
    return valueOf(
      choices.find((choice) => choice !== 'null')!,
      field,
      needed,
    );
  }
  if (typeof type === 'string') return type === 'string' ? `'${field}-1'` : (plain[type] ?? 'undefined as never');
  const { logicalType, fields, symbols, ...schema } = type as AvroObject;
  if (logicalType !== undefined && logical[logicalType] !== undefined) return logical[logicalType];
  if (fields)
    return `{ ${fields.map(({ name, type: of }) => `${name}: ${valueOf(of, name, below(needed, name))}`).join(', ')} }`;
  if (symbols) return `'${symbols[0]}'`;
  if (schema.type === 'array') return '[]';
  return schema.type === 'map' ? '{}' : valueOf(schema.type, field);
}

/** `after.account_id` below `after` is `account_id`; a key that ends there is the empty path. */
function below(paths: readonly string[], name: string): string[] {
  return paths
    .filter((path) => path === name || path.startsWith(`${name}.`))
    .map((path) => path.slice(name.length + 1));
}

/** The schema with every type that it refers to by name in the place of the name. */
function withNames(schema: AvroObject): AvroObject {
  const known = new Map<string, AvroObject>();
  const resolve = (type: AvroType): AvroType => {
    if (typeof type === 'string') return known.get(type) ?? type;
    if (Array.isArray(type)) return (type as readonly AvroType[]).map(resolve);
    const { fields, ...others } = type as AvroObject;
    const resolved = {
      ...others,
      ...(fields && { fields: fields.map((field) => ({ ...field, type: resolve(field.type) })) }),
    };
    if (resolved.name !== undefined)
      known.set(resolved.name, resolved).set(`${schema.namespace}.${resolved.name}`, resolved);
    return resolved;
  };
  return resolve(schema) as AvroObject;
}

/** The key that a record of the sample has, as TypeScript. */
export function sampleKeyOf(event: AvroObject, key: string): string {
  const schema = withNames(event);
  const parts = key.split('|').map((path) => {
    let of: AvroType = schema;
    for (const name of path.split('.')) of = fieldOf(of, name);
    return valueOf(of, path.split('.').at(-1)!, ['']).replace(/ as \w+$/, '');
  });
  return `'${parts.map((part) => part.replaceAll("'", '')).join('|')}'`;
}

function fieldOf(type: AvroType, name: string): AvroType {
  const record = Array.isArray(type) ? (type as readonly AvroType[]).find((each) => each !== 'null') : type;
  return (record as AvroObject).fields?.find((field) => field.name === name)?.type ?? 'string';
}
