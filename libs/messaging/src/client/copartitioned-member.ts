/**
 * Membership of a group alone, over topics with the same partitioning: whoever owns partition 3 owns it of every topic. Records are
 * read apart from it (`LogReader`), so that the reader decides when and from where.
 */
import type { GroupMembership } from './kafka-client.ts';

export interface CopartitionedOptions {
  readonly groupId: string;
  /** They may differ in their number of partitions; a number that a topic does not have is owned all the same. */
  readonly topics: readonly string[];
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
}

/** Told synchronously; every call must return at once. */
export interface CopartitionedListener {
  /** A new generation. Partitions stay with their owner where the numbers allow it. */
  onAssigned(partitions: readonly number[], membership: GroupMembership): void;
  /** The membership ended: other members may own the partitions by now. */
  onRevoked(): void;
  /** A rebalance begins: the last moment for this generation's commits. */
  onRebalancing(): void;
}

/** It joins, rejoins and reconnects on its own, for ever. */
export interface CopartitionedMember {
  /** When a heartbeat last succeeded, in milliseconds since the epoch; 0 before the first. */
  readonly lastContactMs: number;
  /** The membership of the current generation; undefined while the member has none. */
  readonly membership: GroupMembership | undefined;
  /** Commits offsets (of the next record to process) by topic and partition. @throws when the broker did not take them. */
  commit(offsets: ReadonlyMap<string, ReadonlyMap<number, number>>): Promise<void>;
  /** Leaves the group, so that the next member waits for no session time-out, and disconnects. */
  close(): Promise<void>;
}
