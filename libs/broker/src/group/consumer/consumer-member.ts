import {
  ErrorCode,
  KafkaError,
  type ConsumerGroupCurrentMemberAssignmentValue,
  type ConsumerGroupMemberMetadataValue,
} from '../../protocol/index.ts';
import { noPartitionEpochs, partitionRows, samePartitionEpochs, type PartitionEpochs } from './partition-sets.ts';

/** How far a member is on its way to its target assignment; the numbers are those of its record. */
export const memberState = {
  /** It owns what it was last told to own. */
  stable: 0,
  /** It has partitions to give up, and keeps its epoch until it has. */
  unrevokedPartitions: 1,
  /** Some of its partitions are still with other members. */
  unreleasedPartitions: 2,
  /** Written by a newer release. */
  unknown: 127,
} as const;
export type MemberState = (typeof memberState)[keyof typeof memberState];

/** Member epochs of a heartbeat that say what the member does, not where it is. */
export const joinEpoch = 0;
export const leaveEpoch = -1;
export const staticLeaveEpoch = -2;

/** What a member that uses the classic protocol has told in its JoinGroup. */
export type ClassicMemberMetadata = NonNullable<ConsumerGroupMemberMetadataValue['classicMemberMetadata']>;

/** A member of a next-generation group: who it is, what it wants, what it owns. Never changed, only replaced. */
export interface ConsumerMember {
  readonly memberId: string;
  readonly instanceId: string | null;
  readonly rackId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  readonly subscribedTopicNames: ReadonlySet<string>;
  /** Empty: none. */
  readonly subscribedTopicRegex: string;
  /** How long it may take to give partitions up. */
  readonly rebalanceTimeoutMs: number;
  readonly serverAssignor: string | null;
  /** Null of a member that uses the consumer protocol. */
  readonly classic: ClassicMemberMetadata | null;
  readonly memberEpoch: number;
  /** Still accepted, as the answer that told the present epoch may have been lost. */
  readonly previousMemberEpoch: number;
  readonly state: MemberState;
  readonly assigned: PartitionEpochs;
  /** Still its own, until it says that it has given them up. */
  readonly pendingRevocation: PartitionEpochs;
}

export function newConsumerMember(memberId: string): ConsumerMember {
  return {
    memberId,
    instanceId: null,
    rackId: null,
    clientId: '',
    clientHost: '',
    subscribedTopicNames: new Set(),
    subscribedTopicRegex: '',
    rebalanceTimeoutMs: -1,
    serverAssignor: null,
    classic: null,
    memberEpoch: 0,
    previousMemberEpoch: -1,
    state: memberState.stable,
    assigned: noPartitionEpochs,
    pendingRevocation: noPartitionEpochs,
  };
}

export function withMetadata(member: ConsumerMember, value: ConsumerGroupMemberMetadataValue): ConsumerMember {
  return {
    ...member,
    instanceId: value.instanceId,
    rackId: value.rackId,
    clientId: value.clientId,
    clientHost: value.clientHost,
    subscribedTopicNames: new Set(value.subscribedTopicNames),
    subscribedTopicRegex: value.subscribedTopicRegex ?? '',
    rebalanceTimeoutMs: value.rebalanceTimeoutMs,
    serverAssignor: value.serverAssignor,
    classic: value.classicMemberMetadata,
  };
}

export function metadataValueOf(member: ConsumerMember): ConsumerGroupMemberMetadataValue {
  return {
    instanceId: member.instanceId,
    rackId: member.rackId,
    clientId: member.clientId,
    clientHost: member.clientHost,
    subscribedTopicNames: [...member.subscribedTopicNames].sort(),
    subscribedTopicRegex: member.subscribedTopicRegex,
    rebalanceTimeoutMs: member.rebalanceTimeoutMs,
    serverAssignor: member.serverAssignor,
    classicMemberMetadata: member.classic,
  };
}

/** Null: the member is on its way out, and owns nothing any more. */
export function withCurrentAssignment(
  member: ConsumerMember,
  value: ConsumerGroupCurrentMemberAssignmentValue | null,
): ConsumerMember {
  if (value === null)
    return {
      ...member,
      memberEpoch: leaveEpoch,
      previousMemberEpoch: leaveEpoch,
      state: memberState.stable,
      assigned: noPartitionEpochs,
      pendingRevocation: noPartitionEpochs,
    };
  const states: readonly number[] = Object.values(memberState);
  return {
    ...member,
    memberEpoch: value.memberEpoch,
    previousMemberEpoch: value.previousMemberEpoch,
    state: states.includes(value.state) ? (value.state as MemberState) : memberState.unknown,
    assigned: partitionEpochsOf(value.assignedPartitions, value.memberEpoch),
    pendingRevocation: partitionEpochsOf(value.partitionsPendingRevocation, value.memberEpoch),
  };
}

export function currentAssignmentValueOf(member: ConsumerMember): ConsumerGroupCurrentMemberAssignmentValue {
  return {
    memberEpoch: member.memberEpoch,
    previousMemberEpoch: member.previousMemberEpoch,
    state: member.state,
    assignedPartitions: epochRows(member.assigned),
    partitionsPendingRevocation: epochRows(member.pendingRevocation),
  };
}

export function hasSameAssignment(left: ConsumerMember, right: ConsumerMember): boolean {
  return (
    left.memberEpoch === right.memberEpoch &&
    left.previousMemberEpoch === right.previousMemberEpoch &&
    left.state === right.state &&
    samePartitionEpochs(left.assigned, right.assigned) &&
    samePartitionEpochs(left.pendingRevocation, right.pendingRevocation)
  );
}

/** Whether it has taken over, in this epoch, all that it is to own. */
export function isReconciledTo(member: ConsumerMember, epoch: number): boolean {
  return member.state === memberState.stable && member.memberEpoch === epoch;
}

export function unknownMember(groupId: string, memberId: string): KafkaError {
  return new KafkaError(ErrorCode.UNKNOWN_MEMBER_ID, `Member ${memberId} is not a member of group ${groupId}.`);
}

type EpochRow = ConsumerGroupCurrentMemberAssignmentValue['assignedPartitions'][number];

/** Records of older releases have no epochs of partitions: the member's stands for them. */
function partitionEpochsOf(rows: readonly EpochRow[], memberEpoch: number): PartitionEpochs {
  const defaultEpoch = Math.max(memberEpoch, 0);
  return new Map(
    rows.map(({ topicId, partitions, assignmentEpochs }) => {
      const epochs = assignmentEpochs?.length === partitions.length ? assignmentEpochs : undefined;
      return [topicId, new Map(partitions.map((partition, index) => [partition, epochs?.[index] ?? defaultEpoch]))];
    }),
  );
}

function epochRows(partitions: PartitionEpochs): EpochRow[] {
  return partitionRows(partitions).map((row) => ({
    ...row,
    assignmentEpochs: row.partitions.map((partition) => partitions.get(row.topicId)!.get(partition)!),
  }));
}
