/** What several rounds of one measurement say together. */

export function median(values: readonly number[]): number {
  const sorted = ascending(values);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Half the way from the least to the greatest value, as a share of the median; 0 for a single one. */
export function spread(values: readonly number[]): number {
  const sorted = ascending(values);
  const middle = median(sorted);
  return middle === 0 ? 0 : (sorted.at(-1)! - sorted[0]!) / 2 / middle;
}

/** The smallest value that at least this share of the values does not exceed (nearest rank). `share` is above 0 and at most 1. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = ascending(values);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!;
}

function ascending(values: readonly number[]): number[] {
  if (values.length === 0) throw new Error('There is nothing to take the middle of');
  return [...values].sort((one, other) => one - other);
}
