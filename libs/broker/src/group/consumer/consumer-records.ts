/** The records that a next-generation group writes, made of its state. */
import type { ConsumerGroupRecord } from '../group-record.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import { currentAssignmentValueOf, metadataValueOf, type ConsumerMember } from './consumer-member.ts';
import { partitionRows, type Assignment } from './partition-sets.ts';

export function groupRecord(groupId: string, epoch: number, metadataHash: number): ConsumerGroupRecord {
  return { kind: 'consumer-group', groupId, value: { epoch, metadataHash } };
}

export function memberRecord(groupId: string, member: ConsumerMember): ConsumerGroupRecord {
  return { kind: 'consumer-member', groupId, memberId: member.memberId, value: metadataValueOf(member) };
}

export function currentRecord(groupId: string, member: ConsumerMember): ConsumerGroupRecord {
  return { kind: 'consumer-current', groupId, memberId: member.memberId, value: currentAssignmentValueOf(member) };
}

export function targetRecord(groupId: string, memberId: string, target: Assignment): ConsumerGroupRecord {
  return { kind: 'consumer-target', groupId, memberId, value: { topicPartitions: partitionRows(target) } };
}

export function targetEpochRecord(groupId: string, epoch: number, timestampMs: number): ConsumerGroupRecord {
  const value = { assignmentEpoch: epoch, assignmentTimestamp: timestampMs };
  return { kind: 'consumer-target-epoch', groupId, value };
}

export function regexTombstone(groupId: string, regularExpression: string): ConsumerGroupRecord {
  return { kind: 'consumer-regex', groupId, regularExpression, value: null };
}

export function memberTombstones(groupId: string, memberId: string): ConsumerGroupRecord[] {
  return [
    { kind: 'consumer-current', groupId, memberId, value: null },
    { kind: 'consumer-target', groupId, memberId, value: null },
    { kind: 'consumer-member', groupId, memberId, value: null },
  ];
}

/** Those of the whole group; the one of the group itself comes last. */
export function groupTombstones(group: ConsumerGroup): ConsumerGroupRecord[] {
  const { groupId } = group;
  return [
    ...[...group.members.keys()].flatMap((memberId) => memberTombstones(groupId, memberId)),
    { kind: 'consumer-target-epoch', groupId, value: null },
    ...Array.from(group.regexes.keys(), (regex) => regexTombstone(groupId, regex)),
    { kind: 'consumer-group', groupId, value: null },
  ];
}
