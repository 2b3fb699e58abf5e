/**
 * Why a reader cannot read what a writer wrote. The types are Avro's own (SchemaIncompatibilityType), the texts say the
 * same as Confluent's and in the same frame, since people and tools look for them.
 */
export const AVRO_INCOMPATIBILITY_TYPES = [
  'NAME_MISMATCH',
  'FIXED_SIZE_MISMATCH',
  'MISSING_ENUM_SYMBOLS',
  'READER_FIELD_MISSING_DEFAULT_VALUE',
  'TYPE_MISMATCH',
  'MISSING_UNION_BRANCH',
] as const;
export type AvroIncompatibilityType = (typeof AVRO_INCOMPATIBILITY_TYPES)[number];

export interface AvroIncompatibility {
  readonly type: AvroIncompatibilityType;
  /** JSON pointer into the reader, `/` for the root. */
  readonly path: string;
  /** What differs: a field's name, symbols, sizes, types. */
  readonly detail: string;
}

/** Which of the two schemas reads and which wrote, in the words of the message. */
export interface Roles {
  readonly reader: 'new' | 'old';
  readonly writer: 'new' | 'old';
}

export function describeAvroIncompatibility(incompatibility: AvroIncompatibility, roles: Roles): string {
  const { type, detail } = incompatibility;
  return `{errorType:'${type}', description:'${sentence(incompatibility, roles)}', additionalInfo:'${detail}'}`;
}

function sentence({ type, path, detail }: AvroIncompatibility, { reader, writer }: Roles): string {
  switch (type) {
    case 'FIXED_SIZE_MISMATCH':
      return `The size of FIXED type field at path '${path}' in the ${reader} schema does not match with the ${writer} schema`;
    case 'TYPE_MISMATCH':
      return `The type (path '${path}') of a field in the ${reader} schema does not match with the ${writer} schema`;
    case 'NAME_MISMATCH':
      return `The name of the schema has changed (path '${path}')`;
    case 'MISSING_ENUM_SYMBOLS':
      return `The ${reader} schema is missing enum symbols '${detail}' at path '${path}' in the ${writer} schema`;
    case 'MISSING_UNION_BRANCH':
      return `The ${reader} schema is missing a type inside a union field at path '${path}' in the ${writer} schema`;
    case 'READER_FIELD_MISSING_DEFAULT_VALUE':
      return `The field '${detail}' at path '${path}' in the ${reader} schema has no default value and is missing in the ${writer} schema`;
  }
}
