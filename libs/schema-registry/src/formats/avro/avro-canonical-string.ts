/**
 * The two texts of a schema that the registry compares:
 *
 * - `avroCanonicalString`: Avro's own serialization of the parsed schema (attributes in Avro's order, short names within
 *   their namespace, documentation and properties kept). Two registrations are the same schema when this text and the
 *   references are equal. It is not Parsing Canonical Form, which drops defaults and documentation.
 * - `avroNormalizedString`: what `normalize` stores: full names, aliases and properties sorted, `order` written out.
 *
 * A type that a reference defines is written by name.
 */
import {
  isNamed,
  isPrimitiveType,
  type AvroField,
  type AvroName,
  type AvroNamedSchema,
  type AvroProperties,
  type AvroSchema,
} from './avro-schema.ts';
import { isJsonArray, isJsonObject, writeLosslessJson, type Json } from '../lossless-json.ts';

type Entries = [string, string][];

const quote = (text: string): string => JSON.stringify(text);
const object = (entries: Entries): string => `{${entries.map(([key, value]) => `${quote(key)}:${value}`).join(',')}}`;
const array = (items: readonly string[]): string => `[${items.join(',')}]`;

export function avroCanonicalString(schema: AvroSchema, referencedNames: ReadonlySet<string> = new Set()): string {
  return writeCanonical(schema, new Set(referencedNames), undefined);
}

export function avroNormalizedString(schema: AvroSchema, referencedNames: ReadonlySet<string> = new Set()): string {
  return writeNormalized(schema, new Set(referencedNames));
}

function writeCanonical(schema: AvroSchema, known: Set<string>, namespace: string | undefined): string {
  switch (schema.type) {
    case 'union':
      return array(schema.branches.map((branch) => writeCanonical(branch, known, namespace)));
    case 'array':
      return object([
        ['type', '"array"'],
        ['items', writeCanonical(schema.items, known, namespace)],
        ...writeProperties(schema.properties),
      ]);
    case 'map':
      return object([
        ['type', '"map"'],
        ['values', writeCanonical(schema.values, known, namespace)],
        ...writeProperties(schema.properties),
      ]);
    case 'record':
    case 'enum':
    case 'fixed':
      if (known.has(schema.name.full)) return quote(qualifiedName(schema.name, namespace));
      known.add(schema.name.full);
      return writeCanonicalNamed(schema, known, namespace);
    default:
      if (schema.properties.size === 0) return quote(schema.type);
      return object([['type', quote(schema.type)], ...writeProperties(schema.properties)]);
  }
}

function writeCanonicalNamed(schema: AvroNamedSchema, known: Set<string>, namespace: string | undefined): string {
  const type = schema.type === 'record' && schema.isError ? 'error' : schema.type;
  const entries: Entries = [
    ['type', quote(type)],
    ['name', quote(schema.name.simple)],
  ];
  if (schema.name.namespace !== namespace) entries.push(['namespace', quote(schema.name.namespace ?? '')]);
  if (schema.doc !== undefined) entries.push(['doc', quote(schema.doc)]);
  if (schema.type === 'record') {
    const fields = schema.fields.map((field) => writeCanonicalField(field, known, schema.name.namespace));
    entries.push(['fields', array(fields)]);
  } else if (schema.type === 'enum') {
    entries.push(['symbols', array(schema.symbols.map(quote))]);
    if (schema.defaultSymbol !== undefined) entries.push(['default', quote(schema.defaultSymbol)]);
  } else {
    entries.push(['size', String(schema.size)]);
  }
  entries.push(...writeProperties(schema.properties));
  if (schema.aliases.length > 0) {
    entries.push(['aliases', array(schema.aliases.map((alias) => quote(qualifiedName(alias, schema.name.namespace))))]);
  }
  return object(entries);
}

function writeCanonicalField(field: AvroField, known: Set<string>, namespace: string | undefined): string {
  const entries: Entries = [
    ['name', quote(field.name)],
    ['type', writeCanonical(field.schema, known, namespace)],
  ];
  if (field.doc !== undefined) entries.push(['doc', quote(field.doc)]);
  if (field.defaultValue !== undefined) entries.push(['default', writeLosslessJson(field.defaultValue)]);
  if (field.order !== 'ascending') entries.push(['order', quote(field.order)]);
  if (field.aliases.length > 0) entries.push(['aliases', array(field.aliases.map(quote))]);
  entries.push(...writeProperties(field.properties));
  return object(entries);
}

/** The short name within its own namespace, unless that would read as a type of Avro's. */
function qualifiedName(name: AvroName, namespace: string | undefined): string {
  const isTypeName =
    isPrimitiveType(name.simple) || ['record', 'enum', 'array', 'map', 'union', 'fixed'].includes(name.simple);
  return name.namespace === namespace && !isTypeName ? name.simple : name.full;
}

function writeProperties(properties: AvroProperties): Entries {
  return [...properties].map(([key, value]) => [key, writeLosslessJson(value)]);
}

function writeNormalized(schema: AvroSchema, known: Set<string>): string {
  if (isNamed(schema)) {
    if (known.has(schema.name.full)) return quote(schema.name.full);
    known.add(schema.name.full);
    return writeNormalizedNamed(schema, known);
  }
  if (schema.type === 'union') return array(schema.branches.map((branch) => writeNormalized(branch, known)));
  const properties = sortedProperties(schema.properties);
  if (schema.type === 'array') {
    return object([['type', '"array"'], ['items', writeNormalized(schema.items, known)], ...properties]);
  }
  if (schema.type === 'map') {
    return object([['type', '"map"'], ['values', writeNormalized(schema.values, known)], ...properties]);
  }
  return properties.length === 0 ? quote(schema.type) : object([['type', quote(schema.type)], ...properties]);
}

function writeNormalizedNamed(schema: AvroNamedSchema, known: Set<string>): string {
  const entries: Entries = [
    ['name', quote(schema.name.full)],
    ['type', quote(schema.type)],
  ];
  if (schema.type === 'enum') {
    entries.push(['symbols', array(schema.symbols.map(quote))]);
  } else if (schema.type === 'fixed') {
    entries.push(['size', String(schema.size)]);
  } else {
    entries.push(['fields', array(schema.fields.map((field) => writeNormalizedField(field, known)))]);
  }
  if (schema.doc !== undefined && schema.doc !== '') entries.push(['doc', quote(schema.doc)]);
  if (schema.aliases.length > 0) {
    entries.push([
      'aliases',
      array(
        schema.aliases
          .map((alias) => alias.full)
          .toSorted()
          .map(quote),
      ),
    ]);
  }
  if (schema.type === 'enum' && schema.defaultSymbol !== undefined) {
    entries.push(['default', quote(schema.defaultSymbol)]);
  }
  return object([...entries, ...sortedProperties(schema.properties)]);
}

function writeNormalizedField(field: AvroField, known: Set<string>): string {
  const entries: Entries = [
    ['name', quote(field.name)],
    ['type', writeNormalized(field.schema, known)],
    ['order', quote(field.order)],
  ];
  if (field.doc !== undefined) entries.push(['doc', quote(field.doc)]);
  if (field.aliases.length > 0) entries.push(['aliases', array(field.aliases.toSorted().map(quote))]);
  if (field.defaultValue !== undefined) entries.push(['default', writeLosslessJson(sortKeys(field.defaultValue))]);
  return object([...entries, ...sortedProperties(field.properties)]);
}

/** Sorted by key, but a logical type comes first, with the precision and scale of a decimal. */
function sortedProperties(properties: AvroProperties): Entries {
  const leading = ['logicalType', 'precision', 'scale'].filter((key) => properties.has(key));
  const isLogical = properties.has('logicalType');
  const first = isLogical ? leading : [];
  const rest = [...properties.keys()].filter((key) => !first.includes(key)).toSorted();
  return [...first, ...rest].map((key) => [key, writeLosslessJson(sortKeys(properties.get(key) ?? null))]);
}

function sortKeys(value: Json): Json {
  if (isJsonArray(value)) return value.map(sortKeys);
  if (!isJsonObject(value)) return value;
  const keys = Object.keys(value).toSorted();
  return Object.fromEntries(keys.map((key) => [key, sortKeys(value[key] ?? null)]));
}
