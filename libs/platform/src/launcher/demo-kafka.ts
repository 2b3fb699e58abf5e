/**
 * The Kafka of the demo: the bundled broker with its registry, or a cluster that runs elsewhere (`--kafka`) with a registry that the
 * launcher starts beside the services and that keeps its schemas there, or with one that runs elsewhere, too.
 */
import { connect } from 'node:net';
import { join } from 'node:path';
import { DemoError } from './demo-error.ts';
import { BROKER } from './parts.ts';
import { type Ports } from './ports.ts';

/** A Kafka that the launcher does not run. */
export interface OutsideKafka {
  /** `HOST:PORT` of brokers. */
  readonly bootstrapServers: readonly string[];
  /** Of a registry that runs elsewhere. */
  readonly registryUrl?: string;
}

/** Where Kafka is, and what the launcher has to run of it. */
export interface DemoKafka {
  /** `HOST:PORT`, several with commas between. */
  readonly bootstrapServers: string;
  readonly registryUrl: string;
  /** The arguments of the broker's program; absent when nothing of it is to be run. */
  readonly part?: { readonly name: 'broker' | 'registry'; readonly title: string; readonly args: readonly string[] };
  /** What the table says of broker and registry. */
  readonly about: readonly [broker: string, registry: string];
}

const HOST = '127.0.0.1';
const ANSWER_MS = 5000;

/** The ports that are not taken when Kafka is elsewhere. */
export function portsNotNeeded(outside: OutsideKafka | undefined): string[] {
  if (outside === undefined) return [];
  return [BROKER.name, ...(outside.registryUrl === undefined ? [] : ['registry'])];
}

export function planKafka(outside: OutsideKafka | undefined, ports: Ports, dataDir: string): DemoKafka {
  const registry = ['--host', HOST, '--registry-port', String(ports.get('registry'))];
  const registryUrl = `http://${HOST}:${ports.get('registry')}`;
  if (outside === undefined) {
    const port = String(ports.get(BROKER.name));
    return {
      bootstrapServers: `${HOST}:${port}`,
      registryUrl,
      part: {
        name: 'broker',
        title: 'broker and schema registry',
        args: [...registry, '--port', port, '--data-dir', join(dataDir, 'broker')],
      },
      about: [BROKER.about, 'schemas, REST'],
    };
  }
  const bootstrapServers = outside.bootstrapServers.join(',');
  if (outside.registryUrl !== undefined)
    return { bootstrapServers, registryUrl: outside.registryUrl, about: ['runs elsewhere', 'runs elsewhere'] };
  return {
    bootstrapServers,
    registryUrl,
    part: { name: 'registry', title: 'schema registry', args: [...registry, '--kafka', bootstrapServers] },
    about: ['runs elsewhere', 'schemas, REST; kept in the topic _schemas there'],
  };
}

/** @throws DemoError that says what does not answer, before anything waits for it */
export async function assertOutsideAnswers({ bootstrapServers, registryUrl }: OutsideKafka): Promise<void> {
  const answers = await Promise.all(bootstrapServers.map(isListening));
  if (!answers.includes(true)) {
    const message = `No broker answers at ${bootstrapServers.join(',')}: start that Kafka, correct --kafka (or KAFKA_BOOTSTRAP_SERVERS), or leave it out to use the bundled broker.`;
    throw new DemoError('OUTSIDE_KAFKA', message);
  }
  if (registryUrl === undefined) return;
  const reason = await fetch(`${registryUrl}/subjects`, { signal: AbortSignal.timeout(ANSWER_MS) }).then(
    (response) => (response.ok ? undefined : `it answers ${response.status}`),
    (error: unknown) => (Error.isError(error) ? error.message : String(error)),
  );
  if (reason === undefined) return;
  const message = `No schema registry answers at ${registryUrl} (${reason}): start it, correct SCHEMA_REGISTRY_URL, or unset it to run one on that Kafka.`;
  throw new DemoError('OUTSIDE_REGISTRY', message);
}

function isListening(server: string): Promise<boolean> {
  const at = server.lastIndexOf(':');
  const socket = connect({ host: server.slice(0, at).replace(/^\[|\]$/g, ''), port: Number(server.slice(at + 1)) });
  return new Promise((resolve) => {
    const settle = (listens: boolean): void => {
      socket.destroy();
      resolve(listens);
    };
    socket.setTimeout(ANSWER_MS, () => settle(false));
    socket.once('connect', () => settle(true)).once('error', () => settle(false));
  });
}
