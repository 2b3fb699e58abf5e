/** Parts of a list, each of at most `most` items that belong to the first of them. */
export function batches<T>(
  items: readonly T[],
  most: number,
  belongs: (first: T, next: T) => boolean = () => true,
): T[][] {
  const all: T[][] = [];
  for (const item of items) {
    const current = all.at(-1);
    const [first] = current ?? [];
    if (current !== undefined && first !== undefined && current.length < most && belongs(first, item))
      current.push(item);
    else all.push([item]);
  }
  return all;
}
