import { ErrorCode } from '../../protocol/index.ts';
import type { GroupEnvironment } from '../group-environment.ts';
import type { ConsumerGroupDescribeResponse } from '../messages.ts';
import type { TopicDirectory } from '../topic-directory.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import type { ConsumerMember } from './consumer-member.ts';
import { partitionRows, unionOf, type Assignment, type PartitionEpochs } from './partition-sets.ts';
import { assignorOf } from './target-assignment.ts';

export type DescribedConsumerGroup = ConsumerGroupDescribeResponse['groups'][number];
type DescribedMember = DescribedConsumerGroup['members'][number];

/** What `memberType` says. */
const memberType = { classic: 0, consumer: 1 } as const;

/** A group as ConsumerGroupDescribe shows it. */
export function describeConsumerGroup(environment: GroupEnvironment, group: ConsumerGroup): DescribedConsumerGroup {
  return {
    errorCode: ErrorCode.NONE,
    groupId: group.groupId,
    groupState: group.state,
    groupEpoch: group.groupEpoch,
    assignmentEpoch: group.assignmentEpoch,
    assignorName: assignorOf(environment, group),
    members: Array.from(group.members.values(), (member) =>
      describeMember(member, group.target(member.memberId), environment.topics),
    ),
  };
}

export function refuseConsumerGroupDescription(
  groupId: string,
  errorCode: ErrorCode,
  errorMessage: string | null,
): DescribedConsumerGroup {
  const nothing = { groupState: '', groupEpoch: 0, assignmentEpoch: 0, assignorName: '', members: [] };
  return { errorCode, errorMessage, groupId, ...nothing };
}

function describeMember(member: ConsumerMember, target: Assignment, topics: TopicDirectory): DescribedMember {
  return {
    memberId: member.memberId,
    instanceId: member.instanceId,
    rackId: member.rackId,
    memberEpoch: member.memberEpoch,
    clientId: member.clientId,
    clientHost: member.clientHost,
    subscribedTopicNames: [...member.subscribedTopicNames].sort(),
    subscribedTopicRegex: member.subscribedTopicRegex,
    assignment: describeAssignment(unionOf(member.assigned, member.pendingRevocation), topics),
    targetAssignment: describeAssignment(target, topics),
    memberType: member.classic === null ? memberType.consumer : memberType.classic,
  };
}

/** Topics that are not there any more are left out. */
function describeAssignment(
  partitions: Assignment | PartitionEpochs,
  topics: TopicDirectory,
): DescribedMember['assignment'] {
  return {
    topicPartitions: partitionRows(partitions).flatMap((row) => {
      const topicName = topics.topicName(row.topicId);
      return topicName === undefined ? [] : [{ ...row, topicName }];
    }),
  };
}
