import type { NodeEndpoint } from './request-context.ts';

const WILDCARDS: ReadonlySet<string> = new Set(['0.0.0.0', '::', '']);

/** Where the broker listens and what it says of itself. */
export interface Advertised {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
  /** `advertised.listeners`. */
  readonly listener: { readonly host: string; readonly port: number } | undefined;
}

/**
 * Where the client of a connection is told to connect to: what is configured, else the address that is listened on. A
 * broker that listens on every address names the one by which the client came, for that one works.
 */
export function advertisedEndpoint({ nodeId, host, port, listener }: Advertised, localAddress: string): NodeEndpoint {
  if (listener !== undefined) return { nodeId, ...listener };
  if (!WILDCARDS.has(host)) return { nodeId, host, port };
  return { nodeId, host: localAddress, port };
}
