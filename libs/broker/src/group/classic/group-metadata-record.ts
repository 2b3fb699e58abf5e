import type { GroupRecord } from '../group-record.ts';
import type { ClassicGroup } from './classic-group.ts';
import type { GroupMember } from './group-member.ts';

/** The record of the group's present generation, its members having the assignments that `assignmentOf` gives. */
export function groupMetadataRecord(
  group: ClassicGroup,
  nowMs: number,
  members: Iterable<GroupMember>,
  assignmentOf: (member: GroupMember) => Buffer,
  leaderId = group.leaderId,
): GroupRecord {
  return {
    kind: 'group',
    groupId: group.groupId,
    value: {
      protocolType: group.protocolType ?? '',
      generation: group.generationId,
      protocol: group.protocolName ?? null,
      leader: leaderId ?? null,
      currentStateTimestamp: nowMs,
      members: Array.from(members, (member) => ({
        memberId: member.memberId,
        groupInstanceId: member.groupInstanceId,
        clientId: member.clientId,
        clientHost: member.clientHost,
        rebalanceTimeout: member.rebalanceTimeoutMs,
        sessionTimeout: member.sessionTimeoutMs,
        subscription: member.metadataFor(group.protocolName),
        assignment: assignmentOf(member),
      })),
    },
  };
}

/** The record of a group whose last member is gone: a generation of nobody. */
export function emptyGroupRecord(group: ClassicGroup, generation: number, nowMs: number): GroupRecord {
  return {
    kind: 'group',
    groupId: group.groupId,
    value: {
      protocolType: group.protocolType ?? '',
      generation,
      protocol: null,
      leader: null,
      currentStateTimestamp: nowMs,
      members: [],
    },
  };
}
