/** Captures with this workspace's libraries until it is told to end. */
import { setTimeout as delay } from 'node:timers/promises';
import { ChangeCapture } from '@headwater/event-sourcing/capture';
import { KafkaChangePublisher, KafkaOutboxPublisher, LeanProducer } from '@headwater/messaging/publishers';
import { readOptions } from '../../load/programs.ts';
import type { CaptureSource } from './work.ts';

const lookMs = 20;

const source = readOptions() as CaptureSource;
const { name, databaseUrl, bootstrapServers, topic } = source;
const producer = new LeanProducer({ clientId: 'bench-capture', bootstrapServers: [bootstrapServers] });
const { capture, isStreaming } = source.form === 'rows' ? captureRows() : await captureOutbox();
capture.start();
process.once('SIGTERM', () => {
  void capture
    .stop()
    .then(() => producer.close())
    .then(() => process.exit(0));
});
while (!isStreaming()) await delay(lookMs);
console.log('ready');

function captureRows() {
  const publisher = new KafkaChangePublisher(producer);
  const connection = { connectionString: databaseUrl };
  const tables = [{ table: 'rows', topic, key: 'id' }];
  const observer = { stopped: complain, disconnected: complain };
  const capture = new ChangeCapture(publisher, { connection, name, tables, snapshot: 'never', observer });
  return { capture, isStreaming: () => capture.status().state === 'streaming' };
}

async function captureOutbox() {
  const [{ WalOutboxRelay }, { DataSource }] = await Promise.all([
    import('@headwater/event-sourcing/relays'),
    import('typeorm'),
  ]);
  const database = new DataSource({ type: 'postgres', url: databaseUrl });
  await database.initialize();
  const observer = { stopped: complain, disconnected: complain };
  const capture = new WalOutboxRelay(database, new KafkaOutboxPublisher(producer), { slot: name, observer });
  return { capture, isStreaming: () => capture.status().replication.state === 'streaming' };
}

function complain(error: unknown): void {
  console.error(error);
}
