/** For specs: a console in this process, a stand-in for social-feed's HTTP API, and a producer. */
import { createServer, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { startService, type RunningService } from '@headwater/service-kit';
import kafkajs, { type Kafka } from 'kafkajs';
import { AppModule } from './app.module.ts';
import { consoleService } from './console-service.ts';
import { servePage } from './page-files.ts';

export interface ConsoleOptions {
  readonly kafka: { readonly bootstrapServers: string; readonly registryUrl: string };
  /** Addresses of services by their names; an empty one for a service that is known and not started. */
  readonly services?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly port?: number;
  /** Folder of a built page; without it the console serves none. */
  readonly pageFolder?: string;
}

export function startConsole(options: ConsoleOptions): Promise<RunningService> {
  const { pageFolder } = options;
  return startService(AppModule, {
    ...consoleService,
    environment: {
      KAFKA_BOOTSTRAP_SERVERS: options.kafka.bootstrapServers,
      SCHEMA_REGISTRY_URL: options.kafka.registryUrl,
      SERVICE_ADDRESSES: Object.entries(options.services ?? {})
        .map((entry) => entry.join('='))
        .join(' '),
      ...options.environment,
      PORT: String(options.port ?? 0),
      CLUSTER_INTERVAL_MS: '200',
      FEED_INTERVAL_MS: '200',
      LOG_LEVEL: 'silent',
    },
    prepare: (app) => (pageFolder === undefined ? undefined : servePage(app, pageFolder)),
  });
}

export interface FeedItem {
  readonly postId: string;
  readonly title: string;
  likes: number;
}

/** Answers as social-feed's contract says; the items are the test's to change. */
export class FeedStandIn {
  readonly items: FeedItem[] = [];
  /** What `GET /trending` answers. */
  trending: object = { windowStart: null, windowEnd: null, items: [] };
  readonly #streams = new Set<ServerResponse>();
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Tells everybody who follows totals. @returns how many do. */
  tellTotals(totals: { readonly postId: string; readonly likes: number; readonly comments: number }): number {
    for (const stream of this.#streams)
      stream.write(`id: ${totals.postId}@1\nevent: totals\ndata: ${JSON.stringify(totals)}\n\n`);
    return this.#streams.size;
  }

  static async start(): Promise<FeedStandIn> {
    const server = createServer();
    const standIn = new FeedStandIn(server);
    server.on('request', (request, response) => {
      const path = request.url ?? '';
      if (path.startsWith('/posts/totals/stream')) {
        standIn.#stream(response);
        return;
      }
      response.setHeader('content-type', 'application/json');
      const answers = path.startsWith('/feed') ? standIn.#page() : { status: 'ok', checks: {} };
      response.end(JSON.stringify(path.startsWith('/trending') ? standIn.trending : answers));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return standIn;
  }

  #stream(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('retry: 100\n\n');
    this.#streams.add(response);
    response.once('close', () => this.#streams.delete(response));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  #page(): unknown {
    const items = this.items.map((item) => ({
      ...item,
      userId: 'u1',
      authorName: 'Ada',
      text: '<p>What is a <b>qubit</b>?</p><script>alert(1)</script>',
      kind: 'question',
      parentPostId: null,
      sourceUrl: `https://quantumcomputing.stackexchange.com/q/${item.postId}`,
      publishedAt: '2018-03-12T17:00:45.567Z',
      comments: 0,
    }));
    return { items, nextCursor: null };
  }
}

export function kafkaOf(bootstrapServers: string): Kafka {
  return new kafkajs.Kafka({ clientId: 'spec', brokers: [bootstrapServers], logLevel: kafkajs.logLevel.NOTHING });
}

/** Creates the topic and writes `count` records to it. */
export async function writeRecords(bootstrapServers: string, topic: string, count: number): Promise<void> {
  const kafka = kafkaOf(bootstrapServers);
  const admin = kafka.admin();
  const producer = kafka.producer();
  try {
    await admin.connect();
    const existing = await admin.listTopics();
    if (!existing.includes(topic)) await admin.createTopics({ topics: [{ topic, numPartitions: 2 }] });
    await producer.connect();
    const messages = Array.from({ length: count }, (_, index) => ({ key: `key-${index}`, value: 'value' }));
    await producer.send({ topic, messages });
  } finally {
    await producer.disconnect();
    await admin.disconnect();
  }
}

/** Answers of any service, by method and path, with its query where it matters; what was asked is kept. Unknown paths are 404. */
export class ServiceStandIn {
  readonly asked: string[] = [];
  readonly answers = new Map<string, unknown>();
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<ServiceStandIn> {
    const server = createServer();
    const standIn = new ServiceStandIn(server);
    server.on('request', (request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        const path = (request.url ?? '').split('?')[0];
        standIn.asked.push(`${request.method} ${request.url} ${body}`.trimEnd());
        const answer =
          standIn.answers.get(`${request.method} ${request.url}`) ?? standIn.answers.get(`${request.method} ${path}`);
        const isProblem = typeof answer === 'object' && answer !== null && 'detail' in answer;
        response.setHeader('content-type', isProblem ? 'application/problem+json' : 'application/json');
        response.writeHead(answer === undefined ? 404 : isProblem ? 400 : 200);
        response.end(JSON.stringify(answer ?? { detail: `there is no ${path}` }));
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return standIn;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }
}
