/**
 * The two phases of a rebalance: members join (PreparingRebalance) until all are there or the time is over; then they wait for the
 * leader's assignment (CompletingRebalance).
 */
import { ErrorCode } from '../../protocol/index.ts';
import { noEffects, type Effects } from '../effects.ts';
import type { JoinGroupResponse } from '../messages.ts';
import type { ClassicGroup } from './classic-group.ts';
import { scheduleStep, type GroupEnvironment } from '../group-environment.ts';
import type { GroupMember } from './group-member.ts';
import { emptyGroupRecord } from './group-metadata-record.ts';

/** After a change of the members: begins a rebalance, or ends the joining phase when this was the last one waited for. */
export function rebalanceOrCompleteJoin(environment: GroupEnvironment, group: ClassicGroup): Effects {
  return group.state === 'PreparingRebalance'
    ? maybeCompleteJoin(environment, group)
    : prepareRebalance(environment, group);
}

/** Ends the joining phase when all members are there, unless the group's first rebalance still waits for more. */
export function maybeCompleteJoin(environment: GroupEnvironment, group: ClassicGroup): Effects {
  const isInitial = group.previousState === 'Empty' && group.members.size > 0;
  if (group.state !== 'PreparingRebalance' || isInitial || !group.hasAllMembersJoined) return noEffects;
  return completeJoin(environment, group);
}

/** Asks all members to join again. */
export function prepareRebalance(environment: GroupEnvironment, group: ClassicGroup): Effects {
  if (group.state === 'CompletingRebalance') {
    for (const member of group.members.values()) {
      member.assignment = Buffer.alloc(0);
      group.answerSync(member, { errorCode: ErrorCode.REBALANCE_IN_PROGRESS, assignment: member.assignment });
    }
  }
  stopAwaitingSyncs(group);
  const isInitial = group.state === 'Empty';
  group.transitionTo('PreparingRebalance');
  group.joinTimer?.cancel();
  if (isInitial) {
    const delayMs = environment.config.initialRebalanceDelayMs;
    waitForMoreMembers(environment, group, delayMs, Math.max(group.rebalanceTimeoutMs - delayMs, 0));
    return noEffects;
  }
  if (group.hasAllMembersJoined) return completeJoin(environment, group);
  group.joinTimer = scheduleStep(environment, group, group.rebalanceTimeoutMs, () => completeJoin(environment, group));
  return noEffects;
}

/** The first rebalance of a group waits `group.initial.rebalance.delay.ms`, and again for as long as more members come. */
function waitForMoreMembers(
  environment: GroupEnvironment,
  group: ClassicGroup,
  delayMs: number,
  remainingMs: number,
): void {
  group.newMemberAdded = false;
  group.joinTimer = scheduleStep(environment, group, delayMs, () => {
    if (!group.newMemberAdded || remainingMs === 0) return completeJoin(environment, group);
    const nextDelayMs = Math.min(environment.config.initialRebalanceDelayMs, remainingMs);
    waitForMoreMembers(environment, group, nextDelayMs, Math.max(remainingMs - delayMs, 0));
    return noEffects;
  });
}

/** Begins the next generation with the members that have joined; static members that have not are kept. */
export function completeJoin(environment: GroupEnvironment, group: ClassicGroup): Effects {
  if (group.state !== 'PreparingRebalance') return noEffects;
  group.joinTimer?.cancel();
  for (const member of [...group.members.values()])
    if (member.awaitingJoin === undefined && !member.isStatic) group.remove(member);
  if (group.members.size === 0) return becomeEmpty(environment, group);
  if (!electLeader(group)) {
    // Only static members are left, none of which has come: wait for one, or for their sessions to run out.
    group.joinTimer = scheduleStep(environment, group, group.rebalanceTimeoutMs, () =>
      completeJoin(environment, group),
    );
    return noEffects;
  }
  group.generationId++;
  group.protocolName = group.selectProtocol();
  group.transitionTo('CompletingRebalance');
  group.pendingSyncs.clear();
  for (const member of group.members.values()) {
    group.answerJoin(member, joinedResponse(group, member));
    member.isNew = false;
    member.session?.extend(member.sessionTimeoutMs);
    group.pendingSyncs.add(member.memberId);
  }
  const { generationId } = group;
  group.syncTimer = scheduleStep(environment, group, group.rebalanceTimeoutMs, () =>
    expirePendingSyncs(environment, group, generationId),
  );
  return noEffects;
}

/** What a member is told of the present generation; the leader gets the members to assign partitions to. */
export function joinedResponse(group: ClassicGroup, member: GroupMember): JoinGroupResponse {
  const isLeader = group.leaderId === member.memberId;
  return {
    errorCode: ErrorCode.NONE,
    generationId: group.generationId,
    protocolType: group.protocolType ?? null,
    protocolName: group.protocolName ?? null,
    leader: group.leaderId ?? '',
    memberId: member.memberId,
    members: isLeader ? describeToLeader(group) : [],
  };
}

function describeToLeader(group: ClassicGroup): JoinGroupResponse['members'] {
  return Array.from(group.members.values(), (member) => ({
    memberId: member.memberId,
    groupInstanceId: member.groupInstanceId,
    metadata: member.metadataFor(group.protocolName),
  }));
}

function becomeEmpty(environment: GroupEnvironment, group: ClassicGroup): Effects {
  stopAwaitingSyncs(group);
  return { records: [emptyGroupRecord(group, group.generationId + 1, environment.clock.now())] };
}

/** The leader stays when it has joined; else another member that has. False when none has. */
function electLeader(group: ClassicGroup): boolean {
  const leader = group.leaderId === undefined ? undefined : group.members.get(group.leaderId);
  if (leader?.awaitingJoin !== undefined) return true;
  for (const member of group.members.values())
    if (member.awaitingJoin !== undefined) {
      group.leaderId = member.memberId;
      return true;
    }
  return false;
}

function stopAwaitingSyncs(group: ClassicGroup): void {
  group.pendingSyncs.clear();
  group.syncTimer?.cancel();
}

/** Members that took part in the generation but never asked for their assignment are given up. */
function expirePendingSyncs(environment: GroupEnvironment, group: ClassicGroup, generationId: number): Effects {
  const isCurrent =
    group.generationId === generationId && (group.state === 'CompletingRebalance' || group.state === 'Stable');
  if (!isCurrent || group.pendingSyncs.size === 0) return noEffects;
  for (const memberId of [...group.pendingSyncs]) {
    const member = group.members.get(memberId);
    if (member !== undefined) group.remove(member);
  }
  return prepareRebalance(environment, group);
}
