/** Where a group would go on, partition by partition. Plain JSON; the page shares these types. */

export interface OffsetChange {
  readonly partition: number;
  /** Null when the group has committed none. */
  readonly from: number | null;
  readonly to: number;
  readonly begin: number;
  readonly end: number;
  /** Records that the group would read again; below zero: that it would leave out. */
  readonly again: number;
}

export interface OffsetReset {
  readonly group: string;
  readonly topic: string;
  readonly changes: readonly OffsetChange[];
  /** Whether it was done. */
  readonly isDone: boolean;
}

export interface PartitionRange {
  readonly partition: number;
  readonly begin: number;
  readonly end: number;
  readonly committed: number | null;
}

/** What one partition's offset becomes: kept within what is retained. */
export function offsetChange({ partition, begin, end, committed }: PartitionRange, wanted: number): OffsetChange {
  const to = Math.min(Math.max(wanted, begin), end);
  return { partition, from: committed, to, begin, end, again: (committed ?? begin) - to };
}
