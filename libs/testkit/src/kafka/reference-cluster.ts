/**
 * A cluster of Apache Kafka nodes (KRaft, controller and broker in one) in a folder of its own:
 *
 *     cluster.json   its version, id and addresses
 *     node-N/        see node-files.ts
 *
 * The processes do not depend on the one that started them; whoever knows the folder can stop, kill and start them.
 */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  openSync,
  closeSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePorts } from '../ports/index.ts';
import { type KafkaProgram } from './kafka-program.ts';
import { knownBrokers } from './known-brokers.ts';
import { HOST, NodeFiles, serverProperties, type NodeAddress } from './node-files.ts';
import { ReferenceKafkaError } from './reference-kafka-error.ts';

interface ClusterState {
  readonly version: string;
  readonly clusterId: string;
  readonly nodes: readonly NodeAddress[];
}

/** What cluster to start. */
export interface ClusterOptions {
  readonly brokers: number;
  /** Added to each node's `server.properties`, or in place of what is there. */
  readonly config?: Readonly<Record<string, string>>;
}

/** A node, whether it runs (`pid`), and whether it answers. */
export interface NodeStatus extends NodeAddress {
  readonly pid: number | undefined;
  readonly knownBrokers: number;
}

const START_DEADLINE_MS = 120_000;
const STOP_DEADLINE_MS = 30_000;
const LOOK_MS = 50;

/** An Apache Kafka of one or three nodes, as processes of this machine. */
export class ReferenceCluster {
  readonly folder: string;
  readonly version: string;
  readonly nodes: readonly NodeAddress[];

  private constructor(folder: string, state: ClusterState) {
    this.folder = folder;
    this.version = state.version;
    this.nodes = state.nodes;
  }

  /** Lays out a new cluster in a folder, in place of one that does not run any more. @throws ReferenceKafkaError */
  static async create(
    folder: string,
    program: KafkaProgram,
    { brokers, config = {} }: ClusterOptions,
  ): Promise<ReferenceCluster> {
    const earlier = ReferenceCluster.find(folder);
    const alive = earlier?.nodes.filter(({ nodeId }) => earlier.#files(nodeId).pid !== undefined) ?? [];
    if (alive.length > 0)
      throw new ReferenceKafkaError(
        'CLUSTER_STATE',
        `A Kafka runs in ${folder} already (nodes ${alive.map(({ nodeId }) => nodeId).join(', ')}): end it with \`npm run kafka -- down\`, or choose another folder with --dir.`,
      );
    earlier?.remove();
    const ports = await freePorts(brokers * 2);
    const nodes = Array.from({ length: brokers }, (_, index) => ({
      nodeId: index + 1,
      port: ports[index]!,
      controllerPort: ports[brokers + index]!,
    }));
    const state: ClusterState = { version: program.version, clusterId: randomClusterId(), nodes };
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, STATE_FILE), `${JSON.stringify(state, undefined, 2)}\n`);
    const cluster = new ReferenceCluster(folder, state);
    await Promise.all(nodes.map((node) => cluster.#format(node, program, state.clusterId, config)));
    return cluster;
  }

  /** The cluster of a folder, if there is one. */
  static find(folder: string): ReferenceCluster | undefined {
    const file = path.join(folder, STATE_FILE);
    if (!existsSync(file)) return undefined;
    return new ReferenceCluster(folder, JSON.parse(readFileSync(file, 'utf8')) as ClusterState);
  }

  /** `host:port` of each node. */
  get bootstrapServers(): string[] {
    return this.nodes.map(({ nodeId }) => this.addressOf(nodeId));
  }

  /** `host:port` of a node. */
  addressOf(nodeId: number): string {
    return `${HOST}:${this.#node(nodeId).port}`;
  }

  /** Starts nodes and resolves with their processes when each of them knows all that are to run. @throws ReferenceKafkaError */
  async start(
    program: KafkaProgram,
    nodeIds: readonly number[] = this.nodes.map(({ nodeId }) => nodeId),
  ): Promise<ChildProcess[]> {
    const starting = nodeIds.map((nodeId) => this.#node(nodeId));
    for (const { nodeId } of starting)
      if (this.#files(nodeId).pid !== undefined)
        throw new ReferenceKafkaError('CLUSTER_STATE', `Node ${nodeId} runs already.`);
    const children = starting.map((node) => this.#spawn(node, program));
    const expected = this.nodes.filter(({ nodeId }) => this.#files(nodeId).pid !== undefined).length;
    await Promise.all(starting.map((node) => this.#answers(node, expected)));
    return children;
  }

  /** Ends a node as a crash does. @throws ReferenceKafkaError when it does not run. */
  async kill(nodeId: number): Promise<void> {
    const { pid } = this.#files(this.#node(nodeId).nodeId);
    if (pid === undefined) throw new ReferenceKafkaError('CLUSTER_STATE', `Node ${nodeId} does not run.`);
    process.kill(pid, 'SIGKILL');
    await this.#gone(nodeId);
  }

  /** Stops all nodes, by force those that take too long, and removes what the cluster wrote. */
  async down(): Promise<void> {
    await this.stopNodes();
    this.remove();
  }

  /** Stops all nodes; their data and logs stay. */
  async stopNodes(): Promise<void> {
    await Promise.all(this.nodes.map(({ nodeId }) => this.#stop(nodeId)));
  }

  async status(): Promise<NodeStatus[]> {
    return await Promise.all(
      this.nodes.map(async (node) => {
        const { pid } = this.#files(node.nodeId);
        return { ...node, pid, knownBrokers: pid === undefined ? 0 : await knownBrokers(node.port) };
      }),
    );
  }

  /** Removes the cluster's files, and the folder when nothing else is in it. */
  remove(): void {
    for (const { nodeId } of this.nodes) rmSync(this.#files(nodeId).folder, { recursive: true, force: true });
    rmSync(path.join(this.folder, STATE_FILE), { force: true });
    if (readdirSync(this.folder).length === 0) rmdirSync(this.folder);
  }

  #node(nodeId: number): NodeAddress {
    const node = this.nodes.find((candidate) => candidate.nodeId === nodeId);
    if (node !== undefined) return node;
    const known = this.nodes.map((candidate) => candidate.nodeId).join(', ');
    throw new ReferenceKafkaError(
      'CLUSTER_STATE',
      `There is no node ${nodeId} in ${this.folder}: its nodes are ${known}.`,
    );
  }

  #files(nodeId: number): NodeFiles {
    return new NodeFiles(this.folder, nodeId);
  }

  async #format(
    node: NodeAddress,
    program: KafkaProgram,
    clusterId: string,
    config: Readonly<Record<string, string>>,
  ): Promise<void> {
    const files = this.#files(node.nodeId);
    mkdirSync(files.folder, { recursive: true });
    writeFileSync(files.properties, serverProperties(node, this.nodes, files.data, config));
    const command = ['kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', files.properties];
    try {
      await promisify(execFile)(program.java, [...program.javaArguments, ...command]);
    } catch (cause) {
      const output = (cause as { stderr?: string; stdout?: string }).stderr ?? '';
      const reason = output.trim().split('\n').at(-1) ?? String(cause);
      throw new ReferenceKafkaError('START_FAILED', `Node ${node.nodeId} could not be formatted: ${reason}`, { cause });
    }
  }

  #spawn(node: NodeAddress, program: KafkaProgram): ChildProcess {
    const files = this.#files(node.nodeId);
    const log = openSync(files.log, 'a');
    const child = spawn(program.java, [...program.javaArguments, 'kafka.Kafka', files.properties], {
      detached: true,
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    child.unref();
    if (child.pid !== undefined) files.writePid(child.pid);
    return child;
  }

  async #answers(node: NodeAddress, expectedBrokers: number): Promise<void> {
    const files = this.#files(node.nodeId);
    const deadlineMs = performance.now() + START_DEADLINE_MS;
    while ((await knownBrokers(node.port)) < expectedBrokers) {
      if (files.pid === undefined)
        throw new ReferenceKafkaError(
          'START_FAILED',
          `Node ${node.nodeId} ended while it started: ${files.complaint()} (log: ${files.log})`,
        );
      if (performance.now() > deadlineMs)
        throw new ReferenceKafkaError(
          'START_FAILED',
          `Node ${node.nodeId} did not answer within ${START_DEADLINE_MS / 1000} s (log: ${files.log})`,
        );
      await delay(LOOK_MS);
    }
  }

  async #stop(nodeId: number): Promise<void> {
    const { pid } = this.#files(nodeId);
    if (pid === undefined) return;
    process.kill(pid, 'SIGTERM');
    await this.#gone(nodeId);
  }

  async #gone(nodeId: number): Promise<void> {
    const files = this.#files(nodeId);
    const deadlineMs = performance.now() + STOP_DEADLINE_MS;
    for (let { pid } = files; pid !== undefined; { pid } = files) {
      if (performance.now() > deadlineMs) process.kill(pid, 'SIGKILL');
      await delay(LOOK_MS);
    }
    files.removePid();
  }
}

const STATE_FILE = 'cluster.json';

/** 16 random bytes; the first has no high bit, since the tool that takes the id would read one that begins with `-` as an option. */
function randomClusterId(): string {
  const bytes = randomBytes(16);
  bytes[0]! &= 0x7f;
  return bytes.toString('base64url');
}
