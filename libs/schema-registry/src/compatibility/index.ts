/** Door of compatibility: whether a schema may follow others under a level, and why not. Imports formats. */
export { COMPATIBILITY_LEVELS, compatibilityLevel, type CompatibilityLevel } from './compatibility-level.ts';
export { compatibilityMessages, type EarlierVersion } from './compatibility-check.ts';
export { avroCanonicalText, avroCompatibilityMessages } from './avro-texts.ts';
