/**
 * What a node keeps in its folder `DIR/node-N`:
 *
 *     server.properties   its configuration
 *     data/               its logs
 *     kafka.log           what it says
 *     pid                 its process id and when that process began; absent while it does not run
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** A process id with the time at which the process began, in clock ticks since boot: process ids are used again. */
export interface ProcessMark {
  readonly pid: number;
  readonly began: string;
}

export interface NodeAddress {
  readonly nodeId: number;
  readonly port: number;
  readonly controllerPort: number;
}

export const HOST = '127.0.0.1';

export class NodeFiles {
  readonly folder: string;

  constructor(clusterFolder: string, nodeId: number) {
    this.folder = path.join(clusterFolder, `node-${nodeId}`);
  }

  get properties(): string {
    return path.join(this.folder, 'server.properties');
  }

  get data(): string {
    return path.join(this.folder, 'data');
  }

  get log(): string {
    return path.join(this.folder, 'kafka.log');
  }

  /** The process id, while that process lives. */
  get pid(): number | undefined {
    try {
      const [pid, began] = readFileSync(this.#pidFile, 'utf8').trim().split(' ');
      return processBegan(Number(pid)) === began ? Number(pid) : undefined;
    } catch {
      return undefined;
    }
  }

  writePid(pid: number): void {
    writeFileSync(this.#pidFile, `${pid} ${processBegan(pid) ?? ''}\n`);
  }

  removePid(): void {
    rmSync(this.#pidFile, { force: true });
  }

  /** The last line of the log that tells of trouble. */
  complaint(): string {
    const lines = readFileSync(this.log, 'utf8').trim().split('\n');
    return lines.findLast((line) => /ERROR|FATAL|Exception/.test(line)) ?? lines.at(-1) ?? 'it said nothing';
  }

  get #pidFile(): string {
    return path.join(this.folder, 'pid');
  }
}

/** When a process began, in a form of the system's; undefined when there is none, or when it only waits for its parent. */
function processBegan(pid: number): string | undefined {
  try {
    process.kill(pid, 0);
  } catch {
    return undefined;
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return '';
  }
}

/** `server.properties` of a node that is controller and broker in one, for a cluster of these nodes. */
export function serverProperties(
  node: NodeAddress,
  nodes: readonly NodeAddress[],
  data: string,
  config: Readonly<Record<string, string>>,
): string {
  const replicas = String(nodes.length);
  const inSync = String(Math.min(2, nodes.length));
  const properties: Record<string, string> = {
    'process.roles': 'broker,controller',
    'node.id': String(node.nodeId),
    'controller.quorum.voters': nodes.map((each) => `${each.nodeId}@${HOST}:${each.controllerPort}`).join(','),
    listeners: `PLAINTEXT://${HOST}:${node.port},CONTROLLER://${HOST}:${node.controllerPort}`,
    'advertised.listeners': `PLAINTEXT://${HOST}:${node.port}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'log.dirs': data,
    'default.replication.factor': replicas,
    'min.insync.replicas': inSync,
    'offsets.topic.replication.factor': replicas,
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': inSync,
    'share.coordinator.state.topic.replication.factor': replicas,
    'share.coordinator.state.topic.min.isr': inSync,
    'group.initial.rebalance.delay.ms': '0',
    // Changes of metadata are not kept back to be written together.
    'controller.quorum.append.linger.ms': '0',
    ...config,
  };
  return Object.entries(properties)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}
