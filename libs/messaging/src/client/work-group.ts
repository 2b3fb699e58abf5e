/**
 * A group whose members share work that is no partitions: Kafka's group protocol with a protocol type of its own, as Kafka Connect uses
 * it (Kafka protocol guide, "Group Membership API"). The leader, one of the members, says who does what.
 */
import type { GroupMembership } from './kafka-client.ts';

/** Which group is joined, and how patient it is. */
export interface WorkGroupOptions {
  readonly groupId: string;
  /** Members of one group have the same; Kafka Connect's is `connect`. */
  readonly protocolType: string;
  /** Name of the way in which work is shared: members that do not agree on one cannot join. */
  readonly protocol: string;
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
}

/** Takes part in sharing the work. All but `assign` must return at once. */
export interface WorkGroupListener {
  /** What this member tells the leader as it joins, for example what it works on. */
  metadata(): Buffer;
  /** The leader's decision: what each member is told, by member id. */
  assign(members: ReadonlyMap<string, Buffer>, self: string): ReadonlyMap<string, Buffer>;
  /** A new generation; what was assigned before goes on unless this assignment says otherwise. */
  onAssigned(assignment: Buffer, membership: WorkGroupMembership): void;
  /** A rebalance began. Work goes on meanwhile. */
  onRebalancing(): void;
  /** The membership ended: others may have the work by now, so it has to end. */
  onLost(): void;
}

/** A member in a generation. */
export interface WorkGroupMembership extends GroupMembership {
  readonly isLeader: boolean;
}

/** It joins, rejoins and reconnects on its own, for ever. */
export interface WorkGroupMember {
  /** Undefined while it has none. */
  readonly membership: WorkGroupMembership | undefined;
  /** When the coordinator last answered well, in milliseconds since the epoch; 0 before the first. */
  readonly lastContactMs: number;
  /** Has the group share the work anew, for example since there is more of it. */
  rejoin(): void;
  /** Leaves the group, so that others need not wait for a session time-out, and disconnects. */
  close(): Promise<void>;
}
