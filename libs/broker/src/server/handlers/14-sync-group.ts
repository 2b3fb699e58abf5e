import { ErrorCode, syncGroupApi, type ResponseInput } from '../../protocol/index.ts';
import { groupContext } from './group-context.ts';
import { defineHandler } from './handler.ts';
import { untilStop } from './until-stop.ts';

/** From here on a member must say what it believes that the group uses. */
const FIRST_WITH_PROTOCOL = 5;

/** SyncGroup (key 14): v3 adds static members (KIP-345), v5 protocol type and name (KIP-559). Answers when the leader sent the assignment. */
export const syncGroupHandler = defineHandler(syncGroupApi, async (request, context) => {
  const { protocolType, protocolName } = request;
  if (context.apiVersion >= FIRST_WITH_PROTOCOL && (protocolType === null || protocolName === null))
    return refuse(ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
  const { broker } = context;
  const groups = await broker.groups.get();
  const answer = groups.syncGroup(request, groupContext(context));
  return untilStop(answer, broker.stopping, () => refuse(ErrorCode.NOT_COORDINATOR));
});

function refuse(errorCode: ErrorCode): ResponseInput<typeof syncGroupApi> {
  return { errorCode, assignment: Buffer.alloc(0) };
}
