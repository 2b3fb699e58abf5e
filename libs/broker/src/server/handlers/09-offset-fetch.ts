import { offsetFetchApi } from '../../protocol/index.ts';
import { groupContext } from './group-context.ts';
import { defineHandler } from './handler.ts';

/** OffsetFetch (key 9): v2 can ask for all topics, v7 for stable offsets (KIP-447), v8 for many groups (KIP-709), v10 names topics by id. */
export const offsetFetchHandler = defineHandler(offsetFetchApi, async (request, context) => {
  const groups = await context.broker.groups.get();
  return groups.offsetFetch(request, groupContext(context));
});
