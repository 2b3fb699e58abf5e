/** Finds and applies what changed in a list whose entries have a key. Both sides use it: the console and the page. */
import type { ListChange } from './live-state.ts';

/** Undefined when nothing changed. Entries are compared by their JSON. */
export function listChange<T>(
  before: readonly T[],
  after: readonly T[],
  keyOf: (entry: T) => string,
): ListChange<T> | undefined {
  const known = new Map(before.map((entry) => [keyOf(entry), JSON.stringify(entry)]));
  const set = after.filter((entry) => known.get(keyOf(entry)) !== JSON.stringify(entry));
  const order = after.map(keyOf);
  const kept = new Set(order);
  const removed = before.map(keyOf).filter((key) => !kept.has(key));
  // What the receiver has without being told the order: the old entries that stay, then the new ones.
  const untold = [...before.map(keyOf).filter((key) => kept.has(key)), ...order.filter((key) => !known.has(key))];
  const isReordered = order.some((key, index) => key !== untold[index]);
  if (set.length === 0 && removed.length === 0 && !isReordered) return undefined;
  return {
    ...(set.length > 0 ? { set } : {}),
    ...(removed.length > 0 ? { removed } : {}),
    ...(isReordered ? { order } : {}),
  };
}

export function applyListChange<T>(
  before: readonly T[],
  change: ListChange<T>,
  keyOf: (entry: T) => string,
): readonly T[] {
  const entries = new Map(before.map((entry) => [keyOf(entry), entry]));
  for (const key of change.removed ?? []) entries.delete(key);
  for (const entry of change.set ?? []) entries.set(keyOf(entry), entry);
  if (change.order === undefined) return [...entries.values()];
  return change.order.flatMap((key) => {
    const entry = entries.get(key);
    return entry === undefined ? [] : [entry];
  });
}
