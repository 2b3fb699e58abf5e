import { ErrorCode, syncGroupApi } from '../../protocol/index.ts';
import { groupContext } from './group-context.ts';
import { defineHandler } from './handler.ts';

/** From here on a member must say what it believes that the group uses. */
const FIRST_WITH_PROTOCOL = 5;

/** SyncGroup (key 14): v3 adds static members (KIP-345), v5 protocol type and name (KIP-559). Answers when the leader sent the assignment. */
export const syncGroupHandler = defineHandler(syncGroupApi, async (request, context) => {
  const { protocolType, protocolName } = request;
  if (context.apiVersion >= FIRST_WITH_PROTOCOL && (protocolType === null || protocolName === null))
    return { errorCode: ErrorCode.INCONSISTENT_GROUP_PROTOCOL, assignment: Buffer.alloc(0) };
  const groups = await context.broker.groups.get();
  return groups.syncGroup(request, groupContext(context));
});
