import type { Outcome } from '../../state-machine/index.ts';
import type { GroupRecord } from '../group-record.ts';
import type { JoinGroupResponse } from '../messages.ts';
import type { ClassicGroup } from './classic-group.ts';
import type { GroupEnvironment } from '../group-environment.ts';
import type { GroupMember } from './group-member.ts';
import { groupMetadataRecord } from './group-metadata-record.ts';
import { extendSession } from './member-session.ts';
import { joinedResponse } from './rebalance.ts';

/**
 * A static member comes back to a stable group: when the group would select the same protocol again, it takes its place and its
 * assignment without a rebalance, which is what static membership is for (KIP-345). The record is written before it is told.
 * Undefined when the protocol would change, so that a rebalance is needed.
 */
export function rejoinStableStaticMember(
  environment: GroupEnvironment,
  group: ClassicGroup,
  previous: GroupMember,
  replacement: GroupMember,
  apiVersion: number,
): Outcome<GroupRecord, JoinGroupResponse> | undefined {
  if (!wouldSelectSameProtocol(group, previous, replacement)) return undefined;
  const wasLeader = group.leaderId === previous.memberId;
  const previousLeaderId = group.leaderId ?? '';
  const leaderId = wasLeader ? replacement.memberId : group.leaderId;
  const members = Array.from(group.members.values(), (member) => (member === previous ? replacement : member));
  const assignmentOf = (member: GroupMember): Buffer =>
    member === replacement ? previous.assignment : member.assignment;
  const record = groupMetadataRecord(group, environment.clock.now(), members, assignmentOf, leaderId);
  const reply = Promise.withResolvers<JoinGroupResponse>();
  return {
    records: [record],
    reply: reply.promise,
    onApplied: () => {
      const member = group.members.get(replacement.memberId)!;
      group.updateWishes(member, replacement);
      extendSession(environment, group, member);
      const joined = joinedResponse(group, member);
      // Before version 9 a leader cannot be told to skip the assignment: it is shown the old leader, and so acts as a follower.
      if (apiVersion >= 9) reply.resolve({ ...joined, skipAssignment: wasLeader });
      else reply.resolve({ ...joined, leader: previousLeaderId, members: [] });
    },
  };
}

function wouldSelectSameProtocol(group: ClassicGroup, previous: GroupMember, replacement: GroupMember): boolean {
  const before = {
    protocols: previous.protocols,
    rebalanceTimeoutMs: previous.rebalanceTimeoutMs,
    sessionTimeoutMs: previous.sessionTimeoutMs,
  };
  group.updateWishes(previous, replacement);
  const selected = group.selectProtocol();
  group.updateWishes(previous, before);
  return selected === group.protocolName;
}
