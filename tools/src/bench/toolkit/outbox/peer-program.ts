/**
 * Publishes a full outbox through `pg-transactional-outbox`. All messages may go at the same time, which is what it does fastest: one
 * transaction and one acknowledged record for each, so many of them at once as it is given connections.
 */
import { setTimeout as delay } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import pg from 'pg';
import outbox from 'pg-transactional-outbox';
import { finish, readOptions } from '../../load/programs.ts';
import { handler, replication, settings } from './peer-setup.ts';
import type { DrainFigures, PeerDrainWork } from './work.ts';

const connections = 20;
const lookMs = 20;

const work = readOptions() as PeerDrainWork;
const kafka = new kafkajs.Kafka({ brokers: [work.bootstrapServers], logLevel: kafkajs.logLevel.NOTHING });
const producer = kafka.producer();
await producer.connect();
const pool = new pg.Pool({ connectionString: work.databaseUrl, max: 1 });

let handled = 0;
const publisher = handler(async ({ aggregateId, payload }) => {
  const messages = [{ key: aggregateId, value: JSON.stringify(payload) }];
  await producer.send({ topic: work.topic, acks: -1, messages });
  handled += 1;
});
const startedMs = performance.now();
listen();
while (handled < work.messages || (await pending()) > 0) await delay(lookMs);
finish({ perSecond: (work.messages / (performance.now() - startedMs)) * 1000 } satisfies DrainFigures);

function listen(): void {
  const connection = { connectionString: work.databaseUrl, max: connections };
  const config = { outboxOrInbox: 'outbox' as const, dbListenerConfig: connection, dbHandlerConfig: connection };
  const logger = outbox.getDisabledLogger();
  if (work.form === 'polling') {
    const polling = {
      ...settings,
      nextMessagesFunctionName: 'next_outbox_messages',
      nextMessagesBatchSize: connections,
    };
    const full = { ...polling, nextMessagesPollingIntervalInMs: 10 };
    outbox.initializePollingMessageListener({ ...config, settings: full }, publisher, logger);
  } else {
    const concurrencyStrategy = outbox.createReplicationSemaphoreConcurrencyController(connections);
    const strategies = { concurrencyStrategy };
    const replicated = { ...config, settings: { ...settings, ...replication } };
    outbox.initializeReplicationMessageListener(replicated, publisher, logger, strategies);
  }
}

async function pending(): Promise<number> {
  const sql = 'SELECT count(*)::int AS count FROM outbox WHERE processed_at IS NULL';
  return (await pool.query<{ count: number }>(sql)).rows[0]!.count;
}
