/** The service under load: broker and movieflix-resume as processes of their own, and what is asked of it. */
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { addressOf, brokerArguments, startServer, withFolder, type ServerProcess } from '../load/child.ts';

const program = resolve(import.meta.dirname, '../../../../apps/movieflix-resume/dist/main.js');
const pollMs = 50;

export interface Kafka {
  readonly bootstrapServers: string;
  readonly registryUrl: string;
}

/** A position as the API takes it. */
export interface Report {
  readonly userId: string;
  readonly showId: string;
  readonly positionSeconds: number;
  readonly durationSeconds: number;
  readonly deviceId: string;
  readonly occurredAt: string;
}

export class ResumeService {
  private constructor(
    private readonly server: ServerProcess,
    readonly url: string,
  ) {}

  /** Starts it and waits until it has its positions. */
  static async start({ bootstrapServers, registryUrl }: Kafka): Promise<ResumeService> {
    const environment = {
      PORT: '0',
      LOG_LEVEL: 'error',
      KAFKA_BOOTSTRAP_SERVERS: bootstrapServers,
      SCHEMA_REGISTRY_URL: registryUrl,
    };
    const server = await startServer([program], undefined, environment);
    const service = new ResumeService(server, /=(http\S+)/.exec(server.readyLine)![1]!);
    while (!(await fetch(`${service.url}/health/ready`)).ok) await delay(pollMs);
    return service;
  }

  get pid(): number {
    return this.server.pid;
  }

  stop(): Promise<void> {
    return this.server.stop();
  }

  /** Answers how many were taken as the newest. */
  async report(positions: readonly Report[]): Promise<number> {
    const response = await this.send('POST', '/positions', { positions });
    const { results } = (await response.json()) as { readonly results: readonly { readonly status: string }[] };
    return results.filter(({ status }) => status === 'moved').length;
  }

  /** From sending a position until it is read by the same client: milliseconds. */
  async untilReadable({ userId, showId, ...position }: Report): Promise<number> {
    const path = `/users/${userId}/shows/${showId}/position`;
    const startedMs = performance.now();
    await (await this.send('PUT', path, position)).arrayBuffer();
    for (;;) {
      const read = (await (await this.send('GET', path)).json()) as Partial<Report>;
      if (read.occurredAt === position.occurredAt) return performance.now() - startedMs;
    }
  }

  /** The value of a metric without labels. */
  async metric(name: string): Promise<number> {
    const text = await (await this.send('GET', '/metrics')).text();
    return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN);
  }

  private async send(method: string, path: string, body?: unknown): Promise<Response> {
    const content = body === undefined ? {} : { body: JSON.stringify(body) };
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${this.url}${path}`, {
      method,
      ...(body === undefined ? {} : { headers }),
      ...content,
    });
    if (!response.ok)
      throw new Error(`${method} ${path} was answered with ${response.status}: ${await response.text()}`);
    return response;
  }
}

/** A broker that syncs to disk; everything is taken down afterwards, whatever happens. */
export async function withKafka<T>(work: (kafka: Kafka) => Promise<T>): Promise<T> {
  return withFolder(async (folder) => {
    const server = await startServer(brokerArguments(join(folder, 'broker'), 'fsync'));
    try {
      const { host, port } = addressOf(server);
      const registryUrl = /\bregistry=(\S+)/.exec(server.readyLine)![1]!;
      return await work({ bootstrapServers: `${host}:${port}`, registryUrl });
    } finally {
      await server.stop();
    }
  });
}
