import { ParsedAvroSchema, type ParsedSchema } from '../formats/index.ts';
import { avroIncompatibilities } from './avro-compatibility.ts';
import { describeAvroIncompatibility, type Roles } from './incompatibility.ts';
import type { CompatibilityLevel } from './compatibility-level.ts';

export interface EarlierVersion {
  readonly version: number;
  readonly schema: ParsedSchema;
}

const MAXIMUM_SHOWN_SCHEMA_LENGTH = 10 * 1024;

/**
 * Reasons why a schema may not follow the earlier versions under a level; empty when it may. The reasons of the first
 * version that disagrees, newest first, then the version and text that they are about.
 * @param earlier oldest first; a level that is not transitive looks at the last one only
 */
export function compatibilityMessages(
  schema: ParsedSchema,
  earlier: readonly EarlierVersion[],
  level: CompatibilityLevel,
): string[] {
  if (level === 'NONE') return [];
  const isTransitive = level.endsWith('_TRANSITIVE');
  const compared = isTransitive ? earlier.toReversed() : earlier.slice(-1);
  for (const previous of compared) {
    const messages = messagesAgainst(schema, previous, level);
    if (messages.length > 0) return [...messages, `{validateFields: 'false', compatibility: '${level}'}`];
  }
  return [];
}

function messagesAgainst(schema: ParsedSchema, previous: EarlierVersion, level: CompatibilityLevel): string[] {
  const messages: string[] = [];
  if (!level.startsWith('BACKWARD')) {
    messages.push(...unreadable(previous.schema, schema, { reader: 'old', writer: 'new' }));
  }
  if (!level.startsWith('FORWARD')) {
    messages.push(...unreadable(schema, previous.schema, { reader: 'new', writer: 'old' }));
  }
  if (messages.length === 0) return [];
  return [...messages, `{oldSchemaVersion: ${String(previous.version)}}`, shownSchema(previous.schema.canonicalString)];
}

/** Reasons why one schema cannot read what another wrote: the rules of their type, here Avro's. */
function unreadable(reader: ParsedSchema, writer: ParsedSchema, roles: Roles): string[] {
  if (reader instanceof ParsedAvroSchema && writer instanceof ParsedAvroSchema) {
    const reasons = avroIncompatibilities(reader.schema, writer.schema);
    return reasons.map((reason) => describeAvroIncompatibility(reason, roles));
  }
  return ['Incompatible because of different schema type'];
}

function shownSchema(text: string): string {
  return text.length <= MAXIMUM_SHOWN_SCHEMA_LENGTH
    ? `{oldSchema: '${text}'}`
    : `{oldSchema: <truncated> '${text.slice(0, MAXIMUM_SHOWN_SCHEMA_LENGTH)}...'}`;
}
