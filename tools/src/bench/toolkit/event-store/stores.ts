/** Both event stores behind what the programs need of them. Each is given twenty connections. */
import { getPostgreSQLEventStore } from '@event-driven-io/emmett-postgresql';
import { EventStore, eventStoreMigrations, outboxMigrations } from '@headwater/event-sourcing';
import { DatabaseConfig, openDatabase } from '@headwater/service-kit';
import pg from 'pg';
import type { StoreName } from './work.ts';

/** One stream's next events; `version` is the stream's before them. */
export interface Append {
  readonly streamId: string;
  readonly version: number;
  readonly events: readonly { readonly type: string; readonly data: { readonly text: string } }[];
  readonly messages: number;
}

export interface MeasuredStore {
  append(append: Append): Promise<void>;
  /** Resolves with the number of events read. */
  read(streamId: string): Promise<number>;
  /** Rows of the store's table of events, to hold against what was acknowledged. */
  countEvents(): Promise<number>;
  close(): Promise<void>;
}

const connections = 20;

export function openStore(name: StoreName, databaseUrl: string): Promise<MeasuredStore> {
  return name === 'ours' ? openOurs(databaseUrl) : openEmmett(databaseUrl);
}

async function openOurs(databaseUrl: string): Promise<MeasuredStore> {
  const config = new DatabaseConfig({ DATABASE_URL: databaseUrl, DATABASE_POOL_SIZE: String(connections) });
  const dataSource = await openDatabase('bench', config, {
    migrations: [...eventStoreMigrations, ...outboxMigrations],
  });
  const store = new EventStore(dataSource);
  return {
    append: async ({ streamId, version, events, messages: count }) => {
      const messages = events.slice(0, count).map((event) => outboxMessage(streamId, event.data.text));
      await store.append({ streamId, expectedVersion: version, events, messages });
    },
    read: async (streamId) => (await store.readStream(streamId)).events.length,
    countEvents: async () =>
      (await dataSource.query<{ count: number }[]>('SELECT count(*)::int AS count FROM events'))[0]!.count,
    close: () => dataSource.destroy(),
  };
}

function outboxMessage(streamId: string, text: string) {
  const aggregate = { type: 'bench', id: streamId };
  return { aggregate, topic: 'bench', key: streamId, type: 'Measured', payload: Buffer.from(text) };
}

async function openEmmett(databaseUrl: string): Promise<MeasuredStore> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: connections });
  const store = getPostgreSQLEventStore(databaseUrl, { connectionOptions: { pool } });
  await store.schema.migrate();
  return {
    append: async ({ streamId, version, events }) => {
      const expectedStreamVersion = version === 0 ? 'STREAM_DOES_NOT_EXIST' : BigInt(version);
      await store.appendToStream(streamId, [...events], { expectedStreamVersion });
    },
    read: async (streamId) => (await store.readStream(streamId)).events.length,
    countEvents: async () =>
      (await pool.query<{ count: number }>('SELECT count(*)::int AS count FROM emt_messages')).rows[0]!.count,
    close: async () => {
      await store.close();
      if (!pool.ended) await pool.end();
    },
  };
}
