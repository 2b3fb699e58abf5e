import type { Versions } from './definition.ts';

/** Versions from `min` to `max`, both inclusive; `max` is `Infinity` for an open range. */
export interface VersionRange {
  readonly min: number;
  readonly max: number;
}

/** No version at all. */
export const NO_VERSIONS: VersionRange = { min: Infinity, max: -Infinity };

/** @throws RangeError for anything but `4`, `3-7` or `0+`. */
export function parseVersions(versions: Versions | undefined): VersionRange {
  if (versions === undefined) return NO_VERSIONS;
  const match = /^(\d+)(?:(\+)|-(\d+))?$/.exec(versions);
  if (match === null) throw new RangeError(`Not a range of versions: ${JSON.stringify(versions)}`);
  const min = Number(match[1]);
  const max = match[2] === '+' ? Infinity : Number(match[3] ?? match[1]);
  if (max < min) throw new RangeError(`A range of versions that ends before it starts: ${versions}`);
  return { min, max };
}

export function includesVersion(range: VersionRange, version: number): boolean {
  return version >= range.min && version <= range.max;
}
