import { describeGroupsApi, ErrorCode } from '../../protocol/index.ts';
import { GROUP_OPERATIONS, OPERATIONS_UNKNOWN } from './authorized-operations.ts';
import { groupContext } from './group-context.ts';
import { defineHandler } from './handler.ts';

/** DescribeGroups (key 15): classic groups with their members; v6 says by an error that a group does not exist (KIP-1043). */
export const describeGroupsHandler = defineHandler(describeGroupsApi, async (request, context) => {
  const groups = await context.broker.groups.get();
  const answer = await groups.describeGroups(request, groupContext(context));
  if (!request.includeAuthorizedOperations) return answer;
  const authorizedOf = (errorCode: number): number =>
    errorCode === ErrorCode.NONE ? GROUP_OPERATIONS : OPERATIONS_UNKNOWN;
  return {
    ...answer,
    groups: answer.groups.map((group) => ({ ...group, authorizedOperations: authorizedOf(group.errorCode) })),
  };
});
