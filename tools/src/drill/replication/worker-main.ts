/** A relay or a capture with its producer, as a process of its own: to be killed, suspended and cut off. */
import {
  ChangeCapture,
  OutboxRelay,
  WalOutboxRelay,
  type CaptureObserver,
  type WalRelayObserver,
} from '@headwater/event-sourcing';
import {
  createKafkajsClient,
  EventCodec,
  KafkaChangePublisher,
  KafkaOutboxPublisher,
  MessageProducer,
  systemClock,
} from '@headwater/messaging';
import { DataSource } from 'typeorm';
import { CAPTURE_NAME, CAPTURED_TOPIC } from './names.ts';
import type { FromWorker, WorkerSetup } from './worker-messages.ts';

const setup = JSON.parse(process.argv[2]!) as WorkerSetup;

const tell = (message: FromWorker): void => {
  if (process.connected) process.send!(message);
};

const textOf = (error: unknown): string => (Error.isError(error) ? error.message : String(error));

const observer: CaptureObserver & WalRelayObserver = {
  streaming: () => tell({ kind: 'streaming' }),
  standingBy: () => tell({ kind: 'standby' }),
  takingOver: () => tell({ kind: 'takeover' }),
  fenced: () => tell({ kind: 'fenced' }),
  disconnected: (error: unknown) => tell({ kind: 'failed', reason: textOf(error) }),
  stopped: (error: unknown) => {
    const code = Error.isError(error) && 'code' in error ? String(error.code) : '';
    tell({ kind: 'stopped', code, reason: textOf(error) });
  },
};

const client = createKafkajsClient({
  clientId: 'drill',
  bootstrapServers: [setup.bootstrapServers],
  clock: systemClock,
});
// What is sent is encoded already, so that the registry is never asked.
const producer = new MessageProducer(client, new EventCodec('http://127.0.0.1:1'));

function capture(): ChangeCapture {
  return new ChangeCapture(new KafkaChangePublisher(producer), {
    connection: { connectionString: setup.url },
    name: CAPTURE_NAME,
    tables: [{ table: 'entries', topic: CAPTURED_TOPIC, key: 'account' }],
    leaseMs: setup.leaseMs,
    onLostSlot: setup.anew === true ? 'snapshot' : 'stop',
    maxBatchBytes: 20_000,
    observer: { ...observer, published: (count) => tell({ kind: 'published', count }) },
  });
}

async function relay(): Promise<OutboxRelay | WalOutboxRelay> {
  const dataSource = new DataSource({ type: 'postgres', url: setup.url, poolErrorHandler: () => undefined });
  await dataSource.initialize();
  const publisher = new KafkaOutboxPublisher(producer);
  const watched: WalRelayObserver = {
    ...observer,
    published: (_topic, records) => tell({ kind: 'published', count: records.length }),
  };
  const { leaseMs } = setup;
  if (setup.kind === 'wal')
    return new WalOutboxRelay(dataSource, publisher, { leaseMs, maxBatchBytes: 20_000, observer: watched });
  tell({ kind: 'streaming' });
  return new OutboxRelay(dataSource, publisher, { leaseMs, maxBatchRecords: 50, observer: watched });
}

const worker = setup.kind === 'capture' ? capture() : await relay();
worker.start();
process.once('SIGTERM', () => {
  void worker.stop().then(() => process.exit());
});
// Ends with the drill that started it.
process.once('disconnect', () => process.exit());
