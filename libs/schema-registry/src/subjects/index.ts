/** Door of the subjects: the registry's state and commands, apart from HTTP. Imports formats, compatibility and store. */
export { normalizeSubject } from './subject-name.ts';
export { RegistrySettings, type ConfigUpdate } from './registry-settings.ts';
export { RegistryStore } from './registry-store.ts';
export { SchemaRegistry } from './schema-registry.ts';
export type { RegistryState, VersionFilter } from './registry-state.ts';
export type { SchemaText } from './schema-parser.ts';
export { parseVersionId, type VersionId } from './version-id.ts';
