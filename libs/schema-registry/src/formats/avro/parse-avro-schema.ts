/**
 * Text to graph. Strict where the specification is: names, duplicate fields, symbols and union branches, sizes, and
 * (for new schemas) defaults. A name must be defined before it is used, or be the record that it stands in.
 */
import {
  avroName,
  isNamed,
  isPrimitiveType,
  type AvroEnum,
  type AvroField,
  type AvroFixed,
  type AvroName,
  type AvroNamedSchema,
  type AvroRecord,
  type AvroSchema,
  type AvroUnion,
} from './avro-schema.ts';
import { isValidDefault } from './avro-default.ts';
import {
  isJsonArray,
  isJsonObject,
  JsonNumber,
  parseLosslessJson,
  writeLosslessJson,
  type Json,
  type JsonObject,
} from '../lossless-json.ts';

/** Far above what a person or a generator writes; bounds the recursion of everything that walks a schema. */
const MAXIMUM_DEPTH = 256;
const MAXIMUM_FIXED_SIZE = 2 ** 31 - 1;

const SCHEMA_RESERVED = new Set([
  'doc',
  'fields',
  'items',
  'name',
  'namespace',
  'size',
  'symbols',
  'values',
  'type',
  'aliases',
]);
const ENUM_RESERVED = new Set([...SCHEMA_RESERVED, 'default']);
const FIELD_RESERVED = new Set(['default', 'doc', 'name', 'order', 'type', 'aliases']);

export class AvroParseError extends Error {
  override readonly name = 'AvroParseError';
}

export interface AvroParseOptions {
  /** Texts of the schemas that this one refers to, each after those that it refers to itself. */
  readonly references?: readonly string[];
  /** False for schemas that are stored already: older registries let bad defaults in. Default true. */
  readonly validateDefaults?: boolean;
}

export interface ParsedAvro {
  readonly schema: AvroSchema;
  /** Full names that the references define. */
  readonly referencedNames: ReadonlySet<string>;
}

/** @throws AvroParseError that says what is wrong. */
export function parseAvroSchema(text: string, options: AvroParseOptions = {}): ParsedAvro {
  const names = new Map<string, AvroNamedSchema>();
  for (const reference of options.references ?? []) {
    new Parser(names, false).parse(readJson(reference), undefined, 0);
  }
  const referencedNames = new Set(names.keys());
  try {
    const schema = new Parser(names, options.validateDefaults ?? true).parse(readJson(text), undefined, 0);
    return { schema, referencedNames };
  } catch (error) {
    // A default that contains itself (a record whose field defaults to a record of the same type without it).
    if (error instanceof RangeError) throw new AvroParseError('A default of the schema has no end', { cause: error });
    throw error;
  }
}

function readJson(text: string): Json {
  try {
    return parseLosslessJson(text);
  } catch (error) {
    // A bare name is no JSON, but Avro's own parsers read `string` and `"string"` alike.
    if (isPrimitiveType(text.trim())) return text.trim();
    if (error instanceof RangeError) throw new AvroParseError('The schema is nested too deep', { cause: error });
    throw new AvroParseError(`The schema is not JSON: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

class Parser {
  readonly #names: Map<string, AvroNamedSchema>;
  readonly #validateDefaults: boolean;

  constructor(names: Map<string, AvroNamedSchema>, validateDefaults: boolean) {
    this.#names = names;
    this.#validateDefaults = validateDefaults;
  }

  parse(json: Json | undefined, namespace: string | undefined, depth: number): AvroSchema {
    if (depth > MAXIMUM_DEPTH)
      throw new AvroParseError(`The schema is nested deeper than ${String(MAXIMUM_DEPTH)} levels`);
    if (typeof json === 'string') return this.#resolve(json, namespace);
    if (isJsonArray(json)) return this.#parseUnion(json, namespace, depth);
    if (isJsonObject(json)) return this.#parseObject(json, namespace, depth);
    throw new AvroParseError(`Not a schema: ${excerpt(json ?? null)}`);
  }

  #parseObject(json: JsonObject, namespace: string | undefined, depth: number): AvroSchema {
    const type = json['type'];
    if (typeof type !== 'string') throw new AvroParseError(`No type: ${excerpt(json)}`);
    if (isPrimitiveType(type)) return { type, properties: propertiesOf(json, SCHEMA_RESERVED) };
    switch (type) {
      case 'record':
      case 'error':
        return this.#parseRecord(json, namespace, depth, type === 'error');
      case 'enum':
        return this.#parseEnum(json, namespace);
      case 'fixed':
        return this.#parseFixed(json, namespace);
      case 'array':
        if (json['items'] === undefined) throw new AvroParseError(`Array has no items type: ${excerpt(json)}`);
        return {
          type,
          items: this.parse(json['items'], namespace, depth + 1),
          properties: propertiesOf(json, SCHEMA_RESERVED),
        };
      case 'map':
        if (json['values'] === undefined) throw new AvroParseError(`Map has no values type: ${excerpt(json)}`);
        return {
          type,
          values: this.parse(json['values'], namespace, depth + 1),
          properties: propertiesOf(json, SCHEMA_RESERVED),
        };
      default:
        return this.#resolve(type, namespace);
    }
  }

  #resolve(name: string, namespace: string | undefined): AvroSchema {
    if (isPrimitiveType(name)) return { type: name, properties: NO_PROPERTIES };
    const found = this.#names.get(avroName(name, namespace).full) ?? this.#names.get(name);
    if (found === undefined) throw new AvroParseError(`"${name}" is not a defined name`);
    return found;
  }

  #parseUnion(json: readonly Json[], namespace: string | undefined, depth: number): AvroUnion {
    const branches: AvroSchema[] = [];
    const seen = new Set<string>();
    for (const item of json) {
      const branch = this.parse(item, namespace, depth + 1);
      if (branch.type === 'union') throw new AvroParseError(`Nested union: ${excerpt(json)}`);
      const key = isNamed(branch) ? branch.name.full : branch.type;
      if (seen.has(key)) throw new AvroParseError(`Duplicate in union: ${key}`);
      seen.add(key);
      branches.push(branch);
    }
    return { type: 'union', branches };
  }

  #parseRecord(json: JsonObject, namespace: string | undefined, depth: number, isError: boolean): AvroRecord {
    const name = nameOf(json, namespace);
    const fieldsJson = json['fields'];
    if (!isJsonArray(fieldsJson)) throw new AvroParseError(`Record has no fields: ${excerpt(json)}`);
    const fields: AvroField[] = [];
    const record: Mutable<AvroRecord> = {
      type: 'record',
      isError,
      name,
      doc: optionalText(json, 'doc'),
      fields,
      aliases: [],
      properties: propertiesOf(json, SCHEMA_RESERVED),
    };
    // Known before its fields are read, so that they may refer to it.
    this.#define(record);
    const fieldNames = new Set<string>();
    for (const fieldJson of fieldsJson) {
      const field = this.#parseField(fieldJson, name, depth);
      if (fieldNames.has(field.name)) throw new AvroParseError(`Duplicate field ${field.name} in record ${name.full}`);
      fieldNames.add(field.name);
      fields.push(field);
    }
    if (this.#validateDefaults) fields.forEach((field) => checkDefault(field, name));
    record.aliases = aliasesOf(json).map((alias) => avroName(alias, name.namespace));
    return record;
  }

  #parseField(json: Json, record: AvroName, depth: number): AvroField {
    if (!isJsonObject(json)) throw new AvroParseError(`A field of ${record.full} is not an object: ${excerpt(json)}`);
    const name = json['name'];
    if (typeof name !== 'string') throw new AvroParseError(`No field name: ${excerpt(json)}`);
    checkName(name);
    if (json['type'] === undefined) throw new AvroParseError(`No field type: ${excerpt(json)}`);
    const schema = this.parse(json['type'], record.namespace, depth + 1);
    return {
      name,
      schema,
      doc: optionalText(json, 'doc'),
      defaultValue: Object.hasOwn(json, 'default') ? numberDefault(schema, json['default']) : undefined,
      order: orderOf(json),
      aliases: aliasesOf(json),
      properties: propertiesOf(json, FIELD_RESERVED),
    };
  }

  #parseEnum(json: JsonObject, namespace: string | undefined): AvroEnum {
    const name = nameOf(json, namespace);
    const symbolsJson = json['symbols'];
    if (!isJsonArray(symbolsJson)) throw new AvroParseError(`Enum has no symbols: ${excerpt(json)}`);
    const symbols: string[] = [];
    for (const symbol of symbolsJson) {
      if (typeof symbol !== 'string')
        throw new AvroParseError(`Symbol of ${name.full} is not a string: ${excerpt(symbol)}`);
      checkName(symbol);
      if (symbols.includes(symbol)) throw new AvroParseError(`Duplicate enum symbol: ${symbol}`);
      symbols.push(symbol);
    }
    const defaultSymbol = optionalText(json, 'default');
    if (defaultSymbol !== undefined && !symbols.includes(defaultSymbol)) {
      throw new AvroParseError(
        `The Enum Default: ${defaultSymbol} is not in the enum symbol set: [${symbols.join(', ')}]`,
      );
    }
    const schema: AvroEnum = {
      type: 'enum',
      name,
      doc: optionalText(json, 'doc'),
      symbols,
      defaultSymbol,
      aliases: aliasesOf(json).map((alias) => avroName(alias, name.namespace)),
      properties: propertiesOf(json, ENUM_RESERVED),
    };
    this.#define(schema);
    return schema;
  }

  #parseFixed(json: JsonObject, namespace: string | undefined): AvroFixed {
    const name = nameOf(json, namespace);
    const size = json['size'];
    const bytes = size instanceof JsonNumber && size.isInteger ? Number(size.literal) : -1;
    if (bytes < 0 || bytes > MAXIMUM_FIXED_SIZE) throw new AvroParseError(`Invalid or no size: ${excerpt(json)}`);
    const schema: AvroFixed = {
      type: 'fixed',
      name,
      doc: optionalText(json, 'doc'),
      size: bytes,
      aliases: aliasesOf(json).map((alias) => avroName(alias, name.namespace)),
      properties: propertiesOf(json, SCHEMA_RESERVED),
    };
    this.#define(schema);
    return schema;
  }

  #define(schema: AvroNamedSchema): void {
    if (this.#names.has(schema.name.full)) throw new AvroParseError(`Can't redefine: ${schema.name.full}`);
    this.#names.set(schema.name.full, schema);
  }
}

const NO_PROPERTIES: ReadonlyMap<string, Json> = new Map();

function propertiesOf(json: JsonObject, reserved: ReadonlySet<string>): ReadonlyMap<string, Json> {
  const properties = Object.entries(json).filter(([key]) => !reserved.has(key));
  return properties.length === 0 ? NO_PROPERTIES : new Map(properties);
}

function nameOf(json: JsonObject, enclosing: string | undefined): AvroName {
  const name = json['name'];
  if (typeof name !== 'string') throw new AvroParseError(`No name in schema: ${excerpt(json)}`);
  const full = avroName(name, optionalText(json, 'namespace') ?? enclosing);
  if (isPrimitiveType(full.full)) throw new AvroParseError(`Schemas may not be named after primitives: ${full.full}`);
  checkName(full.simple);
  full.namespace?.split('.').forEach(checkName);
  return full;
}

function checkName(name: string): void {
  if (name === '') throw new AvroParseError('Empty name');
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    throw new AvroParseError(`Illegal character in: ${name} (a name is letters, digits and _, not first a digit)`);
  }
}

function aliasesOf(json: JsonObject): string[] {
  const aliases = json['aliases'];
  if (aliases === undefined) return [];
  if (!isJsonArray(aliases)) throw new AvroParseError(`aliases not an array: ${excerpt(json)}`);
  const unique = new Set<string>();
  for (const alias of aliases) {
    if (typeof alias !== 'string') throw new AvroParseError(`alias not a string: ${excerpt(alias)}`);
    unique.add(alias);
  }
  return [...unique];
}

function orderOf(json: JsonObject): AvroField['order'] {
  const order = json['order'];
  if (order === undefined) return 'ascending';
  const lower = typeof order === 'string' ? order.toLowerCase() : '';
  if (lower === 'ascending' || lower === 'descending' || lower === 'ignore') return lower;
  throw new AvroParseError(`Unknown order ${excerpt(order)}: allowed are ascending, descending and ignore`);
}

/** Avro's Java parser takes `"NaN"` and other texts as defaults of float and double. */
function numberDefault(schema: AvroSchema, value: Json | undefined): Json | undefined {
  if (typeof value !== 'string' || (schema.type !== 'float' && schema.type !== 'double')) return value;
  const number = Number(value);
  return value.trim() !== '' && Number.isFinite(number) ? new JsonNumber(String(number)) : value;
}

function checkDefault(field: AvroField, record: AvroName): void {
  if (field.defaultValue === undefined || isValidDefault(field.schema, field.defaultValue)) return;
  const type = isNamed(field.schema) ? field.schema.name.full : field.schema.type;
  throw new AvroParseError(
    `Invalid default for field ${field.name} of ${record.full}: ${excerpt(field.defaultValue)} is not a ${type}`,
  );
}

function optionalText(json: JsonObject, key: string): string | undefined {
  const value = json[key];
  return typeof value === 'string' ? value : undefined;
}

function excerpt(json: Json): string {
  const text = writeLosslessJson(json);
  return text.length <= 200 ? text : `${text.slice(0, 200)}…`;
}
