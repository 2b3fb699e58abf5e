/** JoinGroup to a next-generation group: the member is answered at once, as there is no phase in which all wait for all. */
import { ErrorCode, KafkaError } from '../../protocol/index.ts';
import type { Outcome } from '../../state-machine/index.ts';
import type { GroupEnvironment } from '../group-environment.ts';
import type { GroupRecord } from '../group-record.ts';
import type { JoinGroupRequest, JoinGroupResponse } from '../messages.ts';
import type { RequestContext } from '../request-context.ts';
import type { TopicDirectory } from '../topic-directory.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import { newConsumerMember, type ConsumerMember } from './consumer-member.ts';
import { decodeSubscription, type ConsumerSubscription } from './consumer-protocol.ts';
import { downgrade, mayDowngrade } from './downgrade.ts';
import { GroupDraft } from './group-draft.ts';
import { checkRoom, joiningStaticMember, newMemberId, presentStaticMember } from './heartbeat-member.ts';
import { awaitClassicSync, extendConsumerSession } from './member-timers.ts';
import { changeMember, reconcileMember } from './membership-change.ts';
import type { PartitionRow } from './partition-sets.ts';
import { updateTargetAssignment } from './target-assignment.ts';

type JoinOutcome = Outcome<GroupRecord, JoinGroupResponse>;

/** First version whose members come back with the id that they are given (KIP-394). */
const knownIdVersion = 4;

export function joinConsumerGroup(
  environment: GroupEnvironment,
  group: ConsumerGroup,
  request: JoinGroupRequest,
  context: RequestContext,
): JoinOutcome {
  const { groupInstanceId: instanceId } = request;
  const isNew = request.memberId === '';
  const memberId = isNew ? newMemberId(environment) : request.memberId;
  checkJoin(environment, group, request, memberId);
  if (isNew && instanceId === null && context.apiVersion >= knownIdVersion) return idRequired(memberId);
  const subscription = decodeSubscription(request.protocols[0]!.metadata);
  if (subscription === undefined)
    throw new KafkaError(
      ErrorCode.UNKNOWN_SERVER_ERROR,
      'Malformed embedded consumer protocol in subscription deserialization.',
    );
  const draft = new GroupDraft(group);
  const replaced = group.staticMember(instanceId);
  const goesBack = replaced?.classic === null && mayDowngrade(environment, group, new Set([replaced.memberId]));
  const before = joiningMember(draft, memberId, instanceId, isNew);
  const after = tellingOf(before, request, subscription, context);
  const hasChanged = changeMember(environment, draft, before, after);
  if (!goesBack) updateTargetAssignment(environment, draft);
  const owned = ownedRows(subscription, environment.topics);
  const isStale = goesBack && draft.group.assignmentEpoch < draft.group.groupEpoch;
  const joined = isStale
    ? draft.group.member(memberId)
    : reconcileMember(environment, draft, memberId, hasChanged, owned);
  const reply = joinedResponse(joined);
  if (goesBack) {
    const { records, onApplied } = downgrade(environment, draft.group, new Set(), isStale);
    return { records: [...draft.records, ...records], onApplied, reply };
  }
  return { records: draft.records, reply, onApplied: () => follow(environment, group.groupId, memberId) };
}

function checkJoin(
  environment: GroupEnvironment,
  group: ConsumerGroup,
  { protocolType, protocols }: JoinGroupRequest,
  memberId: string,
): void {
  if (environment.config.consumer.migrationPolicy === 'disabled')
    throw new KafkaError(
      ErrorCode.INCONSISTENT_GROUP_PROTOCOL,
      `Cannot join the consumer group ${group.groupId} with the classic protocol because the group migration is disabled.`,
    );
  checkRoom(environment, group, memberId);
  const others = group.classicMembers();
  const isShared = protocols.some(({ name }) =>
    others.every(({ classic }) => classic!.supportedProtocols.some((protocol) => protocol.name === name)),
  );
  if (protocolType !== 'consumer' || !isShared)
    throw new KafkaError(ErrorCode.INCONSISTENT_GROUP_PROTOCOL, `Member ${memberId}'s protocols are not supported.`);
}

function joiningMember(draft: GroupDraft, memberId: string, instanceId: string | null, isNew: boolean): ConsumerMember {
  if (instanceId === null) return draft.group.members.get(memberId) ?? newConsumerMember(memberId);
  if (isNew) return joiningStaticMember(draft, memberId, instanceId, true);
  return presentStaticMember(draft.group, memberId, instanceId);
}

function tellingOf(
  member: ConsumerMember,
  { groupInstanceId, rebalanceTimeoutMs, sessionTimeoutMs, protocols }: JoinGroupRequest,
  { topics, rackId }: ConsumerSubscription,
  { clientId, clientHost }: RequestContext,
): ConsumerMember {
  return {
    ...member,
    instanceId: groupInstanceId ?? member.instanceId,
    rackId: rackId === null || rackId === '' ? member.rackId : rackId,
    rebalanceTimeoutMs: rebalanceTimeoutMs === -1 ? sessionTimeoutMs : rebalanceTimeoutMs,
    subscribedTopicNames: new Set(topics),
    subscribedTopicRegex: '',
    clientId: clientId ?? '',
    clientHost,
    classic: { sessionTimeoutMs, supportedProtocols: protocols },
  };
}

function ownedRows({ ownedPartitions }: ConsumerSubscription, topics: TopicDirectory): PartitionRow[] {
  return ownedPartitions.flatMap(({ topic, partitions }) => {
    const topicId = topics.topicId(topic);
    return topicId === undefined ? [] : [{ topicId, partitions }];
  });
}

function follow(environment: GroupEnvironment, groupId: string, memberId: string): void {
  const group = environment.groupNow(groupId);
  if (group?.type !== 'consumer') return;
  group.topicsVersion = environment.topics.version;
  const member = group.members.get(memberId);
  if (member === undefined) return;
  extendConsumerSession(environment, group, member);
  awaitClassicSync(environment, group, member);
}

/** No leader: nobody computes an assignment. */
function joinedResponse({ memberId, memberEpoch, classic }: ConsumerMember): JoinGroupResponse {
  return {
    errorCode: ErrorCode.NONE,
    generationId: memberEpoch,
    protocolType: 'consumer',
    protocolName: classic!.supportedProtocols[0]!.name,
    leader: '',
    memberId,
    members: [],
  };
}

function idRequired(memberId: string): JoinOutcome {
  return {
    records: [],
    reply: {
      errorCode: ErrorCode.MEMBER_ID_REQUIRED,
      generationId: -1,
      protocolName: null,
      leader: '',
      memberId,
      members: [],
    },
  };
}
