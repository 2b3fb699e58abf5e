/** The relay as a service runs it, in a program of this folder. */
import { eventStoreMigrations, outboxMigrations, OutboxRelay, type RelayObserver } from '@headwater/event-sourcing';
import {
  createKafkajsClient,
  EventCodec,
  KafkaOutboxPublisher,
  MessageProducer,
  systemClock,
} from '@headwater/messaging';
import { DatabaseConfig, openDatabase } from '@headwater/service-kit';
import type { RelayWork } from './work.ts';

export type Database = Awaited<ReturnType<typeof openOutboxDatabase>>;

/** A database with the outbox's tables. */
export function openOutboxDatabase(databaseUrl: string) {
  const config = new DatabaseConfig({ DATABASE_URL: databaseUrl, DATABASE_POOL_SIZE: '20' });
  return openDatabase('bench', config, { migrations: [...eventStoreMigrations, ...outboxMigrations] });
}

export interface RunningRelay {
  readonly database: Database;
  close(): Promise<void>;
}

export async function startRelay(
  { databaseUrl, bootstrapServers }: RelayWork,
  observer: RelayObserver = {},
): Promise<RunningRelay> {
  const database = await openOutboxDatabase(databaseUrl);
  const client = createKafkajsClient({
    clientId: 'bench-relay',
    bootstrapServers: [bootstrapServers],
    clock: systemClock,
  });
  // Payloads are encoded already, so that the registry is never asked.
  const producer = new MessageProducer(client, new EventCodec('http://127.0.0.1:1'));
  const relay = new OutboxRelay(database, new KafkaOutboxPublisher(producer), { observer });
  relay.start();
  return {
    database,
    close: async () => {
      await relay.stop();
      await producer.close();
      await database.destroy();
    },
  };
}
