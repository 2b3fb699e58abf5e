import type { AvroSchema } from './avro-schema.ts';
import { isJsonArray, isJsonObject, JsonNumber, type Json } from '../lossless-json.ts';

/**
 * Whether a JSON value is a default of the schema. A union takes the default of any branch, as Avro 1.12 does
 * (before it, of the first branch only).
 */
export function isValidDefault(schema: AvroSchema, value: Json | undefined): boolean {
  if (value === undefined) return false;
  switch (schema.type) {
    case 'null':
      return value === null;
    case 'boolean':
      return typeof value === 'boolean';
    case 'int':
      return isWithin(value, -(2n ** 31n), 2n ** 31n - 1n);
    case 'long':
      return isWithin(value, -(2n ** 63n), 2n ** 63n - 1n);
    case 'float':
    case 'double':
      return value instanceof JsonNumber;
    case 'bytes':
    case 'string':
    case 'fixed':
      return typeof value === 'string';
    case 'enum':
      return typeof value === 'string';
    case 'array':
      return isJsonArray(value) && value.every((item) => isValidDefault(schema.items, item));
    case 'map':
      return isJsonObject(value) && Object.values(value).every((item) => isValidDefault(schema.values, item));
    case 'union':
      return schema.branches.some((branch) => isValidDefault(branch, value));
    case 'record':
      return (
        isJsonObject(value) &&
        schema.fields.every((field) =>
          isValidDefault(field.schema, Object.hasOwn(value, field.name) ? value[field.name] : field.defaultValue),
        )
      );
  }
}

function isWithin(value: Json, lowest: bigint, highest: bigint): boolean {
  if (!(value instanceof JsonNumber) || !value.isInteger || value.literal.length > 20) return false;
  const integer = BigInt(value.literal);
  return integer >= lowest && integer <= highest;
}
