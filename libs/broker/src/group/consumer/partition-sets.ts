/** Sets of partitions, by topic id, as a next-generation group hands them out. A topic without partitions is never in one. */

/** Partitions by topic id. */
export type Assignment = ReadonlyMap<string, ReadonlySet<number>>;

/** Partitions by topic id, each with the epoch in which its member got it. */
export type PartitionEpochs = ReadonlyMap<string, ReadonlyMap<number, number>>;

/** The form on the wire and in records. */
export interface PartitionRow {
  readonly topicId: string;
  readonly partitions: readonly number[];
}

export const noPartitions: Assignment = new Map();
export const noPartitionEpochs: PartitionEpochs = new Map();

export function assignmentOf(rows: readonly PartitionRow[]): Assignment {
  const assignment = new Map<string, ReadonlySet<number>>();
  for (const { topicId, partitions } of rows)
    if (partitions.length > 0) assignment.set(topicId, new Set([...(assignment.get(topicId) ?? []), ...partitions]));
  return assignment;
}

/** By rising topic id and partition. */
export function partitionRows(partitions: Assignment | PartitionEpochs): PartitionRow[] {
  const entries: [string, { keys(): Iterable<number> }][] = [...partitions];
  return entries
    .map(([topicId, each]) => ({ topicId, partitions: [...each.keys()].sort((left, right) => left - right) }))
    .sort((left, right) => (left.topicId < right.topicId ? -1 : 1));
}

export function withEpoch(assignment: Assignment, epoch: number): PartitionEpochs {
  return new Map(
    Array.from(assignment, ([topicId, partitions]) => [
      topicId,
      new Map(Array.from(partitions, (partition) => [partition, epoch])),
    ]),
  );
}

export function hasPartition(partitions: Assignment | PartitionEpochs, topicId: string, partition: number): boolean {
  return partitions.get(topicId)?.has(partition) ?? false;
}

export function samePartitions(left: Assignment, right: Assignment): boolean {
  if (left === right) return true;
  if (left.size !== right.size) return false;
  for (const [topicId, partitions] of left) {
    const others = right.get(topicId);
    if (others?.size !== partitions.size || !partitions.isSubsetOf(others)) return false;
  }
  return true;
}

export function samePartitionEpochs(left: PartitionEpochs, right: PartitionEpochs): boolean {
  if (left === right) return true;
  if (left.size !== right.size) return false;
  for (const [topicId, partitions] of left) {
    const others = right.get(topicId);
    if (others?.size !== partitions.size) return false;
    for (const [partition, epoch] of partitions) if (others.get(partition) !== epoch) return false;
  }
  return true;
}

/** Both together; a partition in both has the epoch of `right`. */
export function unionOf(left: PartitionEpochs, right: PartitionEpochs): PartitionEpochs {
  if (right.size === 0) return left;
  const union = new Map(left);
  for (const [topicId, partitions] of right)
    union.set(topicId, new Map([...(union.get(topicId) ?? []), ...partitions]));
  return union;
}
