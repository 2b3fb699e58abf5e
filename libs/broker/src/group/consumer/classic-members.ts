/**
 * Members of the classic protocol in a next-generation group (KIP-848, online upgrade): their requests are translated. A generation is
 * a member epoch; a member is told to join again when there is something to give up or to take over; JoinGroup says what it still has
 * and SyncGroup gives it what it is to own, without a leader.
 */
import { ErrorCode, KafkaError } from '../../protocol/index.ts';
import type { Outcome } from '../../state-machine/index.ts';
import type { GroupEnvironment } from '../group-environment.ts';
import type { GroupRecord } from '../group-record.ts';
import type {
  HeartbeatRequest,
  HeartbeatResponse,
  LeaveGroupRequest,
  LeaveGroupResponse,
  SyncGroupRequest,
  SyncGroupResponse,
} from '../messages.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import { memberState, type ClassicMemberMetadata, type ConsumerMember } from './consumer-member.ts';
import { decodeSubscription, encodeAssignment } from './consumer-protocol.ts';
import { fenceMembers } from './fencing.ts';
import { awaitClassicJoin, endClassicSync, extendConsumerSession } from './member-timers.ts';
import { hasPartition } from './partition-sets.ts';

type ClassicMember = ConsumerMember & { readonly classic: ClassicMemberMetadata };
type Leaving = Pick<LeaveGroupRequest['members'][number], 'memberId' | 'groupInstanceId'>;

/** @throws KafkaError UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID, ILLEGAL_GENERATION, INCONSISTENT_GROUP_PROTOCOL, REBALANCE_IN_PROGRESS. */
export function syncClassicMember(
  environment: GroupEnvironment,
  group: ConsumerGroup,
  request: SyncGroupRequest,
): SyncGroupResponse {
  const member = classicMemberOf(group, request);
  const { protocolType, protocolName } = request;
  const [protocol] = member.classic.supportedProtocols;
  const isOther = (protocolType ?? 'consumer') !== 'consumer' || (protocolName ?? protocol?.name) !== protocol?.name;
  if (isOther)
    throw new KafkaError(
      ErrorCode.INCONSISTENT_GROUP_PROTOCOL,
      `Member ${member.memberId} of group ${group.groupId} has joined with consumer/${protocol?.name}, not ${protocolType}/${protocolName}.`,
    );
  if (group.assignmentEpoch > member.memberEpoch && member.state !== memberState.unrevokedPartitions) {
    awaitClassicJoin(environment, group, member);
    throw new KafkaError(
      ErrorCode.REBALANCE_IN_PROGRESS,
      `A new rebalance is triggered in group ${group.groupId} and member ${member.memberId} should rejoin to catch up.`,
    );
  }
  endClassicSync(group, member);
  extendConsumerSession(environment, group, member);
  const { topics } = environment;
  const version = decodeSubscription(protocol!.metadata)?.version ?? 0;
  const assigned = new Map(
    Array.from(member.assigned, ([topicId, partitions]) => [topicId, new Set(partitions.keys())]),
  );
  const assignment = encodeAssignment(assigned, (topicId) => topics.topicName(topicId), version);
  return { errorCode: ErrorCode.NONE, protocolType, protocolName, assignment };
}

/** @throws KafkaError UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID, ILLEGAL_GENERATION. */
export function heartbeatOfClassicMember(
  environment: GroupEnvironment,
  group: ConsumerGroup,
  request: HeartbeatRequest,
): HeartbeatResponse {
  const member = classicMemberOf(group, request);
  extendConsumerSession(environment, group, member);
  const hasToJoin =
    member.memberEpoch < group.assignmentEpoch ||
    member.state === memberState.unrevokedPartitions ||
    (member.state === memberState.unreleasedPartitions && !waitsForOthers(group, member));
  if (!hasToJoin) return { errorCode: ErrorCode.NONE };
  awaitClassicJoin(environment, group, member);
  return { errorCode: ErrorCode.REBALANCE_IN_PROGRESS };
}

/** LeaveGroup takes out members of either protocol: it is also what operators send. */
export function leaveConsumerGroup(
  environment: GroupEnvironment,
  group: ConsumerGroup,
  leaving: readonly Leaving[],
): Outcome<GroupRecord, LeaveGroupResponse> {
  const gone = new Set<ConsumerMember>();
  const members = leaving.map(({ memberId, groupInstanceId }) => {
    try {
      gone.add(leavingMember(group, memberId, groupInstanceId));
      return { memberId, groupInstanceId, errorCode: ErrorCode.NONE };
    } catch (error) {
      if (!(error instanceof KafkaError)) throw error;
      return { memberId, groupInstanceId, errorCode: error.code };
    }
  });
  return { ...fenceMembers(environment, group, [...gone]), reply: { errorCode: ErrorCode.NONE, members } };
}

function leavingMember(group: ConsumerGroup, memberId: string, instanceId: string | null): ConsumerMember {
  if (instanceId !== null && memberId === '') return staticMemberOf(group, instanceId);
  return memberNamed(group, memberId, instanceId);
}

function memberNamed(group: ConsumerGroup, memberId: string, instanceId: string | null): ConsumerMember {
  if (instanceId === null) return group.member(memberId);
  const member = staticMemberOf(group, instanceId);
  if (member.memberId === memberId) return member;
  throw new KafkaError(
    ErrorCode.FENCED_INSTANCE_ID,
    `Static member ${memberId} with instance id ${instanceId} was fenced by member ${member.memberId}.`,
  );
}

function staticMemberOf(group: ConsumerGroup, instanceId: string): ConsumerMember {
  const member = group.staticMember(instanceId);
  if (member !== undefined) return member;
  const message = `Member with instance id ${instanceId} is not a member of group ${group.groupId}.`;
  throw new KafkaError(ErrorCode.UNKNOWN_MEMBER_ID, message);
}

function classicMemberOf(
  group: ConsumerGroup,
  request: Pick<HeartbeatRequest, 'memberId' | 'groupInstanceId' | 'generationId'>,
): ClassicMember {
  const { memberId, groupInstanceId, generationId } = request;
  const member = memberNamed(group, memberId, groupInstanceId);
  if (member.classic === null)
    throw new KafkaError(ErrorCode.UNKNOWN_MEMBER_ID, `Member ${memberId} does not use the classic protocol.`);
  if (generationId !== member.memberEpoch)
    throw new KafkaError(
      ErrorCode.ILLEGAL_GENERATION,
      `The request generation id ${generationId} is not equal to the member epoch ${member.memberEpoch} of member ${memberId}.`,
    );
  return { ...member, classic: member.classic };
}

/** Whether all that it still lacks is with other members: joining again would bring it nothing. */
function waitsForOthers(group: ConsumerGroup, { memberId, assigned }: ConsumerMember): boolean {
  for (const [topicId, partitions] of group.target(memberId))
    for (const partition of partitions)
      if (!hasPartition(assigned, topicId, partition) && group.ownerOf(topicId, partition) !== undefined) return true;
  return false;
}
