import { ErrorCode, KafkaError } from '../../protocol/index.ts';
import type { HeartbeatRequest, HeartbeatResponse } from '../messages.ts';
import type { ClassicGroup } from './classic-group.ts';
import type { GroupEnvironment } from '../group-environment.ts';
import { extendSession } from './member-session.ts';

/** Heartbeat: the member lives. It learns here that it has to join again. */
export function heartbeat(
  environment: GroupEnvironment,
  group: ClassicGroup,
  request: HeartbeatRequest,
): HeartbeatResponse {
  const member = group.memberFor(request.memberId, request.groupInstanceId);
  if (request.generationId !== group.generationId)
    throw new KafkaError(
      ErrorCode.ILLEGAL_GENERATION,
      `Group ${group.groupId} is at generation ${group.generationId}, not ${request.generationId}.`,
    );
  extendSession(environment, group, member);
  return { errorCode: group.state === 'PreparingRebalance' ? ErrorCode.REBALANCE_IN_PROGRESS : ErrorCode.NONE };
}
