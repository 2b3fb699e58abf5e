/** What runs for each member of a next-generation group: when it ends, the member is taken out. */
import { noEffects } from '../effects.ts';
import type { GroupEnvironment } from '../group-environment.ts';
import { deadlineOf } from '../group-environment.ts';
import type { Deadline } from '../deadline.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import { memberState, type ConsumerMember } from './consumer-member.ts';
import { fenceMembers } from './fencing.ts';
import { MemberDeadlines } from './member-deadlines.ts';

/** Starts, or moves on, the time within which the member must be heard again. A classic member has asked for its own. */
export function extendConsumerSession(
  environment: GroupEnvironment,
  group: ConsumerGroup,
  { memberId, classic }: ConsumerMember,
): void {
  const deadlines = deadlinesOf(group, memberId);
  const ofGroup = environment.groupSettings(group.groupId).sessionTimeoutMs;
  deadlines.session ??= fencingDeadline(environment, group, memberId);
  deadlines.session.extend(classic?.sessionTimeoutMs ?? ofGroup ?? environment.config.consumer.sessionTimeoutMs);
}

/** Starts the time to give partitions up when the member has to, and ends it when it has. */
export function followRevocation(
  environment: GroupEnvironment,
  group: ConsumerGroup,
  { memberId, memberEpoch, state, rebalanceTimeoutMs }: ConsumerMember,
): void {
  const deadlines = deadlinesOf(group, memberId);
  deadlines.rebalance?.cancel();
  deadlines.rebalance = undefined;
  if (state !== memberState.unrevokedPartitions) return;
  deadlines.rebalance = fencingDeadline(environment, group, memberId, memberEpoch);
  deadlines.rebalance.extend(rebalanceTimeoutMs);
}

/** A member of the classic protocol was told to join again. */
export function awaitClassicJoin(
  environment: GroupEnvironment,
  group: ConsumerGroup,
  { memberId, rebalanceTimeoutMs }: ConsumerMember,
): void {
  const deadlines = deadlinesOf(group, memberId);
  if (deadlines.join !== undefined) return;
  deadlines.join = fencingDeadline(environment, group, memberId);
  deadlines.join.extend(rebalanceTimeoutMs);
}

/** It has joined, and is to ask for its assignment. */
export function awaitClassicSync(
  environment: GroupEnvironment,
  group: ConsumerGroup,
  { memberId, rebalanceTimeoutMs }: ConsumerMember,
): void {
  const deadlines = deadlinesOf(group, memberId);
  deadlines.join?.cancel();
  deadlines.join = undefined;
  deadlines.sync ??= fencingDeadline(environment, group, memberId);
  deadlines.sync.extend(rebalanceTimeoutMs);
}

export function endClassicSync(group: ConsumerGroup, { memberId }: ConsumerMember): void {
  const deadlines = deadlinesOf(group, memberId);
  deadlines.sync?.cancel();
  deadlines.sync = undefined;
}

/** What the members of a group that was found in the log have from now on. */
export function startTimers(environment: GroupEnvironment, group: ConsumerGroup): void {
  for (const member of group.members.values()) {
    extendConsumerSession(environment, group, member);
    followRevocation(environment, group, member);
  }
}

function deadlinesOf(group: ConsumerGroup, memberId: string): MemberDeadlines {
  const deadlines = group.deadlines.get(memberId) ?? new MemberDeadlines();
  group.deadlines.set(memberId, deadlines);
  return deadlines;
}

/** @param epoch when given, the member is left alone once it has another. */
function fencingDeadline(
  environment: GroupEnvironment,
  group: ConsumerGroup,
  memberId: string,
  epoch?: number,
): Deadline {
  return deadlineOf(environment, group, () => {
    const member = group.members.get(memberId);
    const isDue = member !== undefined && (epoch === undefined || member.memberEpoch === epoch);
    return isDue ? fenceMembers(environment, group, [member]) : noEffects;
  });
}
