/** Reads `schemas/<context>/<event>.avsc`: one record per file, named after it. What is under `schemas/history` was released before. */
import fs from 'node:fs';
import path from 'node:path';
import { compileReader } from '@headwater/contract-kit/avro';
import { ContractsError } from './contracts-error.ts';

/** Avro's JSON of a type, as far as the generator looks into it (Avro specification, Schema Declaration). */
export type AvroNode = string | AvroNode[] | AvroObject;

export interface AvroObject {
  type: string;
  name?: string;
  namespace?: string;
  doc?: string;
  logicalType?: string;
  symbols?: string[];
  items?: AvroNode;
  values?: AvroNode;
  fields?: AvroField[];
  /** Of a fixed, in bytes. */
  size?: number;
  /** Of a decimal. */
  precision?: number;
  scale?: number;
  aliases?: string[];
}

export interface AvroField {
  name: string;
  type: AvroNode;
  doc?: string;
  default?: unknown;
  aliases?: string[];
}

export interface EventSchema {
  /** Relative to the workspace, for messages. */
  file: string;
  /** The folder under schemas/, for example `social`. */
  context: string;
  fullName: string;
  schema: AvroObject & { name: string; fields: AvroField[] };
}

const kebabOf = (name: string): string => name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '-').toLowerCase();

/** A text, with a logical type or without. */
const isIdentity = (type: AvroNode | undefined): boolean =>
  type === 'string' || (typeof type === 'object' && !Array.isArray(type) && type.type === 'string');

/** Debezium's envelope of a captured row. Its identity is its place in the database's log, which `source` holds. */
const isChange = (fields: readonly AvroField[]): boolean =>
  ['before', 'after', 'source', 'op'].every((name) => fields.some((field) => field.name === name));

function parse(file: string, text: string): EventSchema | string {
  let json: unknown;
  try {
    json = JSON.parse(text);
    compileReader(text);
  } catch (error) {
    return `${file}: not an Avro schema: ${error instanceof Error ? error.message : String(error)}`;
  }
  const schema = json as EventSchema['schema'];
  if (schema.type !== 'record') return `${file}: an event is a record, not ${JSON.stringify(schema.type)}`;
  if (!schema.namespace) return `${file}: record ${schema.name} needs a namespace`;
  if (kebabOf(schema.name) !== path.basename(file, '.avsc'))
    return `${file}: record ${schema.name} belongs in ${kebabOf(schema.name)}.avsc`;
  if (!isChange(schema.fields) && !isIdentity(schema.fields.find(({ name }) => name === 'eventId')?.type))
    return `${file}: record ${schema.name} needs a field eventId of type string (a uuid or not): by it a redelivery is known`;
  return { file, context: path.basename(path.dirname(file)), fullName: `${schema.namespace}.${schema.name}`, schema };
}

/** All event schemas under `root`/schemas, in order of file. @throws {ContractsError} naming every invalid or doubled one. */
export function readEventSchemas(root: string): EventSchema[] {
  const folder = path.join(root, 'schemas');
  const files = fs
    .readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.avsc') && !name.startsWith(`history${path.sep}`))
    .sort();
  const problems: string[] = [];
  const byName = new Map<string, EventSchema>();
  const byShortName = new Map<string, EventSchema>();
  for (const name of files) {
    const parsed = parse(path.posix.join('schemas', name), fs.readFileSync(path.join(folder, name), 'utf8'));
    if (typeof parsed === 'string') {
      problems.push(parsed);
      continue;
    }
    const twin = byName.get(parsed.fullName) ?? byShortName.get(parsed.schema.name);
    if (twin) problems.push(`${parsed.file}: record ${parsed.schema.name} is already named in ${twin.file}`);
    byName.set(parsed.fullName, parsed);
    byShortName.set(parsed.schema.name, parsed);
  }
  if (problems.length > 0) throw new ContractsError(problems);
  return [...byName.values()];
}
