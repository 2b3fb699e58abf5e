import { leaveGroupApi } from '../../protocol/index.ts';
import { groupContext } from './group-context.ts';
import { defineHandler } from './handler.ts';

/** LeaveGroup (key 13): v3 lets many members leave at once (KIP-345), v5 gives a reason (KIP-800). */
export const leaveGroupHandler = defineHandler(leaveGroupApi, async (request, context) => {
  const groups = await context.broker.groups.get();
  return groups.leaveGroup(request, groupContext(context));
});
