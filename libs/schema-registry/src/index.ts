/** The public door of the schema registry: start it on a log, and the port that a log must fit. */
export { startRegistry, type Registry, type RegistryOptions } from './registry.ts';
export type { SchemaLog, SchemaLogEntry, SchemaLogFollower, SchemaLogRecord } from './store/schema-log.ts';
export { MemorySchemaLog } from './store/memory-schema-log.ts';
export { schemaLogBehaviors, type SchemaLogBehavior } from './store/schema-log-behaviors.ts';
