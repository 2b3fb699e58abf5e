import path from 'node:path';
import { parseBrokerConfig, type BrokerConfig } from '../metadata/index.ts';
import { openLogStorage, systemClock, type CleanerSettings, type LogStorage } from '../storage/index.ts';
import type { BrokerOptions } from './broker-options.ts';
import { isDiskFull, startError } from './broker-start-error.ts';
import type { BrokerStatus } from './broker-status.ts';
import { Dispatcher } from './dispatcher.ts';
import { advertisedEndpoint } from './endpoint.ts';
import { FetchSessionCache } from './fetch/fetch-session-cache.ts';
import { handlers } from './handlers/index.ts';
import { localClient, type LocalClient } from './local-client.ts';
import { AnswerMemory, Listener } from './network/index.ts';
import type { BrokerServices } from './request-context.ts';
import { loadRooms, type Rooms } from './rooms.ts';
import { withoutRepetition } from './repeated-lines.ts';
import { servedApisOf } from './served-apis.ts';
import { TransactionalAppends } from './transactional-appends.ts';

const DEFAULT_HOST = '127.0.0.1';
const DEFAULT_PORT = 9092;
/** How long a stop waits for answers that are under way. */
const STOP_GRACE_MS = 5_000;
const REQUEST_MEMORY_BYTES = 256 * 1024 * 1024;
/** Small beside what a process takes anyway, and much more than readers that keep up have under way. */
const ANSWER_MEMORY_BYTES = 64 * 1024 * 1024;
/** Longer than a pause that a client may make. */
const MAX_STUCK_MS = 30_000;
const CONNECTION_IN_FLIGHT_BYTES = 16 * 1024 * 1024;
const CONNECTION_IN_FLIGHT_REQUESTS = 256;
const CONNECTION_UNREAD_ANSWER_BYTES = 1024 * 1024;
const FRAME_GRACE_MS = 10_000;
/** `min.incremental.fetch.session.eviction.ms`. */
const SESSION_EVICTION_MS = 120_000;

interface Network {
  readonly listener: Listener;
  readonly dispatcher: Dispatcher;
  readonly answers: AnswerMemory;
}

/** A Kafka broker of one node, serving on one address from one data folder. */
export class Broker {
  /** As it was given. */
  readonly host: string;
  readonly port: number;
  readonly clusterId: string;
  readonly local: LocalClient;
  readonly #network: Network;
  readonly #rooms: Rooms;
  readonly #stop: AbortController;
  #closing: Promise<void> | undefined;

  private constructor(host: string, network: Network, rooms: Rooms, stop: AbortController) {
    this.host = host;
    this.port = network.listener.port;
    this.clusterId = rooms.metadata.clusterId;
    this.local = localClient({ metadata: rooms.metadata, storage: rooms.storage, clock: systemClock });
    this.#network = network;
    this.#rooms = rooms;
    this.#stop = stop;
  }

  /** Recovers the data, then listens. @throws BrokerStartError with one clear line. */
  static async start(options: BrokerOptions): Promise<Broker> {
    const log = withoutRepetition(options.log ?? (() => undefined), systemClock);
    const host = options.host ?? DEFAULT_HOST;
    const port = options.port ?? DEFAULT_PORT;
    const properties = options.config ?? {};
    let storage: LogStorage | undefined;
    let rooms: Rooms | undefined;
    try {
      const config = parseBrokerConfig(properties);
      const cleaner = () => (rooms?.metadata.brokerConfig ?? config).cleaner;
      storage = await openStorage(options, config, cleaner, log);
      rooms = await loadRooms({ storage, properties: { ...properties, ...places(options, host, port) }, log });
      const stop = new AbortController();
      const network = await listen(host, port, rooms, stop.signal, log);
      rooms.groups.resume();
      rooms.transactions.resume();
      return new Broker(host, network, rooms, stop);
    } catch (error) {
      // What the start failed of is told, not that closing failed of it too.
      await (rooms?.close() ?? storage?.close())?.catch(() => undefined);
      throw startError(error, { host, port, dataDir: options.dataDir });
    }
  }

  /** Looks at all logs at each call. */
  status(): BrokerStatus {
    const { listener, dispatcher, answers } = this.#network;
    const { storage } = this.#rooms;
    const logs = storage.all();
    return {
      apis: dispatcher.status(),
      connections: listener.connectionCount,
      requestBytes: listener.requestBytes,
      answerBytes: answers.usedBytes,
      partitions: logs.length,
      logBytes: logs.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      pendingBytes: storage.pendingBytes,
      cleaner: storage.cleanerStatus(),
    };
  }

  /** Stops taking requests, answers those under way, closes the logs cleanly. May be called again. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    // Ends the waits for other clients; what was begun else is served by rooms that are open until it is answered.
    this.#stop.abort();
    await this.#network.listener.close(STOP_GRACE_MS);
    try {
      await this.#rooms.close();
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      const { directory } = this.#rooms.storage;
      throw new Error(
        `The disk of ${directory} is full: the broker ended without its checkpoints, and checks its logs at the next start.`,
        { cause: error },
      );
    }
  }
}

/** Where the broker listens and writes, as its configuration shows it. */
function places({ dataDir }: BrokerOptions, host: string, port: number): Record<string, string> {
  return {
    listeners: `PLAINTEXT://${host.includes(':') ? `[${host}]` : host}:${port}`,
    'log.dirs': path.resolve(dataDir),
  };
}

function openStorage(
  options: BrokerOptions,
  config: BrokerConfig,
  cleaner: () => CleanerSettings,
  log: (line: string) => void,
): Promise<LogStorage> {
  return openLogStorage({
    directory: options.dataDir,
    ...(options.fileSystem && { fileSystem: options.fileSystem }),
    flush: options.flush ?? 'fsync',
    nodeId: config.nodeId,
    retentionCheckIntervalMs: config.logRetentionCheckIntervalMs,
    checkpointIntervalMs: config.logFlushOffsetCheckpointIntervalMs,
    producerIdExpirationMs: config.producerIdExpirationMs,
    cleaner,
    onEvent: ({ level, message }) => {
      if (level !== 'info') log(message);
    },
  });
}

async function listen(
  host: string,
  port: number,
  { metadata, storage, groups, transactions }: Rooms,
  stopping: AbortSignal,
  log: (line: string) => void,
): Promise<Network> {
  const config = metadata.brokerConfig;
  const advertised = { nodeId: metadata.nodeId, host, port, listener: config.advertisedListener };
  const answers = new AnswerMemory(ANSWER_MEMORY_BYTES);
  const services: BrokerServices = {
    metadata,
    storage,
    groups,
    transactions,
    transactionalAppends: new TransactionalAppends(transactions),
    fetchSessions: new FetchSessionCache({
      slots: config.maxIncrementalFetchSessionCacheSlots,
      evictionMs: SESSION_EVICTION_MS,
      nowMs: () => systemClock.now(),
    }),
    clock: systemClock,
    servedApis: servedApisOf(handlers),
    stopping,
    endpointFor: ({ localAddress }) => advertisedEndpoint({ ...advertised, port: listener.port }, localAddress),
    answers,
    log,
  };
  const dispatcher = new Dispatcher(services, handlers);
  const listener = await Listener.start({
    host,
    port,
    handler: dispatcher,
    limits: {
      maxFrameBytes: config.socketRequestMaxBytes,
      inFlightBytes: CONNECTION_IN_FLIGHT_BYTES,
      inFlightRequests: CONNECTION_IN_FLIGHT_REQUESTS,
      unreadAnswerBytes: CONNECTION_UNREAD_ANSWER_BYTES,
      frameGraceMs: FRAME_GRACE_MS,
    },
    requestMemoryBytes: config.queuedMaxRequestBytes > 0 ? config.queuedMaxRequestBytes : REQUEST_MEMORY_BYTES,
    answers,
    maxStuckMs: MAX_STUCK_MS,
    maxIdleMs: config.connectionsMaxIdleMs,
    maxConnections: config.maxConnections,
    maxConnectionsPerIp: config.maxConnectionsPerIp,
    clock: systemClock,
    log,
  });
  return { listener, dispatcher, answers };
}
