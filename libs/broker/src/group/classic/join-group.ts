/**
 * JoinGroup. Versions: 1 adds the rebalance timeout; 4 makes a new member come back with an id that it is given (KIP-394); 5 has static
 * members (KIP-345); 9 tells a static leader that rejoins a stable group to leave the assignment as it is (KIP-814).
 *
 * The answer waits until the joining phase ends, except where the group need not rebalance.
 */
import { ErrorCode, KafkaError } from '../../protocol/index.ts';
import type { Outcome } from '../../state-machine/index.ts';
import { noEffects, type Effects } from '../effects.ts';
import type { GroupRecord } from '../group-record.ts';
import type { JoinGroupRequest, JoinGroupResponse } from '../messages.ts';
import type { RequestContext } from '../request-context.ts';
import type { ClassicGroup } from './classic-group.ts';
import type { GroupEnvironment } from '../group-environment.ts';
import { GroupMember, type MemberWishes } from './group-member.ts';
import { awaitPendingJoin, extendSession } from './member-session.ts';
import { joinedResponse, maybeCompleteJoin, prepareRebalance, rebalanceOrCompleteJoin } from './rebalance.ts';
import { rejoinStableStaticMember } from './static-rejoin.ts';

export type JoinOutcome = Outcome<GroupRecord, JoinGroupResponse>;

/** A new member that does not come back for its answer (it cannot send heartbeats yet) is given up after so long. */
const newMemberJoinTimeoutMs = 5 * 60 * 1000;

/** A member id starts with the name of its client, as far as it leaves room in the protocol's strings. */
const longestNameInMemberId = 249;

export function joinGroup(
  environment: GroupEnvironment,
  group: ClassicGroup,
  request: JoinGroupRequest,
  context: RequestContext,
): JoinOutcome {
  if (!acceptsMember(group, request.memberId, environment.config.maxSize)) {
    group.forgetPendingJoin(request.memberId);
    const evicted = group.members.get(request.memberId);
    if (evicted !== undefined) group.remove(evicted);
    throw new KafkaError(
      ErrorCode.GROUP_MAX_SIZE_REACHED,
      `Group ${group.groupId} has ${environment.config.maxSize} members.`,
    );
  }
  if (!group.supports(request.protocolType, request.protocols))
    throw new KafkaError(
      ErrorCode.INCONSISTENT_GROUP_PROTOCOL,
      `No protocol of the member is supported by all members of group ${group.groupId} (${group.protocolType ?? 'no type yet'}).`,
    );
  if (request.memberId === '') return joinNewMember(environment, group, request, context);
  if (group.pendingJoins.has(request.memberId))
    return addMember(environment, group, request, context, request.memberId);
  return rejoin(environment, group, request);
}

/** A join that is answered when the phase ends. */
function waitForJoin(group: ClassicGroup, member: GroupMember, step: () => Effects): JoinOutcome {
  const reply = group.awaitJoin(member);
  return { ...step(), reply };
}

function joinNewMember(
  environment: GroupEnvironment,
  group: ClassicGroup,
  request: JoinGroupRequest,
  context: RequestContext,
): JoinOutcome {
  const { groupInstanceId } = request;
  const name = (groupInstanceId ?? context.clientId ?? '').slice(0, longestNameInMemberId);
  const memberId = `${name}-${environment.randomUuid()}`;
  if (groupInstanceId !== null) {
    const holder = group.staticMembers.get(groupInstanceId);
    if (holder === undefined) return addMember(environment, group, request, context, memberId);
    return rejoinAsStaticMember(environment, group, group.members.get(holder)!, memberId, request, context);
  }
  if (context.apiVersion < 4) return addMember(environment, group, request, context, memberId);
  awaitPendingJoin(environment, group, memberId, request.sessionTimeoutMs);
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

function addMember(
  environment: GroupEnvironment,
  group: ClassicGroup,
  request: JoinGroupRequest,
  context: RequestContext,
  memberId: string,
): JoinOutcome {
  const { groupInstanceId } = request;
  const { clientId, clientHost } = context;
  const member = new GroupMember(
    { memberId, groupInstanceId, clientId: clientId ?? '', clientHost },
    wishesOf(request),
  );
  member.isNew = true;
  if (group.members.size === 0) group.protocolType = request.protocolType;
  if (group.state === 'PreparingRebalance' && group.previousState === 'Empty') group.newMemberAdded = true;
  group.add(member);
  extendSession(environment, group, member, newMemberJoinTimeoutMs);
  return waitForJoin(group, member, () => rebalanceOrCompleteJoin(environment, group));
}

function rejoin(environment: GroupEnvironment, group: ClassicGroup, request: JoinGroupRequest): JoinOutcome {
  const member = group.memberFor(request.memberId, request.groupInstanceId);
  const isUnchanged = member.matches(request.protocols);
  const isLeader = group.leaderId === member.memberId;
  // It may not have received its answer, or has nothing new to say: it is told again. A leader that comes back wants a rebalance.
  if (isUnchanged && (group.state === 'CompletingRebalance' || (group.state === 'Stable' && !isLeader)))
    return { records: [], reply: joinedResponse(group, member) };
  group.updateWishes(member, wishesOf(request));
  return waitForJoin(group, member, () => rebalanceOrCompleteJoin(environment, group));
}

/** A static member that restarted, and so does not know its member id: it takes the place of the one before. */
function rejoinAsStaticMember(
  environment: GroupEnvironment,
  group: ClassicGroup,
  previous: GroupMember,
  memberId: string,
  request: JoinGroupRequest,
  context: RequestContext,
): JoinOutcome {
  const { groupInstanceId } = previous;
  const { clientId, clientHost } = context;
  const replacement = new GroupMember(
    { memberId, groupInstanceId, clientId: clientId ?? '', clientHost },
    wishesOf(request),
  );
  if (group.state === 'Stable') {
    const outcome = rejoinStableStaticMember(environment, group, previous, replacement, context.apiVersion);
    if (outcome !== undefined) return outcome;
  }
  const wasCompleting = group.state === 'CompletingRebalance';
  group.replace(previous, replacement);
  extendSession(environment, group, replacement);
  return waitForJoin(group, replacement, () => {
    // The leader may be assigning to the old id at this moment: the new one would get nothing.
    if (wasCompleting || group.state === 'Stable') return prepareRebalance(environment, group);
    return group.state === 'PreparingRebalance' ? maybeCompleteJoin(environment, group) : noEffects;
  });
}

function wishesOf(request: JoinGroupRequest): MemberWishes {
  const { protocols, rebalanceTimeoutMs, sessionTimeoutMs } = request;
  // Version 0 has no rebalance timeout: the session timeout stands for both.
  return {
    protocols,
    sessionTimeoutMs,
    rebalanceTimeoutMs: rebalanceTimeoutMs === -1 ? sessionTimeoutMs : rebalanceTimeoutMs,
  };
}

/** During a rebalance those who have joined count, so that a group over its size loses the members that come last. */
function acceptsMember(group: ClassicGroup, memberId: string, maxSize: number): boolean {
  const member = group.members.get(memberId);
  switch (group.state) {
    case 'Empty':
      return true;
    case 'PreparingRebalance':
      return member?.awaitingJoin !== undefined || group.joinsAwaited < maxSize;
    case 'CompletingRebalance':
    case 'Stable':
      return member !== undefined || group.members.size < maxSize;
  }
}
