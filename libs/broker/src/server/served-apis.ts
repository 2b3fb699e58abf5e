import type { Handler } from './handlers/index.ts';
import type { ServedApi } from './request-context.ts';

/** What ApiVersions lists: the APIs that have a handler, with the versions of their definitions. */
export function servedApisOf(handlers: readonly Handler[]): ServedApi[] {
  return handlers.map(({ api }) => ({
    apiKey: api.key,
    minVersion: api.advertisedMinVersion,
    maxVersion: api.maxVersion,
  }));
}
