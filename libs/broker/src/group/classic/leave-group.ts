/**
 * LeaveGroup: members go at once, without waiting for their sessions to run out. Version 3 takes several, and lets an operator remove a
 * static member by its instance id (KIP-345).
 */
import { ErrorCode, KafkaError } from '../../protocol/index.ts';
import type { Outcome } from '../../state-machine/index.ts';
import { noEffects } from '../effects.ts';
import type { GroupRecord } from '../group-record.ts';
import type { LeaveGroupRequest, LeaveGroupResponse } from '../messages.ts';
import type { ClassicGroup } from './classic-group.ts';
import type { GroupEnvironment } from '../group-environment.ts';
import { afterRemoval } from './member-session.ts';

type Leaving = Pick<LeaveGroupRequest['members'][number], 'memberId' | 'groupInstanceId'>;

export function leaveGroup(
  environment: GroupEnvironment,
  group: ClassicGroup,
  leaving: readonly Leaving[],
): Outcome<GroupRecord, LeaveGroupResponse> {
  const members = leaving.map(({ memberId, groupInstanceId }) => ({
    memberId,
    groupInstanceId,
    errorCode: takeOut(group, { memberId, groupInstanceId }),
  }));
  const hasLeft = members.some(({ errorCode }) => errorCode === ErrorCode.NONE);
  const effects = hasLeft ? afterRemoval(environment, group) : noEffects;
  return { ...effects, reply: { errorCode: ErrorCode.NONE, members } };
}

function takeOut(group: ClassicGroup, { memberId, groupInstanceId }: Leaving): ErrorCode {
  if (memberId === '') {
    const holder = groupInstanceId === null ? undefined : group.staticMembers.get(groupInstanceId);
    if (holder === undefined) return ErrorCode.UNKNOWN_MEMBER_ID;
    group.remove(group.members.get(holder)!);
    return ErrorCode.NONE;
  }
  if (group.forgetPendingJoin(memberId)) return ErrorCode.NONE;
  try {
    group.remove(group.memberFor(memberId, groupInstanceId));
    return ErrorCode.NONE;
  } catch (error) {
    if (error instanceof KafkaError) return error.code;
    throw error;
  }
}
