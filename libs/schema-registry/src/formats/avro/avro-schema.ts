/**
 * A parsed Avro schema as a graph: a name that is used again is the same object, so a recursive record is a cycle.
 * Source: Apache Avro specification 1.12, "Schema Declaration".
 */
import type { Json } from '../lossless-json.ts';

export const PRIMITIVE_TYPES = ['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string'] as const;
export type PrimitiveType = (typeof PRIMITIVE_TYPES)[number];

export function isPrimitiveType(name: string): name is PrimitiveType {
  return (PRIMITIVE_TYPES as readonly string[]).includes(name);
}

/** Attributes that Avro does not reserve (`logicalType` among them), in the order of the text. */
export type AvroProperties = ReadonlyMap<string, Json>;

export interface AvroName {
  /** Without a namespace. */
  readonly simple: string;
  /** Undefined for the null namespace. */
  readonly namespace: string | undefined;
  /** `namespace.simple`, or `simple` in the null namespace. */
  readonly full: string;
}

export interface AvroPrimitive {
  readonly type: PrimitiveType;
  readonly properties: AvroProperties;
}

export interface AvroArray {
  readonly type: 'array';
  readonly items: AvroSchema;
  readonly properties: AvroProperties;
}

export interface AvroMap {
  readonly type: 'map';
  readonly values: AvroSchema;
  readonly properties: AvroProperties;
}

export interface AvroUnion {
  readonly type: 'union';
  readonly branches: readonly AvroSchema[];
}

interface AvroNamed {
  readonly name: AvroName;
  readonly aliases: readonly AvroName[];
  readonly doc: string | undefined;
  readonly properties: AvroProperties;
}

export interface AvroField {
  readonly name: string;
  readonly schema: AvroSchema;
  readonly doc: string | undefined;
  /** Undefined when the field has none; `null` is a default of null. */
  readonly defaultValue: Json | undefined;
  readonly order: 'ascending' | 'descending' | 'ignore';
  readonly aliases: readonly string[];
  readonly properties: AvroProperties;
}

export interface AvroRecord extends AvroNamed {
  readonly type: 'record';
  /** Spelled `error` in the text: an Avro RPC error, otherwise a record. */
  readonly isError: boolean;
  readonly fields: readonly AvroField[];
}

export interface AvroEnum extends AvroNamed {
  readonly type: 'enum';
  readonly symbols: readonly string[];
  readonly defaultSymbol: string | undefined;
}

export interface AvroFixed extends AvroNamed {
  readonly type: 'fixed';
  readonly size: number;
}

export type AvroNamedSchema = AvroRecord | AvroEnum | AvroFixed;
export type AvroSchema = AvroPrimitive | AvroArray | AvroMap | AvroUnion | AvroNamedSchema;

export function isNamed(schema: AvroSchema): schema is AvroNamedSchema {
  return schema.type === 'record' || schema.type === 'enum' || schema.type === 'fixed';
}

/**
 * @param namespace what applies when `name` has no dot; undefined or empty for the null namespace
 */
export function avroName(name: string, namespace: string | undefined): AvroName {
  const dot = name.lastIndexOf('.');
  const simple = dot < 0 ? name : name.slice(dot + 1);
  const space = (dot < 0 ? namespace : name.slice(0, dot)) ?? '';
  return space === ''
    ? { simple, namespace: undefined, full: simple }
    : { simple, namespace: space, full: `${space}.${simple}` };
}
