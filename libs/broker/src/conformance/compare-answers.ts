import type { Answered } from './run-scenario.ts';

/** A field in which the answers to one request differ. */
export interface Difference {
  /** `API: scenario: request`. */
  readonly request: string;
  readonly version: number;
  /** Path of the field, without indexes: `topics.partitions.errorCode`. */
  readonly field: string;
  readonly headwater: unknown;
  readonly kafka: unknown;
}

/** The fields that differ between two runs of a scenario. */
export function compareAnswers(
  scenario: string,
  headwater: readonly Answered[],
  kafka: readonly Answered[],
): Difference[] {
  const differences: Difference[] = [];
  for (let index = 0; index < Math.max(headwater.length, kafka.length); index++) {
    const [ours, theirs] = [headwater[index], kafka[index]];
    const { api, label, version } = (ours ?? theirs)!;
    const request = `${api.name}: ${scenario}: ${label}`;
    const add = (field: string, one: unknown, other: unknown) =>
      differences.push({ request, version, field, headwater: one, kafka: other });
    if (ours?.label === theirs?.label) walk(ours?.outcome, theirs?.outcome, '', add);
    else add('(request)', ours?.label, theirs?.label);
  }
  return differences;
}

/** Lists whose elements are compared by a key and not by their place. */
const KEYS: Readonly<Record<string, string>> = {
  configs: 'name',
  apiKeys: 'apiKey',
  finalizedFeatures: 'name',
  supportedFeatures: 'name',
};

function byKey(list: readonly unknown[], key: string): Record<string, unknown> {
  return Object.fromEntries((list as Record<string, unknown>[]).map((struct) => [String(struct[key]), struct]));
}

function walk(
  one: unknown,
  other: unknown,
  path: string,
  add: (field: string, one: unknown, other: unknown) => void,
): void {
  if (one === other) return;
  const key = KEYS[path.slice(path.lastIndexOf('.') + 1)];
  if (key !== undefined && Array.isArray(one) && Array.isArray(other)) {
    const [ours, theirs] = [byKey(one, key), byKey(other, key)];
    for (const name of new Set([...Object.keys(ours), ...Object.keys(theirs)]))
      walk(ours[name], theirs[name], `${path}[${name}]`, add);
    return;
  }
  if (Array.isArray(one) && Array.isArray(other) && one.length === other.length) {
    for (const [index, child] of one.entries()) walk(child, other[index], path, add);
    return;
  }
  if (isStruct(one) && isStruct(other)) {
    for (const name of new Set([...Object.keys(one), ...Object.keys(other)]))
      walk(one[name], other[name], path === '' || path === 'body' ? name : `${path}.${name}`, add);
    return;
  }
  add(path, one, other);
}

function isStruct(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
