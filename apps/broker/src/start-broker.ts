import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Broker, BrokerStartError, isDiskFull } from '@headwater/broker-core';
import type { MetricsPage, Registry } from '@headwater/schema-registry';
import type { BrokerMetrics } from './broker-metrics.ts';
import { BrokerSchemaLog } from './broker-schema-log.ts';
import { registryPortError } from './registry-port-error.ts';

/** What {@link startBroker} is given. */
export interface StartBrokerOptions {
  /** Address of broker and registry; default `127.0.0.1`. */
  readonly host?: string;
  /** TCP port of the broker; 0 (the default) takes a free one. */
  readonly port?: number;
  /** TCP port of the registry; 0 (the default) takes a free one. */
  readonly registryPort?: number;
  /** Folder of the data; without it a temporary one, removed at `close()`. */
  readonly dataDir?: string;
  /** Kafka's broker configuration by its own names, for example `{ 'num.partitions': '4' }`. */
  readonly config?: Readonly<Record<string, string>>;
  /** `fsync` (the default): acknowledged records survive a power cut; `os`: the end of the process. */
  readonly flush?: 'fsync' | 'os';
  /** Told what an operator should know, one line each; default: nobody. */
  readonly log?: (line: string) => void;
}

/** A broker and its schema registry that serve. */
export interface RunningBroker extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** `HOST:PORT`, as Kafka clients take it. */
  readonly bootstrapServers: string;
  /** `http://HOST:PORT` of the schema registry. */
  readonly registryUrl: string;
  readonly dataDir: string;
  /** Ends both cleanly; removes a temporary data folder. May be called again. */
  close(): Promise<void>;
}

/** Starts broker and schema registry in this process. @throws an Error whose message is one line that says what to do. */
export async function startBroker(options: StartBrokerOptions = {}): Promise<RunningBroker> {
  const host = options.host ?? '127.0.0.1';
  const dataDir = path.resolve(options.dataDir ?? (await mkdtemp(path.join(tmpdir(), 'headwater-broker-'))));
  const cleanUp: (() => Promise<void>)[] = [];
  if (options.dataDir === undefined) cleanUp.push(() => rm(dataDir, { recursive: true, force: true }));
  try {
    const broker = await Broker.start({
      host,
      port: options.port ?? 0,
      dataDir,
      ...(options.config && { config: options.config }),
      ...(options.flush && { flush: options.flush }),
      ...(options.log && { log: options.log }),
    });
    cleanUp.push(() => broker.close());
    const registry = await startRegistryOn(broker, host, options.registryPort ?? 0);
    cleanUp.push(() => registry.close());
    return running(broker, registry, dataDir, () => inReverse(cleanUp));
  } catch (error) {
    // What the start failed of is told, not that cleaning up failed of it too.
    await inReverse(cleanUp).catch(() => undefined);
    if (!(error instanceof BrokerStartError) && isDiskFull(error))
      throw new Error(`The disk of ${dataDir} is full; free some space and start again.`, { cause: error });
    throw error;
  }
}

/** The registry is loaded when the broker serves already, so that Kafka's clients need not wait for it. */
async function startRegistryOn(broker: Broker, host: string, port: number): Promise<Registry> {
  const { startRegistry } = await import('@headwater/schema-registry');
  const log = await BrokerSchemaLog.open(broker.local);
  try {
    return await startRegistry({ host, port, log, metrics: metricsOf(broker) });
  } catch (error) {
    throw registryPortError(error, host, port);
  }
}

/** Loaded when it is asked for the first time: most brokers are asked by nobody. */
function metricsOf(broker: Broker): () => Promise<MetricsPage> {
  let metrics: Promise<BrokerMetrics> | undefined;
  return async () => {
    metrics ??= import('./broker-metrics.ts').then((module) => new module.BrokerMetrics(() => broker.status()));
    return await (await metrics).page();
  };
}

function running(broker: Broker, registry: Registry, dataDir: string, end: () => Promise<void>): RunningBroker {
  let ended: Promise<void> | undefined;
  const close = (): Promise<void> => (ended ??= end());
  return {
    host: broker.host,
    port: broker.port,
    bootstrapServers: `${broker.host.includes(':') ? `[${broker.host}]` : broker.host}:${broker.port}`,
    registryUrl: registry.url,
    dataDir,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Ends everything, last started first, also when one of them fails. */
async function inReverse(cleanUp: readonly (() => Promise<void>)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const step of [...cleanUp].reverse()) {
    try {
      await step();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}
