/** The relay of an outbox: it publishes what the console's commands wrote, in order, and can be killed at any moment. */
import { OutboxRelay } from '@headwater/event-sourcing';
import { KafkaOutboxPublisher, LeanProducer } from '@headwater/messaging';
import { openWorkerDatabase } from './open-worker-database.ts';
import { workForLesson } from './worker-channel.ts';

/** A relay that died is replaced after so long. */
const LEASE_MS = 1000;

void workForLesson(async (settings) => {
  const dataSource = await openWorkerDatabase(settings);
  // #region relay
  const producer = new LeanProducer({ clientId: 'lesson-relay', bootstrapServers: settings.bootstrapServers });
  const relay = new OutboxRelay(dataSource, new KafkaOutboxPublisher(producer), { leaseMs: LEASE_MS });
  relay.start();
  // #endregion
  return {
    close: async () => {
      await relay.stop();
      await producer.close();
      await dataSource.destroy();
    },
  };
});
