/** What clients are sent of a schema: `schemaType` and `references` are left out when they are AVRO and none. */
import type { StoredSchema } from '../store/index.ts';

export interface SchemaStringJson {
  readonly schemaType?: string;
  readonly schema: string;
  readonly references?: StoredSchema['references'];
}

export interface SchemaJson extends SchemaStringJson {
  readonly subject: string;
  readonly version: number;
  readonly id: number;
}

export function schemaStringJson(stored: StoredSchema, text: string): SchemaStringJson {
  return {
    ...(stored.schemaType === 'AVRO' ? {} : { schemaType: stored.schemaType }),
    schema: text,
    ...(stored.references.length === 0 ? {} : { references: stored.references }),
  };
}

export function schemaJson(stored: StoredSchema, text: string): SchemaJson {
  return { subject: stored.subject, version: stored.version, id: stored.id, ...schemaStringJson(stored, text) };
}

export function page<T>(items: readonly T[], offset: number, limit: number): T[] {
  const from = Math.max(offset, 0);
  return items.slice(from, limit < 0 ? undefined : from + limit);
}
