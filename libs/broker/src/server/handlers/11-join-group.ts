import { ErrorCode, joinGroupApi } from '../../protocol/index.ts';
import { groupContext } from './group-context.ts';
import { defineHandler } from './handler.ts';
import { untilStop } from './until-stop.ts';

/** JoinGroup (key 11): v4 asks a new member to come again with an id (KIP-394), v5 adds static members (KIP-345), v9 skips the assignment (KIP-814). Answers when the rebalance is over. */
export const joinGroupHandler = defineHandler(joinGroupApi, async (request, context) => {
  const { broker } = context;
  const groups = await broker.groups.get();
  const asked = groupContext(context);
  const answer = groups.joinGroup(request, asked);
  return untilStop(answer, broker.stopping, () => groups.refuseJoin(request, asked, ErrorCode.NOT_COORDINATOR));
});
