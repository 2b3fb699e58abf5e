/**
 * The records of the `_schemas` log, in Confluent's format: key and value are JSON.
 *
 *     {"keytype":"SCHEMA","subject":"s","version":1,"magic":1}  {"subject":"s","version":1,"id":1,"schema":"…","deleted":false}
 *     {"keytype":"CONFIG","subject":"s","magic":0}              {"subject":"s","compatibilityLevel":"FULL"}   global: no subject
 *     {"keytype":"MODE","subject":"s","magic":0}                {"subject":"s","mode":"READONLY"}             global: no subject
 *     {"keytype":"DELETE_SUBJECT","subject":"s","magic":0}      {"subject":"s","version":3}    soft-deletes versions up to 3
 *     {"keytype":"CLEAR_SUBJECT","subject":"s","magic":0}       {"subject":"s"}
 *     {"keytype":"NOOP","magic":0}                              null, or {"maxId":7}
 *
 * A null value removes what its key names. `schemaType` and `references` are left out when they are AVRO and empty;
 * attributes of newer registries (`md5`, `metadata`, `ruleSet`) are read over.
 *
 * `maxId` is ours: it keeps the highest id that was ever given when the record that held it is removed for good and
 * compacted away, so that an id never means two schemas. Other registries pass over every NOOP.
 */
import type { SchemaReference } from '../formats/index.ts';
import type { SchemaLogEntry, SchemaLogRecord } from './schema-log.ts';

export interface StoredSchema {
  readonly subject: string;
  readonly version: number;
  readonly id: number;
  readonly schemaType: string;
  readonly references: readonly SchemaReference[];
  /** The canonical string. */
  readonly schema: string;
  readonly deleted: boolean;
}

/** As stored: attributes that this registry does not act on are kept. */
export type StoredConfig = Readonly<Record<string, unknown>>;

export type RegistryRecord =
  | { readonly type: 'schema'; readonly subject: string; readonly version: number; readonly value: StoredSchema | null }
  | { readonly type: 'config'; readonly subject: string | null; readonly value: StoredConfig | null }
  | { readonly type: 'mode'; readonly subject: string | null; readonly mode: string | null }
  | { readonly type: 'delete-subject'; readonly subject: string; readonly upToVersion: number }
  | { readonly type: 'clear-subject'; readonly subject: string | null }
  | { readonly type: 'noop'; readonly maxId: number | undefined };

type JsonRecord = Readonly<Record<string, unknown>>;

export function encodeRegistryRecord(record: RegistryRecord): SchemaLogEntry {
  switch (record.type) {
    case 'schema':
      return entry(
        { keytype: 'SCHEMA', subject: record.subject, version: record.version, magic: 1 },
        record.value === null ? null : storedSchemaJson(record.value),
      );
    case 'config':
      return entry(subjectKey('CONFIG', record.subject), record.value);
    case 'mode':
      return entry(
        subjectKey('MODE', record.subject),
        record.mode === null ? null : { ...subjectOf(record.subject), mode: record.mode },
      );
    case 'delete-subject':
      return entry(subjectKey('DELETE_SUBJECT', record.subject), {
        subject: record.subject,
        version: record.upToVersion,
      });
    case 'clear-subject':
      return entry(subjectKey('CLEAR_SUBJECT', record.subject), subjectOf(record.subject));
    case 'noop':
      return entry({ keytype: 'NOOP', magic: 0 }, record.maxId === undefined ? null : { maxId: record.maxId });
  }
}

/**
 * @returns undefined for a key type of a newer registry that this one does not know
 * @throws Error that names what is malformed
 */
export function decodeRegistryRecord(record: Pick<SchemaLogRecord, 'key' | 'value'>): RegistryRecord | undefined {
  const key = parseObject(record.key, 'key');
  if (key === null) throw new Error('the key is null');
  const keyType = key['keytype'];
  if (keyType === 'NOOP') return { type: 'noop', maxId: noopMaxId(record.value) };
  const value = parseObject(record.value, 'value');
  switch (keyType) {
    case 'SCHEMA':
      return decodeSchema(key, value);
    case 'CONFIG':
      return { type: 'config', subject: optionalSubject(key), value };
    case 'MODE':
      return { type: 'mode', subject: optionalSubject(key), mode: value === null ? null : text(value, 'mode') };
    case 'DELETE_SUBJECT':
      if (value === null) return undefined;
      return { type: 'delete-subject', subject: text(key, 'subject'), upToVersion: integer(value, 'version') };
    case 'CLEAR_SUBJECT':
      if (value === null) return undefined;
      return { type: 'clear-subject', subject: optionalSubject(key) };
    default:
      return undefined;
  }
}

function decodeSchema(key: JsonRecord, value: JsonRecord | null): RegistryRecord {
  const subject = text(key, 'subject');
  const version = integer(key, 'version');
  if (value === null) return { type: 'schema', subject, version, value: null };
  const schemaType = value['schemaType'];
  return {
    type: 'schema',
    subject,
    version,
    value: {
      subject,
      version,
      id: integer(value, 'id'),
      schemaType: typeof schemaType === 'string' ? schemaType : 'AVRO',
      references: decodeReferences(value['references']),
      schema: text(value, 'schema'),
      deleted: value['deleted'] === true,
    },
  };
}

function decodeReferences(value: unknown): SchemaReference[] {
  if (!Array.isArray(value)) return [];
  return value.map((item: unknown) => {
    if (typeof item !== 'object' || item === null) throw new Error('a reference is not an object');
    const reference = item as JsonRecord;
    return {
      name: text(reference, 'name'),
      subject: text(reference, 'subject'),
      version: integer(reference, 'version'),
    };
  });
}

function storedSchemaJson(value: StoredSchema): JsonRecord {
  return {
    subject: value.subject,
    version: value.version,
    id: value.id,
    ...(value.schemaType === 'AVRO' ? {} : { schemaType: value.schemaType }),
    ...(value.references.length === 0 ? {} : { references: value.references }),
    schema: value.schema,
    deleted: value.deleted,
  };
}

/** The keys of global configuration and mode have no subject. */
function subjectKey(keytype: string, subject: string | null): JsonRecord {
  return { keytype, ...subjectOf(subject), magic: 0 };
}

function subjectOf(subject: string | null): JsonRecord {
  return subject === null ? {} : { subject };
}

function entry(key: JsonRecord, value: JsonRecord | null): SchemaLogEntry {
  return { key: Buffer.from(JSON.stringify(key)), value: value === null ? null : Buffer.from(JSON.stringify(value)) };
}

function noopMaxId(value: Buffer | null): number | undefined {
  if (value === null || value.length === 0) return undefined;
  const maxId = parseObject(value, 'value')?.['maxId'];
  return typeof maxId === 'number' && Number.isSafeInteger(maxId) ? maxId : undefined;
}

function parseObject(bytes: Buffer | null, what: string): JsonRecord | null {
  if (bytes === null) return null;
  let parsed: unknown;
  try {
    parsed = JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw new Error(`the ${what} is not JSON`, { cause: error });
  }
  if (parsed === null) return null;
  if (typeof parsed !== 'object' || Array.isArray(parsed)) throw new Error(`the ${what} is not a JSON object`);
  return parsed as JsonRecord;
}

function optionalSubject(key: JsonRecord): string | null {
  return key['subject'] === undefined || key['subject'] === null ? null : text(key, 'subject');
}

function text(object: JsonRecord, name: string): string {
  const value = object[name];
  if (typeof value !== 'string') throw new Error(`${name} is not a string`);
  return value;
}

function integer(object: JsonRecord, name: string): number {
  const value = object[name];
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw new Error(`${name} is not an integer`);
  return value;
}
