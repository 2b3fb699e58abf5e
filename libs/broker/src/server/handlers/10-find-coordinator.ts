import { findCoordinatorApi } from '../../protocol/index.ts';
import { defineHandler } from './handler.ts';
import { groupContext } from './group-context.ts';

/** The type of keys that are transactional ids. */
const TRANSACTION = 1;

/** FindCoordinator (key 10): this node for every group; v4 asks for many at once (KIP-699). The first one brings the groups' or the transactions' topic. */
export const findCoordinatorHandler = defineHandler(findCoordinatorApi, async (request, context) => {
  if (request.keyType === TRANSACTION) await context.broker.transactions.get();
  const groups = await context.broker.groups.get();
  return groups.findCoordinator(request, groupContext(context), context.broker.endpointFor(context.connection));
});
