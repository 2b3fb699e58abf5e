import { handlers as allHandlers, type Handler } from './handlers/index.ts';
import type { ServedApi } from './request-context.ts';

/** What ApiVersions lists: the APIs that have a handler, with the versions of their definitions. */
export function servedApisOf(handlers: readonly Handler[]): ServedApi[] {
  return handlers.map(({ api }) => ({
    apiKey: api.key,
    minVersion: api.advertisedMinVersion,
    maxVersion: api.maxVersion,
  }));
}

/** The versions that are read and answered; fewer than ApiVersions lists where some clients must see more (see Produce). */
export function answeredVersions(): ServedApi[] {
  return allHandlers.map(({ api }) => ({ apiKey: api.key, minVersion: api.minVersion, maxVersion: api.maxVersion }));
}
