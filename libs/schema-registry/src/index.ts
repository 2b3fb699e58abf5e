/** The public door of the schema registry: start it on a log, and the port that a log must fit. */
export { startRegistry, type Registry, type RegistryOptions } from './registry.ts';
export type { MetricsPage } from './http/index.ts';
export type { SchemaLog, SchemaLogEntry, SchemaLogFollower, SchemaLogRecord } from './store/index.ts';
export { MemorySchemaLog } from './store/index.ts';
export { schemaLogBehaviors, type SchemaLogBehavior } from './store/index.ts';
export { avroCanonicalText, avroCompatibilityMessages, type CompatibilityLevel } from './compatibility/index.ts';
