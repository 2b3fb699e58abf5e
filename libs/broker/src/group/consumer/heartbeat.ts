/**
 * ConsumerGroupHeartbeat: the one request by which a member of the consumer protocol joins (epoch 0), lives, learns what it is to own,
 * says what it has given up, and leaves (-1; a static member that will be back: -2).
 *
 * The answer has an assignment when it has changed, and whenever the member asks for all by telling all.
 */
import { ErrorCode } from '../../protocol/index.ts';
import type { Outcome } from '../../state-machine/index.ts';
import { noEffects } from '../effects.ts';
import type { GroupEnvironment } from '../group-environment.ts';
import type { GroupRecord } from '../group-record.ts';
import type { ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse } from '../messages.ts';
import type { RequestContext } from '../request-context.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import { joinEpoch, leaveEpoch, staticLeaveEpoch, type ConsumerMember } from './consumer-member.ts';
import { currentRecord } from './consumer-records.ts';
import { fenceMembers } from './fencing.ts';
import { checkHeartbeat } from './heartbeat-check.ts';
import { changeMember, reconcileMember } from './membership-change.ts';
import { extendConsumerSession, followRevocation } from './member-timers.ts';
import { memberOfHeartbeat, presentStaticMember } from './heartbeat-member.ts';
import { consumerGroupFor, existingConsumerGroup } from './group-for-member.ts';
import { noPartitionEpochs, partitionRows, samePartitionEpochs } from './partition-sets.ts';
import { updateTargetAssignment } from './target-assignment.ts';

export type HeartbeatOutcome = Outcome<GroupRecord, ConsumerGroupHeartbeatResponse>;

/** @throws KafkaError as the API lists them. */
export function consumerGroupHeartbeat(
  environment: GroupEnvironment,
  request: ConsumerGroupHeartbeatRequest,
  context: RequestContext,
): HeartbeatOutcome {
  checkHeartbeat(environment.config.consumer, request, context.apiVersion);
  const { groupId, memberEpoch } = request;
  if (memberEpoch === leaveEpoch || memberEpoch === staticLeaveEpoch) return leave(environment, request);
  const draft = consumerGroupFor(environment, groupId, memberEpoch === joinEpoch);
  const before = memberOfHeartbeat(environment, draft, request);
  const hasSubscriptionChanged = changeMember(environment, draft, before, tellingOf(before, request, context));
  updateTargetAssignment(environment, draft);
  const { memberId } = before;
  const after = reconcileMember(environment, draft, memberId, hasSubscriptionChanged, request.topicPartitions);
  const showsAssignment =
    memberEpoch === joinEpoch || isFull(request) || !samePartitionEpochs(before.assigned, after.assigned);
  return {
    records: draft.records,
    reply: {
      errorCode: ErrorCode.NONE,
      memberId,
      memberEpoch: after.memberEpoch,
      heartbeatIntervalMs:
        environment.groupSettings(groupId).heartbeatIntervalMs ?? environment.config.consumer.heartbeatIntervalMs,
      assignment: showsAssignment ? { topicPartitions: partitionRows(after.assigned) } : null,
    },
    onApplied: () => {
      const group = environment.groupNow(groupId);
      if (group?.type === 'consumer') follow(environment, group, before, memberId);
    },
  };
}

/** After the change: the member is alive, and perhaps has partitions to give up. */
function follow(environment: GroupEnvironment, group: ConsumerGroup, before: ConsumerMember, memberId: string): void {
  group.topicsVersion = environment.topics.version;
  const member = group.members.get(memberId);
  if (member === undefined) return;
  extendConsumerSession(environment, group, member);
  if (before.memberEpoch !== member.memberEpoch || before.state !== member.state)
    followRevocation(environment, group, member);
}

/** The member as its request wants it: what is null has not changed. */
function tellingOf(
  member: ConsumerMember,
  request: ConsumerGroupHeartbeatRequest,
  { clientId, clientHost }: RequestContext,
): ConsumerMember {
  const { subscribedTopicNames, rebalanceTimeoutMs } = request;
  return {
    ...member,
    instanceId: request.instanceId ?? member.instanceId,
    rackId: request.rackId ?? member.rackId,
    rebalanceTimeoutMs: rebalanceTimeoutMs === -1 ? member.rebalanceTimeoutMs : rebalanceTimeoutMs,
    serverAssignor: request.serverAssignor ?? member.serverAssignor,
    subscribedTopicNames: subscribedTopicNames === null ? member.subscribedTopicNames : new Set(subscribedTopicNames),
    subscribedTopicRegex: request.subscribedTopicRegex ?? member.subscribedTopicRegex,
    clientId: clientId ?? '',
    clientHost,
    classic: null,
  };
}

function isFull(request: ConsumerGroupHeartbeatRequest): boolean {
  const { rebalanceTimeoutMs, subscribedTopicNames, subscribedTopicRegex, topicPartitions } = request;
  const tellsSubscription = subscribedTopicNames !== null || subscribedTopicRegex !== null;
  return rebalanceTimeoutMs !== -1 && tellsSubscription && topicPartitions !== null;
}

function leave(environment: GroupEnvironment, request: ConsumerGroupHeartbeatRequest): HeartbeatOutcome {
  const { memberEpoch, instanceId, memberId } = request;
  const group = existingConsumerGroup(environment, request.groupId);
  const reply = { errorCode: ErrorCode.NONE, memberId, memberEpoch };
  const member = instanceId === null ? group.member(memberId) : presentStaticMember(group, memberId, instanceId);
  if (instanceId !== null && memberEpoch === staticLeaveEpoch)
    return { ...noEffects, records: [currentRecord(group.groupId, awayMember(member))], reply };
  return { ...fenceMembers(environment, group, [member]), reply };
}

/** A static member that is away keeps its partitions for the one that comes back in its place, until its session ends. */
function awayMember(member: ConsumerMember): ConsumerMember {
  const assigned = new Map(
    Array.from(member.assigned, ([topicId, partitions]) => [
      topicId,
      new Map(Array.from(partitions.keys(), (partition) => [partition, 0])),
    ]),
  );
  return { ...member, memberEpoch: staticLeaveEpoch, assigned, pendingRevocation: noPartitionEpochs };
}
