/** Puts the registry together: state from the log, commands on it, HTTP before it. */
import { HttpServer, registryRouter, type MetricsPage } from './http/index.ts';
import type { SchemaLog } from './store/index.ts';
import { RegistryStore } from './subjects/index.ts';

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
  /** What `GET /metrics` answers, of the process that the registry is part of; without it there is no such path. */
  readonly metrics?: () => Promise<MetricsPage>;
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
  const { host = '127.0.0.1', port = 0, log, metrics, storeTimeoutMs: timeoutMs = DEFAULT_STORE_TIMEOUT_MS } = options;
  const onWarning = options.onWarning ?? ((message: string) => process.emitWarning(message, 'SchemaRegistry'));
  const store = await RegistryStore.open({ log, timeoutMs, onWarning });
  try {
    const server = await HttpServer.listen({ host, port, router: registryRouter(store), metrics, onWarning });
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
