import type { RequestContext as GroupRequestContext } from '../../group/index.ts';
import type { RequestContext } from '../request-context.ts';

/** What the group room wants to know of a request. */
export function groupContext({ apiVersion, clientId, connection }: RequestContext): GroupRequestContext {
  return { apiVersion, clientId, clientHost: `/${connection.remoteAddress}` };
}
