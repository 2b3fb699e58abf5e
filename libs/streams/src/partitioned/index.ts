/**
 * A table of which each instance of a service holds the partitions that it owns, and knows who owns the others, to send them what is
 * asked of those.
 */
export { openPartitionedTable, PartitionedTable, type PartitionedTableOptions } from './partitioned-table.ts';
export type { PartitionState } from './partition-follower.ts';
export type { PartitionOwner } from './partition-shares.ts';
