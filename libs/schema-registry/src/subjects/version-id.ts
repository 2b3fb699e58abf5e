import { invalidVersion } from '../registry-error.ts';

export type VersionId = number | 'latest';

const MAXIMUM_VERSION = 2 ** 31 - 1;

/**
 * A version in a path: 1 to 2^31-1, or `latest` (also `-1`).
 * @throws RegistryError 42202
 */
export function parseVersionId(text: string): VersionId {
  const trimmed = text.trim();
  if (trimmed.toLowerCase() === 'latest' || trimmed === '-1') return 'latest';
  const version = /^\+?\d{1,10}$/.test(trimmed) ? Number(trimmed) : 0;
  if (version < 1 || version > MAXIMUM_VERSION) throw invalidVersion(text);
  return version;
}
