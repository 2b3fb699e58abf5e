import { deleteGroupsApi } from '../../protocol/index.ts';
import { groupContext } from './group-context.ts';
import { defineHandler } from './handler.ts';

/** DeleteGroups (key 42, KIP-229): removes groups without members, with their offsets. */
export const deleteGroupsHandler = defineHandler(deleteGroupsApi, async (request, context) => {
  const groups = await context.broker.groups.get();
  // A group that is named twice has one row.
  const groupsNames = [...new Set(request.groupsNames)];
  return groups.deleteGroups({ ...request, groupsNames }, groupContext(context));
});
