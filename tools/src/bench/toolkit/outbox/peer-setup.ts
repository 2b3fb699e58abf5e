/** The tables of `pg-transactional-outbox` and what its listeners are told. */
import pg from 'pg';
import outbox, { type GeneralMessageHandler, type StoredTransactionalMessage } from 'pg-transactional-outbox';
import { payloadText } from './messages.ts';

export const replication = { dbPublication: 'bench_outbox', dbReplicationSlot: 'bench_outbox' };

/** Without its guards against messages that fail, each of which would cost another transaction. */
export const settings = {
  dbSchema: 'public',
  dbTable: 'outbox',
  enableMaxAttemptsProtection: false,
  enablePoisonousMessageProtection: false,
  messageCleanupIntervalInMs: 0,
};

export function handler(handle: (message: StoredTransactionalMessage) => Promise<void>): GeneralMessageHandler {
  return { handle };
}

/** Creates its table, function, indexes, publication and slot, and fills the table. */
export async function fillPeerOutbox(databaseUrl: string, messages: number): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    for (const sql of setup()) await client.query(sql);
    await client.query(
      `INSERT INTO outbox (id, aggregate_type, aggregate_id, message_type, concurrency, payload)
       SELECT gen_random_uuid(), 'bench', (number % 100)::text, 'Measured', 'parallel', jsonb_build_object('text', $2::text)
       FROM generate_series(1, $1::int) AS number`,
      [messages, payloadText],
    );
  } finally {
    await client.end();
  }
}

/** Drops the slot, which would keep the log from being removed. */
export async function dropPeerSlot(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query('SELECT pg_drop_replication_slot($1)', [replication.dbReplicationSlot]);
  } finally {
    await client.end();
  }
}

function setup(): string[] {
  const { DatabaseSetup } = outbox;
  const table = {
    outboxOrInbox: 'outbox' as const,
    database: 'bench',
    schema: settings.dbSchema,
    table: settings.dbTable,
    listenerRole: 'postgres',
    nextMessagesName: 'next_outbox_messages',
    publication: replication.dbPublication,
    replicationSlot: replication.dbReplicationSlot,
  };
  return [
    DatabaseSetup.dropAndCreateTable(table),
    DatabaseSetup.createPollingFunction(table),
    DatabaseSetup.setupPollingIndexes(table),
    DatabaseSetup.setupReplicationCore(table),
    DatabaseSetup.setupReplicationSlot(table),
  ];
}
