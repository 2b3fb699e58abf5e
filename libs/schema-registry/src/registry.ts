/** Puts the registry together: state from the log, commands on it, HTTP before it. */
import { HttpServer } from './http/http-server.ts';
import { compatibilityRoutes } from './http/routes/compatibility-routes.ts';
import { schemaRoutes } from './http/routes/schema-routes.ts';
import { settingsRoutes } from './http/routes/settings-routes.ts';
import { subjectRoutes } from './http/routes/subject-routes.ts';
import { Router } from './http/router.ts';
import type { SchemaLog } from './store/schema-log.ts';
import { RegistrySettings } from './subjects/registry-settings.ts';
import { RegistryStore } from './subjects/registry-store.ts';
import { SchemaRegistry } from './subjects/schema-registry.ts';

const DEFAULT_STORE_TIMEOUT_MS = 10_000;

export interface RegistryOptions {
  /** Address to listen on; default `127.0.0.1`. */
  readonly host?: string;
  /** TCP port, 0 to 65535; 0 (the default) takes a free one. */
  readonly port?: number;
  /** Where schemas are kept. The registry does not close it, and is its only writer. */
  readonly log: SchemaLog;
  /** How long a written record may take to come back from the log, in milliseconds; default 10,000. */
  readonly storeTimeoutMs?: number;
  /** Told of unreadable records and of failures of the store, one line each; default `process.emitWarning`. */
  readonly onWarning?: (message: string) => void;
}

export interface Registry {
  /** `http://HOST:PORT`, without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** Stops taking requests, lets those under way finish, and stops following the log. */
  close(): Promise<void>;
}

/**
 * Replays the log and serves Confluent's REST API on it. Resolves when requests are answered.
 * @throws Error with code `EADDRINUSE` when the port is taken, and the log's own error when it cannot be read.
 */
export async function startRegistry(options: RegistryOptions): Promise<Registry> {
  const { host = '127.0.0.1', port = 0, log, storeTimeoutMs: timeoutMs = DEFAULT_STORE_TIMEOUT_MS } = options;
  const onWarning = options.onWarning ?? ((message: string) => process.emitWarning(message, 'SchemaRegistry'));
  const store = await RegistryStore.open({ log, timeoutMs, onWarning });
  try {
    const server = await HttpServer.listen({ host, port, router: createRouter(store), onWarning });
    return {
      url: `http://${host.includes(':') ? `[${host}]` : host}:${String(server.port)}`,
      port: server.port,
      close: async () => {
        await server.close();
        await store.close();
      },
    };
  } catch (error) {
    await store.close();
    throw error;
  }
}

function createRouter(store: RegistryStore): Router {
  const registry = new SchemaRegistry(store);
  return new Router([
    { method: 'GET', path: '/', handle: () => ({}) },
    { method: 'GET', path: '/contexts', handle: () => ['.'] },
    ...subjectRoutes(registry, store.state),
    ...schemaRoutes(registry, store.state),
    ...compatibilityRoutes(registry),
    ...settingsRoutes(new RegistrySettings(store)),
  ]);
}
