/** PostgreSQL with the ledger's table, broker, registry and connect with the source over it, each a process of its own. */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { topics } from '@headwater/contracts';
import { createKafkajsClient, systemClock, type LogReader } from '@headwater/messaging';
import { startPostgres } from '@headwater/testkit/postgres';
import pg from 'pg';
import { addressOf, brokerArguments, startServer, withFolder } from '../load/child.ts';

const program = resolve(import.meta.dirname, '../../../../apps/connect/dist/main.js');
const connector = 'bench-ledger';
const accounts = 1_000;
const lookMs = 10;

const table = `CREATE TABLE transactions (
  transaction_id text NOT NULL, account_id text NOT NULL, user_id text, currency text NOT NULL, amount numeric(18, 2) NOT NULL,
  counterparty text NOT NULL, description text NOT NULL, booked_at timestamptz NOT NULL, recorded_at timestamptz NOT NULL,
  PRIMARY KEY (transaction_id, account_id))`;

const insert = `INSERT INTO transactions
  SELECT 'transaction-' || number, 'account-' || number % ${accounts}, 'user-' || number % ${accounts}, 'GBP',
    -(number % 100000 + 1) / 100.0, 'Somebody in town', 'Payment by card', now(), now()
  FROM generate_series($1::int, $2::int) number`;

export class Stage {
  private rows = 0;

  constructor(
    private readonly db: pg.Client,
    private readonly connectUrl: string,
    private readonly reader: LogReader,
  ) {}

  /** Commits so many rows in one transaction. */
  async insert(count: number): Promise<void> {
    await this.db.query(insert, [this.rows, this.rows + count - 1]);
    this.rows += count;
  }

  /** Resolves when every row that was inserted is in the topic. */
  async captured(): Promise<void> {
    while ((await this.recordsInTopic()) < this.rows) await delay(lookMs);
  }

  async create(databaseUrl: string): Promise<void> {
    const config = {
      'connector.class': 'postgres-source',
      'database.url': databaseUrl,
      'slot.name': 'bench_ledger',
      'tables.public.transactions.topic': topics.bankTransactions.name,
      'tables.public.transactions.key': 'account_id',
    };
    await this.ask('PUT', 'config', config);
    await this.reached((status) => status.includes('"RUNNING"'), 'status');
    // The slot is there: from here on nothing is left out.
    await this.reached((offsets) => offsets.includes('"stream"'), 'offsets');
  }

  async pause(): Promise<void> {
    await this.ask('PUT', 'pause');
    await this.reached((status) => status.includes(`"tasks":[{"id":0,"state":"PAUSED"`), 'status');
  }

  async resume(): Promise<void> {
    await this.ask('PUT', 'resume');
  }

  private async recordsInTopic(): Promise<number> {
    const { name, partitions } = topics.bankTransactions;
    const ranges = await this.reader.offsets(
      name,
      Array.from({ length: partitions }, (_, partition) => partition),
    );
    return [...ranges.values()].reduce((sum, { latest }) => sum + latest, 0);
  }

  private async reached(holds: (text: string) => boolean, what: string): Promise<void> {
    while (!holds(await (await fetch(`${this.connectUrl}/connectors/${connector}/${what}`)).text()))
      await delay(lookMs);
  }

  /** Again while the worker begins. */
  private async ask(method: string, what: string, body: object = {}): Promise<void> {
    for (;;) {
      const response = await fetch(`${this.connectUrl}/connectors/${connector}/${what}`, {
        method,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      if (response.ok) return;
      const text = await response.text();
      if (response.status !== 409 && response.status !== 503) throw new Error(`${method} ${what}: ${text}`);
      await delay(lookMs);
    }
  }
}

/** Takes everything down afterwards, whatever happens. */
export async function withStage(work: (stage: Stage) => Promise<void>): Promise<void> {
  await withFolder(async (folder) => {
    await using stack = new AsyncDisposableStack();
    const postgres = stack.use(await startPostgres({ directory: join(folder, 'postgres') }));
    const server = await startServer(brokerArguments(join(folder, 'broker'), 'fsync'));
    stack.defer(() => server.stop());
    const { host, port } = addressOf(server);
    const bootstrapServers = `${host}:${port}`;
    const databaseUrl = await postgres.createDatabase('ledger');
    const db = new pg.Client({ connectionString: databaseUrl });
    await db.connect();
    stack.defer(() => db.end());
    await db.query(table);
    const connectors = join(folder, 'connectors');
    mkdirSync(connectors);
    const connect = await startServer([program], undefined, {
      PORT: '0',
      LOG_LEVEL: 'error',
      KAFKA_BOOTSTRAP_SERVERS: bootstrapServers,
      SCHEMA_REGISTRY_URL: /\bregistry=(\S+)/.exec(server.readyLine)![1]!,
      CONNECTORS_FOLDER: connectors,
      QUERIES_FOLDER: join(folder, 'queries'),
      LAKE_URL: join(folder, 'lake'),
    });
    stack.defer(() => connect.stop());
    const client = createKafkajsClient({
      clientId: 'bench',
      bootstrapServers: [bootstrapServers],
      clock: systemClock,
    });
    const reader = client.openLogReader(
      {
        isolation: 'read-committed',
        maxWaitMs: 100,
        maxBytesPerPartition: 1 << 20,
        maxBufferedBytesPerPartition: 1 << 20,
      },
      { onArrival: () => undefined, onOffsetOutOfRange: () => undefined },
    );
    stack.defer(() => reader.close());
    const stage = new Stage(db, /connect=(\S+)/.exec(connect.readyLine)![1]!, reader);
    await stage.create(databaseUrl);
    await work(stage);
  });
}
