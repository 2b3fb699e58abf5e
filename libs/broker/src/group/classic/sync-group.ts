/**
 * SyncGroup: the leader brings the assignment, the others wait for it. The assignment is recorded before anybody gets it, so that no
 * member works on partitions of a generation that a crash could take back. Version 5 names the protocol (KIP-559).
 */
import { ErrorCode, KafkaError } from '../../protocol/index.ts';
import type { Outcome } from '../../state-machine/index.ts';
import type { GroupRecord } from '../group-record.ts';
import type { SyncGroupRequest, SyncGroupResponse } from '../messages.ts';
import type { ClassicGroup } from './classic-group.ts';
import type { GroupEnvironment } from '../group-environment.ts';
import type { GroupMember } from './group-member.ts';
import { groupMetadataRecord } from './group-metadata-record.ts';
import { extendSession } from './member-session.ts';

type SyncOutcome = Outcome<GroupRecord, SyncGroupResponse>;

export function syncGroup(environment: GroupEnvironment, group: ClassicGroup, request: SyncGroupRequest): SyncOutcome {
  const member = group.memberFor(request.memberId, request.groupInstanceId);
  checkGeneration(group, request);
  switch (group.state) {
    case 'Empty':
      throw new KafkaError(ErrorCode.UNKNOWN_MEMBER_ID, `Group ${group.groupId} has no members.`);
    case 'PreparingRebalance':
      throw new KafkaError(ErrorCode.REBALANCE_IN_PROGRESS, `Group ${group.groupId} is rebalancing.`);
    case 'Stable':
      group.pendingSyncs.delete(member.memberId);
      return { records: [], reply: assignmentResponse(group, member) };
    case 'CompletingRebalance':
      return group.leaderId === member.memberId
        ? takeAssignments(environment, group, member, request)
        : awaitAssignment(group, member);
  }
}

function checkGeneration(group: ClassicGroup, request: SyncGroupRequest): void {
  if (request.generationId !== group.generationId)
    throw new KafkaError(
      ErrorCode.ILLEGAL_GENERATION,
      `Group ${group.groupId} is at generation ${group.generationId}, not ${request.generationId}.`,
    );
  const differs = (own: string | undefined, asked: string | null): boolean =>
    own !== undefined && asked !== null && own !== asked;
  if (differs(group.protocolType, request.protocolType) || differs(group.protocolName, request.protocolName))
    throw new KafkaError(
      ErrorCode.INCONSISTENT_GROUP_PROTOCOL,
      `Group ${group.groupId} uses ${group.protocolType}/${group.protocolName}, not ${request.protocolType}/${request.protocolName}.`,
    );
}

function awaitAssignment(group: ClassicGroup, member: GroupMember): SyncOutcome {
  // A sync of the same member that still waited is a lost one.
  group.answerSync(member, { errorCode: ErrorCode.REBALANCE_IN_PROGRESS, assignment: Buffer.alloc(0) });
  group.pendingSyncs.delete(member.memberId);
  const waiting = Promise.withResolvers<SyncGroupResponse>();
  member.awaitingSync = { ...waiting, generationId: group.generationId };
  return { records: [], reply: waiting.promise };
}

function takeAssignments(
  environment: GroupEnvironment,
  group: ClassicGroup,
  leader: GroupMember,
  request: SyncGroupRequest,
): SyncOutcome {
  const assignments = new Map(request.assignments.map(({ memberId, assignment }) => [memberId, assignment]));
  const nothing = Buffer.alloc(0);
  const record = groupMetadataRecord(
    group,
    environment.clock.now(),
    group.members.values(),
    ({ memberId }) => assignments.get(memberId) ?? nothing,
  );
  const { generationId } = group;
  const reply = Promise.withResolvers<SyncGroupResponse>();
  return {
    records: [record],
    reply: reply.promise,
    onApplied: () => {
      group.pendingSyncs.delete(leader.memberId);
      extendSession(environment, group, leader);
      reply.resolve(assignmentResponse(group, leader));
    },
    onDurable: () => {
      for (const member of group.members.values()) {
        if (member.awaitingSync?.generationId !== generationId) continue;
        group.answerSync(member, assignmentResponse(group, member));
        extendSession(environment, group, member);
      }
    },
  };
}

function assignmentResponse(group: ClassicGroup, member: GroupMember): SyncGroupResponse {
  return {
    errorCode: ErrorCode.NONE,
    protocolType: group.protocolType ?? null,
    protocolName: group.protocolName ?? null,
    assignment: member.assignment,
  };
}
