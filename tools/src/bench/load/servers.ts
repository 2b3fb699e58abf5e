import type { Address } from './client.ts';
import { addressOf, brokerArguments, startServer } from './child.ts';

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
  stop(): Promise<void>;
  /** Ends it as a crash does. */
  kill(): Promise<void>;
}

export interface BrokerSettings {
  readonly flush: Flush;
  /** Broker configuration by Kafka's names. */
  readonly config?: Readonly<Record<string, string>>;
  /** Where it leaves a CPU profile when it is stopped. */
  readonly profileFolder?: string;
}

/** Starts the bundled broker on a folder, with free ports. */
export async function startBroker(dataDir: string, { flush, config = {}, profileFolder }: BrokerSettings): Promise<Server> {
  const settings = Object.entries(config).map(([name, value]) => `${name}=${value}`);
  const profiling = profileFolder === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', profileFolder];
  const server = await startServer([...profiling, ...brokerArguments(dataDir, flush, settings)]);
  const { pid, startedMs } = server;
  return { address: addressOf(server), pid, startedMs, stop: () => server.stop(), kill: () => server.kill() };
}
