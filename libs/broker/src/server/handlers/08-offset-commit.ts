import { offsetCommitApi } from '../../protocol/index.ts';
import { groupContext } from './group-context.ts';
import { defineHandler } from './handler.ts';

/** OffsetCommit (key 8): v6 adds leader epochs, v7 static members (KIP-345), v10 names topics by id (KIP-848). */
export const offsetCommitHandler = defineHandler(offsetCommitApi, async (request, context) => {
  const groups = await context.broker.groups.get();
  return groups.offsetCommit(request, groupContext(context));
});
