import { describeGroupsApi } from '../../protocol/index.ts';
import { groupContext } from './group-context.ts';
import { defineHandler } from './handler.ts';

/** DescribeGroups (key 15): classic groups with their members; v6 says by an error that a group does not exist (KIP-1043). */
export const describeGroupsHandler = defineHandler(describeGroupsApi, async (request, context) => {
  const groups = await context.broker.groups.get();
  return groups.describeGroups(request, groupContext(context));
});
