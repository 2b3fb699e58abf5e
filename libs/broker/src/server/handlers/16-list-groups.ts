import { listGroupsApi } from '../../protocol/index.ts';
import { groupContext } from './group-context.ts';
import { defineHandler } from './handler.ts';

/** ListGroups (key 16): v4 filters by state (KIP-518), v5 by type (KIP-848). */
export const listGroupsHandler = defineHandler(listGroupsApi, async (request, context) => {
  const groups = await context.broker.groups.get();
  return groups.listGroups(request, groupContext(context));
});
