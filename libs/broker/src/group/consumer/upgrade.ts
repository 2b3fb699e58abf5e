/**
 * A classic group becomes a next-generation one when its first member of the consumer protocol joins (KIP-848, online upgrade): each
 * member keeps what the classic leader gave it, and is told by its next heartbeat to join again.
 */
import { ErrorCode, KafkaError } from '../../protocol/index.ts';
import type { ClassicGroup } from '../classic/classic-group.ts';
import type { GroupMember } from '../classic/group-member.ts';
import type { GroupEnvironment } from '../group-environment.ts';
import type { TopicDirectory } from '../topic-directory.ts';
import { ConsumerGroup } from './consumer-group.ts';
import { memberState, newConsumerMember, type ConsumerMember } from './consumer-member.ts';
import { decodeAssignment, decodeSubscription } from './consumer-protocol.ts';
import { currentRecord, groupRecord, memberRecord, targetEpochRecord, targetRecord } from './consumer-records.ts';
import { GroupDraft } from './group-draft.ts';
import { assignmentOf, noPartitions, withEpoch, type Assignment } from './partition-sets.ts';
import { metadataHashOf } from './subscriptions.ts';

/** The group of the same members and generation. @throws KafkaError GROUP_ID_NOT_FOUND when it cannot be one. */
export function upgrade({ config, topics }: GroupEnvironment, classic: ClassicGroup): GroupDraft {
  const { groupId, generationId: epoch } = classic;
  const { migrationPolicy, maxSize } = config.consumer;
  if (migrationPolicy !== 'bidirectional' && migrationPolicy !== 'upgrade')
    throw cannotUpgrade(groupId, 'online upgrade is disabled');
  if (classic.protocolType !== 'consumer')
    throw cannotUpgrade(groupId, 'the group does not use the consumer embedded protocol');
  if (classic.members.size > maxSize)
    throw cannotUpgrade(groupId, 'the group size exceeds the consumer group maximum size');
  const draft = new GroupDraft(new ConsumerGroup(groupId), [{ kind: 'group', groupId, value: null }]);
  const members = Array.from(classic.members.values(), (member) => {
    const target = assignmentOfClassic(groupId, member, topics);
    return { member: consumerMemberOf(classic, member, target), target };
  });
  checkOwners(groupId, members);
  draft.emit(...members.map(({ member }) => memberRecord(groupId, member)));
  draft.emit(groupRecord(groupId, epoch, metadataHashOf(draft.group, topics)));
  draft.emit(...members.map(({ member, target }) => targetRecord(groupId, member.memberId, target)));
  draft.emit(targetEpochRecord(groupId, epoch, 0));
  draft.emit(...members.map(({ member }) => currentRecord(groupId, member)));
  return draft;
}

function assignmentOfClassic(groupId: string, { assignment }: GroupMember, topics: TopicDirectory): Assignment {
  if (assignment.length === 0) return noPartitions;
  const decoded = decodeAssignment(assignment);
  if (decoded === undefined) throw malformed(groupId);
  if (decoded.hasUserData)
    throw cannotUpgrade(
      groupId,
      'an unsupported custom assignor is in use. Please refer to the documentation or switch to a default assignor before re-attempting the upgrade',
    );
  return assignmentOf(
    decoded.partitions.flatMap(({ topic, partitions }) => {
      const topicId = topics.topicId(topic);
      return topicId === undefined ? [] : [{ topicId, partitions }];
    }),
  );
}

function consumerMemberOf(classic: ClassicGroup, member: GroupMember, target: Assignment): ConsumerMember {
  const metadata = member.metadataFor(classic.protocolName);
  const subscription = decodeSubscription(metadata.length > 0 ? metadata : (member.protocols[0]?.metadata ?? metadata));
  if (subscription === undefined) throw malformed(classic.groupId);
  return {
    ...newConsumerMember(member.memberId),
    instanceId: member.groupInstanceId,
    rackId: subscription.rackId === '' ? null : subscription.rackId,
    clientId: member.clientId,
    clientHost: member.clientHost,
    subscribedTopicNames: new Set(subscription.topics),
    rebalanceTimeoutMs: member.rebalanceTimeoutMs,
    classic: { sessionTimeoutMs: member.sessionTimeoutMs, supportedProtocols: [...member.protocols] },
    memberEpoch: classic.generationId,
    previousMemberEpoch: classic.generationId,
    state: memberState.stable,
    assigned: withEpoch(target, classic.generationId),
  };
}

/** A custom assignor may give a partition to several members, which the consumer protocol cannot. */
function checkOwners(groupId: string, members: readonly { readonly target: Assignment }[]): void {
  const seen = new Set<string>();
  for (const { target } of members)
    for (const [topicId, partitions] of target)
      for (const partition of partitions) {
        const key = `${topicId}/${partition}`;
        if (seen.has(key)) throw cannotUpgrade(groupId, 'a partition is assigned to more than one member');
        seen.add(key);
      }
}

function malformed(groupId: string): KafkaError {
  return cannotUpgrade(groupId, 'the embedded consumer protocol is malformed');
}

function cannotUpgrade(groupId: string, reason: string): KafkaError {
  return new KafkaError(
    ErrorCode.GROUP_ID_NOT_FOUND,
    `Cannot upgrade classic group ${groupId} to consumer group because ${reason}.`,
  );
}
