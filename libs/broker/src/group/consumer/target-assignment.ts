import type { GroupEnvironment } from '../group-environment.ts';
import { assignors } from './assignors/index.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import { targetEpochRecord, targetRecord } from './consumer-records.ts';
import type { GroupDraft } from './group-draft.ts';
import { noPartitions, samePartitions } from './partition-sets.ts';
import { topicIdsOfMembers } from './subscriptions.ts';

/** Makes the target assignment of the group's present epoch, unless there is one already or the last is too young (KIP-1263). */
export function updateTargetAssignment(environment: GroupEnvironment, draft: GroupDraft): void {
  const { group } = draft;
  const { groupId, groupEpoch } = group;
  if (group.assignmentEpoch >= groupEpoch || !mayAssignNow(environment, group)) return;
  const { topics, clock } = environment;
  const topicIdsOf = topicIdsOfMembers(group, topics);
  const members = [...group.members.values()]
    .sort((left, right) => (left.memberId < right.memberId ? -1 : 1))
    .map((member) => ({
      memberId: member.memberId,
      instanceId: member.instanceId,
      subscribedTopicIds: topicIdsOf(member),
      assigned: group.target(member.memberId),
    }));
  const assign = assignors.get(assignorOf(environment, group))!;
  const partitionCount = (topicId: string): number => topics.partitionCount(topics.topicName(topicId) ?? '');
  const targets = assign({ members, partitionCount });
  for (const { memberId, assigned } of members) {
    const target = targets.get(memberId) ?? noPartitions;
    if (!group.targets.has(memberId) || !samePartitions(target, assigned))
      draft.emit(targetRecord(groupId, memberId, target));
  }
  draft.emit(targetEpochRecord(groupId, groupEpoch, clock.now()));
}

/** The assignor that most members name; the broker's first when none does. */
export function assignorOf({ config }: GroupEnvironment, group: ConsumerGroup): string {
  const votes = new Map<string, number>();
  for (const { serverAssignor } of group.members.values())
    if (serverAssignor !== null && assignors.has(serverAssignor))
      votes.set(serverAssignor, (votes.get(serverAssignor) ?? 0) + 1);
  let preferred = config.consumer.assignors[0]!;
  for (const [name, count] of votes) if (count > (votes.get(preferred) ?? 0)) preferred = name;
  return preferred;
}

function mayAssignNow({ config, clock, groupSettings }: GroupEnvironment, group: ConsumerGroup): boolean {
  const intervalMs = groupSettings(group.groupId).assignmentIntervalMs ?? config.consumer.assignmentIntervalMs;
  return group.assignmentTimestampMs === 0 || clock.now() >= group.assignmentTimestampMs + intervalMs;
}
