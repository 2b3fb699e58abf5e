import type { Address } from './client.ts';
import { addressOf, brokerArguments, type ServerProcess, startServer } from './child.ts';

/** Whether records are synced to the disk before they are acknowledged. */
export type Flush = 'os' | 'fsync';

/** How rows call it. */
export const flushLabels = { os: 'no fsync', fsync: 'fsync' } as const;

/** A broker that runs as a process of its own. */
export interface Server {
  readonly address: Address;
  readonly pid: number;
  /** From the start of its process until it could be asked. */
  readonly startedMs: number;
  /** Where a profiler can be reached, when the broker was started for one. */
  readonly inspectorUrl?: string;
  stop(): Promise<void>;
  /** Ends it as a crash does. */
  kill(): Promise<void>;
}

export interface BrokerSettings {
  readonly flush: Flush;
  /** Broker configuration by Kafka's names. */
  readonly config?: Readonly<Record<string, string>>;
  /** Whether a profiler is to reach it. */
  readonly inspected?: boolean;
}

/** Starts the bundled broker on a folder, with free ports. */
export async function startBroker(
  dataDir: string,
  { flush, config = {}, inspected = false }: BrokerSettings,
): Promise<Server> {
  const settings = Object.entries(config).map(([name, value]) => `${name}=${value}`);
  const args = brokerArguments(dataDir, flush, settings);
  if (!inspected) return serverOf(await startServer(args));
  const url = Promise.withResolvers<string>();
  const server = await startServer(['--inspect=127.0.0.1:0', ...args], (line) => {
    const match = /^Debugger listening on (ws:\S+)/.exec(line);
    if (match) url.resolve(match[1]!);
  });
  return { ...serverOf(server), inspectorUrl: await url.promise };
}

function serverOf(server: ServerProcess): Server {
  const { pid, startedMs } = server;
  return { address: addressOf(server), pid, startedMs, stop: () => server.stop(), kill: () => server.kill() };
}
