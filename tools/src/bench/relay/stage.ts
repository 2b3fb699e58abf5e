/** What the relay's benches run on: PostgreSQL and the broker as processes of their own, a migrated database, a producer. */
import { join } from 'node:path';
import { eventStoreMigrations, outboxMigrations, type OutboxMessage } from '@headwater/event-sourcing';
import { createKafkajsClient, EventCodec, MessageProducer, systemClock, TopicSetup } from '@headwater/messaging';
import { DatabaseConfig, openDatabase } from '@headwater/service-kit';
import { startPostgres } from '@headwater/testkit/postgres';
import { addressOf, brokerArguments, startServer, withFolder } from '../load/child.ts';

export const topic = 'bench_relay';
const payload = Buffer.alloc(200, 'x');

export interface Stage {
  readonly dataSource: Awaited<ReturnType<typeof openDatabase>>;
  readonly producer: MessageProducer;
}

/** Runs the benches and takes everything down, whatever happens. */
export async function* withStage<Result>(work: (stage: Stage) => AsyncIterable<Result>): AsyncIterable<Result> {
  await using folder = await temporaryFolder();
  await using postgres = await startPostgres({ directory: join(folder.path, 'postgres') });
  const server = await startServer(brokerArguments(join(folder.path, 'broker'), 'fsync'));
  await using stack = new AsyncDisposableStack();
  stack.defer(() => server.stop());

  const config = new DatabaseConfig({ DATABASE_URL: await postgres.createDatabase('bench'), DATABASE_POOL_SIZE: '20' });
  const migrations = [...eventStoreMigrations, ...outboxMigrations];
  const dataSource = await openDatabase('bench', config, { migrations });
  stack.defer(() => dataSource.destroy());

  const { host, port } = addressOf(server);
  const client = createKafkajsClient({
    clientId: 'bench-relay',
    bootstrapServers: [`${host}:${port}`],
    clock: systemClock,
  });
  await new TopicSetup(client).ensure([{ name: topic, partitions: 6, config: {} }]);
  // The records are encoded already, so that the registry is never asked.
  const producer = new MessageProducer(client, new EventCodec('http://127.0.0.1:1'));
  stack.defer(() => producer.close());
  yield* work({ dataSource, producer });
}

/** The number's message: a hundred aggregates in turn. */
export function messageOf(number: number): OutboxMessage {
  const id = String(number % 100);
  return { aggregate: { type: 'bench', id }, topic, key: id, type: 'Measured', payload };
}

async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const opened = Promise.withResolvers<string>();
  const closing = Promise.withResolvers<undefined>();
  const removed = withFolder((path) => {
    opened.resolve(path);
    return closing.promise;
  });
  const path = await opened.promise;
  return {
    path,
    async [Symbol.asyncDispose]() {
      closing.resolve(undefined);
      await removed;
    },
  };
}
