/** Door of the store: the log's port, one that lives in memory, and the records in it. Imports formats. */
export type { SchemaLog, SchemaLogEntry, SchemaLogFollower, SchemaLogRecord } from './schema-log.ts';
export { MemorySchemaLog } from './memory-schema-log.ts';
export { schemaLogBehaviors, type SchemaLogBehavior } from './schema-log-behaviors.ts';
export {
  decodeRegistryRecord,
  encodeRegistryRecord,
  type RegistryRecord,
  type StoredConfig,
  type StoredSchema,
} from './registry-record.ts';
