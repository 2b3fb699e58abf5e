/** Door of the formats: schemas of each type, parsed, compared by text and written. Imports no other room. */
export type { ParsedSchema, ParseRequest, SchemaFormat, SchemaReference } from './parsed-schema.ts';
export { DEFAULT_SCHEMA_TYPE, schemaFormats } from './schema-formats.ts';
export { ParsedAvroSchema } from './avro/parsed-avro-schema.ts';
export { parseAvroSchema } from './avro/parse-avro-schema.ts';
export type {
  AvroEnum,
  AvroField,
  AvroFixed,
  AvroNamedSchema,
  AvroRecord,
  AvroSchema,
  AvroUnion,
} from './avro/avro-schema.ts';
