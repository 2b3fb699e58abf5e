import { syncGroupApi } from '../../protocol/index.ts';
import { groupContext } from './group-context.ts';
import { defineHandler } from './handler.ts';

/** SyncGroup (key 14): v3 adds static members (KIP-345), v5 protocol type and name (KIP-559). Answers when the leader sent the assignment. */
export const syncGroupHandler = defineHandler(syncGroupApi, async (request, context) => {
  const groups = await context.broker.groups.get();
  return groups.syncGroup(request, groupContext(context));
});
