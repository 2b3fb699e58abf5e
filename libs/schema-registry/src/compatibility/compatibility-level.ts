/**
 * How a new version must agree with earlier ones. BACKWARD: the new schema reads old data; FORWARD: the old schema
 * reads new data; FULL: both. The transitive forms look at every earlier version, the others at the latest only.
 */
export const COMPATIBILITY_LEVELS = [
  'NONE',
  'BACKWARD',
  'BACKWARD_TRANSITIVE',
  'FORWARD',
  'FORWARD_TRANSITIVE',
  'FULL',
  'FULL_TRANSITIVE',
] as const;
/** What a new version of a schema must be able to read, or be read by. The transitive levels hold for all earlier versions. */
export type CompatibilityLevel = (typeof COMPATIBILITY_LEVELS)[number];

/** Upper or lower case; undefined when it is no level. */
export function compatibilityLevel(name: string): CompatibilityLevel | undefined {
  const upper = name.toUpperCase();
  return COMPATIBILITY_LEVELS.find((level) => level === upper);
}
