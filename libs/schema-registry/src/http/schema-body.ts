/** Reads a schema out of a request's body. Attributes of newer clients (`metadata`, `ruleSet` …) are passed over. */
import { DEFAULT_SCHEMA_TYPE, type SchemaReference } from '../formats/index.ts';
import { invalidSchema } from '../registry-error.ts';
import { type SchemaText, normalizeSubject } from '../subjects/index.ts';

export interface SchemaBody extends SchemaText {
  readonly id: number | undefined;
  readonly version: number | undefined;
}

/** @throws RegistryError 42201 */
export function readSchemaBody(body: Readonly<Record<string, unknown>>): SchemaBody {
  const { schema = '', schemaType, references } = body;
  if (typeof schema !== 'string') {
    throw invalidSchema('Invalid schema: "schema" is not a string (the schema is sent as text, not as an object)');
  }
  if (schemaType !== undefined && schemaType !== null && typeof schemaType !== 'string') {
    throw invalidSchema('Invalid schema type: "schemaType" is not a string');
  }
  return {
    schema,
    schemaType: schemaType ?? DEFAULT_SCHEMA_TYPE,
    references: readReferences(references),
    id: positive(body['id']),
    version: positive(body['version']),
  };
}

function readReferences(value: unknown): SchemaReference[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw invalidSchema('Invalid schema: "references" is not an array');
  return value.map((item: unknown) => {
    const { name, subject, version } =
      typeof item === 'object' && item !== null ? (item as Partial<SchemaReference>) : {};
    if (typeof name !== 'string' || typeof subject !== 'string' || !Number.isSafeInteger(version)) {
      throw invalidSchema(`Invalid reference: ${JSON.stringify(item)} (it needs name, subject and version)`);
    }
    return { name, subject: normalizeSubject(subject), version: version ?? -1 };
  });
}

/** Clients send 0 or -1 for "none". */
function positive(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : undefined;
}
