import { avroFormat } from './avro/parsed-avro-schema.ts';
import type { SchemaFormat } from './parsed-schema.ts';

/** The type of a schema whose request names none. */
export const DEFAULT_SCHEMA_TYPE = 'AVRO';

/** The schema types that the registry reads, by name. */
export const schemaFormats: ReadonlyMap<string, SchemaFormat> = new Map([[avroFormat.schemaType, avroFormat]]);
