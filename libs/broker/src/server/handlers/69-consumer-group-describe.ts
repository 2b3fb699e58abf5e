import { consumerGroupDescribeApi, ErrorCode } from '../../protocol/index.ts';
import { GROUP_OPERATIONS } from './authorized-operations.ts';
import { groupContext } from './group-context.ts';
import { defineHandler } from './handler.ts';

/** ConsumerGroupDescribe (key 69, KIP-848): next-generation groups with their members; v1 says which protocol each speaks (KIP-1099). */
export const consumerGroupDescribeHandler = defineHandler(consumerGroupDescribeApi, async (request, context) => {
  const groups = await context.broker.groups.get();
  const answer = await groups.consumerGroupDescribe(request, groupContext(context));
  if (!request.includeAuthorizedOperations) return answer;
  return {
    ...answer,
    groups: answer.groups.map((group) =>
      group.errorCode === ErrorCode.NONE ? { ...group, authorizedOperations: GROUP_OPERATIONS } : group,
    ),
  };
});
