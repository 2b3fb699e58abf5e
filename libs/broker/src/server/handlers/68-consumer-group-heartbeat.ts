import { consumerGroupHeartbeatApi } from '../../protocol/index.ts';
import { groupContext } from './group-context.ts';
import { defineHandler } from './handler.ts';

/** ConsumerGroupHeartbeat (key 68, KIP-848): members of next-generation groups join, live, own and leave. */
export const consumerGroupHeartbeatHandler = defineHandler(consumerGroupHeartbeatApi, async (request, context) => {
  const groups = await context.broker.groups.get();
  return groups.consumerGroupHeartbeat(request, groupContext(context));
});
