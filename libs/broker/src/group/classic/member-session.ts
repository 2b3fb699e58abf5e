/** Members that fall silent, and what their going brings about. */
import { noEffects, type Effects } from '../effects.ts';
import type { ClassicGroup } from './classic-group.ts';
import { deadlineOf, type GroupEnvironment } from '../group-environment.ts';
import type { GroupMember } from './group-member.ts';
import { maybeCompleteJoin, prepareRebalance } from './rebalance.ts';

/** Starts, or moves on, the time within which the member must be heard again. */
export function extendSession(
  environment: GroupEnvironment,
  group: ClassicGroup,
  member: GroupMember,
  durationMs = member.sessionTimeoutMs,
): void {
  member.session ??= deadlineOf(environment, group, () => expireMember(environment, group, member));
  member.session.extend(durationMs);
}

/** Waits for a member that was given its id and told to come back with it (KIP-394). */
export function awaitPendingJoin(
  environment: GroupEnvironment,
  group: ClassicGroup,
  memberId: string,
  durationMs: number,
): void {
  const deadline = deadlineOf(environment, group, () => {
    group.forgetPendingJoin(memberId);
    return maybeCompleteJoin(environment, group);
  });
  group.pendingJoins.set(memberId, deadline);
  deadline.extend(durationMs);
}

/** After members were taken out: begins a rebalance, or ends the joining phase when only they were waited for. */
export function afterRemoval(environment: GroupEnvironment, group: ClassicGroup): Effects {
  if (group.state === 'Stable' || group.state === 'CompletingRebalance') return prepareRebalance(environment, group);
  return maybeCompleteJoin(environment, group);
}

function expireMember(environment: GroupEnvironment, group: ClassicGroup, member: GroupMember): Effects {
  if (group.members.get(member.memberId) !== member) return noEffects;
  // Whoever waits for the group is not silent; the session goes on when it gets its answer.
  const isWaiting = member.awaitingJoin !== undefined || member.awaitingSync !== undefined;
  if (isWaiting && !member.isNew) return noEffects;
  group.remove(member);
  return afterRemoval(environment, group);
}
