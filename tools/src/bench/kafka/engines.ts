/** The two brokers that are compared, all of them up during the bench and loaded in turns. */
import { join } from 'node:path';
import type { KafkaProgram } from '@headwater/testkit/kafka';
import { removeFolder, temporaryFolder } from '../load/child.ts';
import { produceToTopic, type TopicConfig } from '../load/measures.ts';
import { type Flush, type Server, startBroker } from '../load/servers.ts';
import { batchesInFlight } from '../load/sizes.ts';
import { startApacheKafka, untilReady } from './apache-kafka.ts';

export interface Engine {
  readonly name: 'headwater' | 'kafka';
  /** The one that runs all the time. Started and warmed up at the first call. */
  server(flush: Flush): Promise<Server>;
  /** What a topic needs so that its records are synced before they are acknowledged, or not. */
  topicConfig(flush: Flush): TopicConfig;
  /** Another one, on an empty folder. */
  start(folder: string, flush: Flush): Promise<Server>;
  /** Those that run by now. */
  running(): Promise<Server[]>;
  close(): Promise<void>;
}

/** Groups form at once, so that it is the broker's work that is timed and not its patience. */
const config = { 'group.initial.rebalance.delay.ms': '0' };
const warmUp = { warmUpMs: 0, measuredMs: 3000 };

/** Apache Kafka decides by topic, so that one process does for both. */
const flushEveryRecord: TopicConfig = { 'flush.messages': '1' };

class RunningServers {
  readonly #servers = new Map<string, Promise<Server>>();
  readonly #folders: string[] = [];
  readonly #start: (folder: string, flush: Flush) => Promise<Server>;
  readonly #isQuick: boolean;

  constructor(start: (folder: string, flush: Flush) => Promise<Server>, isQuick: boolean) {
    this.#start = start;
    this.#isQuick = isQuick;
  }

  get(key: string, flush: Flush): Promise<Server> {
    let server = this.#servers.get(key);
    if (server === undefined) this.#servers.set(key, (server = this.#startWarm(flush)));
    return server;
  }

  all(): Promise<Server[]> {
    return Promise.all(this.#servers.values());
  }

  async close(): Promise<void> {
    for (const server of this.#servers.values()) await (await server).stop();
    for (const folder of this.#folders) removeFolder(folder);
  }

  async #startWarm(flush: Flush): Promise<Server> {
    const folder = temporaryFolder();
    this.#folders.push(folder);
    const server = await this.#start(join(folder, 'data'), flush);
    await untilReady(server.address);
    const span = this.#isQuick ? { warmUpMs: 0, measuredMs: 300 } : warmUp;
    await produceToTopic(server.address, { batchBytes: 16 * 1024, connections: 1, inFlight: batchesInFlight }, span);
    await produceToTopic(server.address, { batchBytes: 0, connections: 1, inFlight: 50 }, span);
    return server;
  }
}

/** Ours; `inspected` when a profiler is to reach its processes. */
export function headwaterEngine(isQuick: boolean, inspected = false): Engine {
  const start = (folder: string, flush: Flush) => startBroker(folder, { flush, config, inspected });
  const running = new RunningServers(start, isQuick);
  return {
    name: 'headwater',
    server: (flush) => running.get(flush, flush),
    topicConfig: () => ({}),
    start,
    running: () => running.all(),
    close: () => running.close(),
  };
}

export function apacheKafkaEngine(isQuick: boolean, program: KafkaProgram): Engine {
  const start = (folder: string) => startApacheKafka(program, folder, config);
  const running = new RunningServers(start, isQuick);
  return {
    name: 'kafka',
    server: (flush) => running.get('', flush),
    topicConfig: (flush) => (flush === 'fsync' ? flushEveryRecord : {}),
    start,
    running: () => running.all(),
    close: () => running.close(),
  };
}

/** Something made once on each engine that asks for it, for all the rounds of a contest. */
export function oncePerEngine<T>(make: (engine: Engine) => Promise<T>): (engine: Engine) => Promise<T> {
  const made = new Map<Engine, Promise<T>>();
  return (engine) => {
    let result = made.get(engine);
    if (result === undefined) made.set(engine, (result = make(engine)));
    return result;
  };
}
