/** Who sends a heartbeat: a member of the group, a new one, or one that takes the place of a static member. */
import { ErrorCode, KafkaError, uuidToBase64 } from '../../protocol/index.ts';
import type { GroupEnvironment } from '../group-environment.ts';
import type { ConsumerGroupHeartbeatRequest } from '../messages.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import { joinEpoch, newConsumerMember, staticLeaveEpoch, type ConsumerMember } from './consumer-member.ts';
import { currentRecord, memberRecord, memberTombstones, targetRecord } from './consumer-records.ts';
import type { GroupDraft } from './group-draft.ts';
import { hasPartition, type PartitionRow } from './partition-sets.ts';

/**
 * The member as it was before this heartbeat.
 * @throws KafkaError GROUP_MAX_SIZE_REACHED, UNKNOWN_MEMBER_ID, FENCED_MEMBER_EPOCH, UNRELEASED_INSTANCE_ID, FENCED_INSTANCE_ID.
 */
export function memberOfHeartbeat(
  environment: GroupEnvironment,
  draft: GroupDraft,
  request: ConsumerGroupHeartbeatRequest,
): ConsumerMember {
  const { instanceId, memberEpoch, topicPartitions } = request;
  checkRoom(environment, draft.group, request.memberId);
  const memberId = request.memberId === '' ? newMemberId(environment) : request.memberId;
  const isJoining = memberEpoch === joinEpoch;
  if (instanceId !== null && isJoining) return joiningStaticMember(draft, memberId, instanceId, false);
  const member =
    instanceId === null
      ? (draft.group.members.get(memberId) ?? (isJoining ? newConsumerMember(memberId) : draft.group.member(memberId)))
      : presentStaticMember(draft.group, memberId, instanceId);
  checkEpoch(member, memberEpoch, topicPartitions);
  return member;
}

/** As Kafka writes the ids that it gives to members: a random uuid in Base64. */
export function newMemberId({ randomUuid }: GroupEnvironment): string {
  return uuidToBase64(randomUuid());
}

/** @throws KafkaError GROUP_MAX_SIZE_REACHED. */
export function checkRoom({ config }: GroupEnvironment, group: ConsumerGroup, memberId: string): void {
  const { maxSize } = config.consumer;
  if (group.members.size >= maxSize && !group.members.has(memberId))
    throw new KafkaError(
      ErrorCode.GROUP_MAX_SIZE_REACHED,
      `The consumer group has reached its maximum capacity of ${maxSize} members.`,
    );
}

/** A static member that joins: a new one, or in the place of the one with its instance id. */
export function joiningStaticMember(
  draft: GroupDraft,
  memberId: string,
  instanceId: string,
  usesClassicProtocol: boolean,
): ConsumerMember {
  const existing = draft.group.staticMember(instanceId);
  if (existing === undefined) return draft.group.members.get(memberId) ?? newConsumerMember(memberId);
  const isReleased = existing.memberEpoch === staticLeaveEpoch;
  if (!usesClassicProtocol && existing.classic === null && !isReleased)
    throw new KafkaError(
      ErrorCode.UNRELEASED_INSTANCE_ID,
      `Static member ${memberId} with instance id ${instanceId} cannot join the group because the instance id is owned by ${existing.memberId} member.`,
    );
  const replacement: ConsumerMember = { ...existing, memberId, memberEpoch: joinEpoch, previousMemberEpoch: joinEpoch };
  const { groupId } = draft.group;
  const target = draft.group.target(existing.memberId);
  draft.emit(
    ...memberTombstones(groupId, existing.memberId),
    memberRecord(groupId, replacement),
    targetRecord(groupId, memberId, target),
    currentRecord(groupId, replacement),
  );
  return replacement;
}

/** @throws KafkaError UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID. */
export function presentStaticMember(group: ConsumerGroup, memberId: string, instanceId: string): ConsumerMember {
  const member = group.staticMember(instanceId);
  if (member === undefined) throw new KafkaError(ErrorCode.UNKNOWN_MEMBER_ID, `Instance id ${instanceId} is unknown.`);
  if (member.memberId === memberId) return member;
  throw new KafkaError(
    ErrorCode.FENCED_INSTANCE_ID,
    `Static member ${memberId} with instance id ${instanceId} was fenced by member ${member.memberId}.`,
  );
}

/** The epoch before is accepted from a member that has at most what it was given: it did not hear of the present one. */
function checkEpoch(member: ConsumerMember, epoch: number, owned: readonly PartitionRow[] | null): void {
  const { memberEpoch, previousMemberEpoch, assigned } = member;
  if (epoch === joinEpoch || epoch === memberEpoch) return;
  const isWithin = owned?.every((row) =>
    row.partitions.every((partition) => hasPartition(assigned, row.topicId, partition)),
  );
  if (epoch < memberEpoch && epoch === previousMemberEpoch && isWithin === true) return;
  const side = epoch > memberEpoch ? 'greater' : 'smaller';
  throw new KafkaError(
    ErrorCode.FENCED_MEMBER_EPOCH,
    `The consumer group member has a ${side} member epoch (${epoch}) than the one known by the group coordinator (${memberEpoch}). The member must abandon all its partitions and rejoin.`,
  );
}
