import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { namedPorts } from '@headwater/testkit/ports';
import { startPostgres, type RunningPostgres } from '@headwater/testkit/postgres';
import pg from 'pg';
import { BankProcess } from '../bank/index.ts';

export const socialParts = ['broker', 'postgres', 'posts', 'feed'] as const;
export type SocialPart = (typeof socialParts)[number];

type Processes = Readonly<Record<Exclude<SocialPart, 'postgres'>, BankProcess>>;

/** A server that was killed in between may leave a client without an answer. */
const longestConnectMs = 10_000;
const longestQueryMs = 60_000;

export interface SocialStageOptions {
  readonly folder: string;
}

/** Broker, PostgreSQL, social-posts and social-feed; each can be killed and comes back at its address. */
export class SocialStage implements AsyncDisposable {
  /** Parts that were killed and do not serve yet. */
  readonly away = new Set<SocialPart>();

  private constructor(
    readonly postsUrl: string,
    readonly feedUrl: string,
    readonly bootstrapServers: string,
    private readonly feedDatabaseUrl: string,
    private readonly postgres: RunningPostgres,
    private readonly processes: Processes,
  ) {}

  /** Resolves when everything serves. */
  static async start({ folder }: SocialStageOptions): Promise<SocialStage> {
    await mkdir(folder, { recursive: true });
    const ports = await namedPorts(['broker', 'registry', 'postgres', 'posts', 'feed']);
    const postgres = await startPostgres({ directory: join(folder, 'postgres'), port: ports.postgres });
    const registryUrl = `http://127.0.0.1:${ports.registry}`;
    const bootstrapServers = `127.0.0.1:${ports.broker}`;
    const databases = {
      posts: await postgres.createDatabase('social_posts'),
      feed: await postgres.createDatabase('social_feed'),
    };
    const serviceOf = (name: 'posts' | 'feed'): BankProcess =>
      new BankProcess({
        name,
        script: `apps/social-${name}/dist/main.cjs`,
        env: {
          PORT: String(ports[name]),
          DATABASE_URL: databases[name],
          KAFKA_BOOTSTRAP_SERVERS: bootstrapServers,
          SCHEMA_REGISTRY_URL: registryUrl,
        },
        ready: new RegExp(`^ready social-${name}=`),
        logFile: join(folder, `${name}.log`),
      });
    const addresses = ['--port', String(ports.broker), '--registry-port', String(ports.registry)];
    const processes = {
      broker: new BankProcess({
        name: 'broker',
        script: 'apps/broker/dist/broker.cjs',
        args: [...addresses, '--data-dir', join(folder, 'broker'), '--flush', 'fsync'],
        ready: /\bkafka=/,
        logFile: join(folder, 'broker.log'),
      }),
      posts: serviceOf('posts'),
      feed: serviceOf('feed'),
    };
    const [postsUrl, feedUrl] = [`http://127.0.0.1:${ports.posts}`, `http://127.0.0.1:${ports.feed}`];
    const stage = new SocialStage(postsUrl, feedUrl, bootstrapServers, databases.feed, postgres, processes);
    try {
      await processes.broker.start();
      await Promise.all([processes.posts.start(), processes.feed.start()]);
      return stage;
    } catch (error) {
      await stage.close();
      throw error;
    }
  }

  /** Asks the tables of the feed, where the test needs to see more at once than the service says. */
  async feedTables<Row extends pg.QueryResultRow>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    const client = new pg.Client({
      connectionString: this.feedDatabaseUrl,
      connectionTimeoutMillis: longestConnectMs,
      query_timeout: longestQueryMs,
    });
    // A server that is killed cuts the connection; the query then says so.
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query<Row>(sql, [...parameters])).rows;
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  /** A connection to the tables of the feed, for what is asked again and again. */
  async connectFeedTables(): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: this.feedDatabaseUrl });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }

  /** Ends a part as a crash does. */
  async kill(part: SocialPart): Promise<void> {
    this.away.add(part);
    await (part === 'postgres' ? this.postgres.kill() : this.processes[part].kill());
  }

  /** Starts a part that was killed. */
  async revive(part: SocialPart): Promise<void> {
    await (part === 'postgres' ? this.postgres.restart() : this.processes[part].start());
    this.away.delete(part);
  }

  async close(): Promise<void> {
    const { posts, feed, broker } = this.processes;
    await Promise.all([posts.stop(), feed.stop()]);
    await broker.stop();
    await this.postgres.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
