/** Captures with this workspace's libraries until it is told to end. */
import { setTimeout as delay } from 'node:timers/promises';
import { ChangeCapture, WalOutboxRelay } from '@headwater/event-sourcing';
import {
  createKafkajsClient,
  EventCodec,
  KafkaChangePublisher,
  KafkaOutboxPublisher,
  MessageProducer,
  systemClock,
} from '@headwater/messaging';
import { readOptions } from '../../load/programs.ts';
import { openCaptureDatabase } from './database.ts';
import type { CaptureSource } from './work.ts';

const lookMs = 20;

const source = readOptions() as CaptureSource;
const { name, databaseUrl, bootstrapServers, topic } = source;
const client = createKafkajsClient({
  clientId: 'bench-capture',
  bootstrapServers: [bootstrapServers],
  clock: systemClock,
});
// Values are encoded already, so that the registry is never asked.
const producer = new MessageProducer(client, new EventCodec('http://127.0.0.1:1'));
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
  const database = await openCaptureDatabase(databaseUrl);
  const observer = { stopped: complain, disconnected: complain };
  const capture = new WalOutboxRelay(database, new KafkaOutboxPublisher(producer), { slot: name, observer });
  return { capture, isStreaming: () => capture.status().replication.state === 'streaming' };
}

function complain(error: unknown): void {
  console.error(error);
}
