import { heartbeatApi } from '../../protocol/index.ts';
import { groupContext } from './group-context.ts';
import { defineHandler } from './handler.ts';

/** Heartbeat (key 12): v3 adds static members (KIP-345). */
export const heartbeatHandler = defineHandler(heartbeatApi, async (request, context) => {
  const groups = await context.broker.groups.get();
  return groups.heartbeat(request, groupContext(context));
});
