import { offsetDeleteApi } from '../../protocol/index.ts';
import { groupContext } from './group-context.ts';
import { defineHandler } from './handler.ts';

/** OffsetDelete (key 47, KIP-496): forgets offsets of topics that the group does not read now. */
export const offsetDeleteHandler = defineHandler(offsetDeleteApi, async (request, context) => {
  const groups = await context.broker.groups.get();
  return groups.offsetDelete(request, groupContext(context));
});
