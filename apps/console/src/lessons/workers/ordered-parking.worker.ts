/** A consumer that cannot book the deposits of one account while it is told so: the key is parked, the others flow. */
import { Controller } from '@nestjs/common';
import { FatalHandlerError, Subscribe, type TopicMessage } from '@headwater/messaging';
import { depositTopic, type DepositTopic } from './lesson-deposits.ts';
import { openWorkerDatabase } from './open-worker-database.ts';
import { startSubscriber } from './start-subscriber.ts';
import { workForLesson } from './worker-channel.ts';

void workForLesson(async (settings, tell) => {
  const dataSource = await openWorkerDatabase(settings);
  const topic = depositTopic(settings.names['topic'] ?? '');
  /** Deposits that the handler stumbles over; empty once it is mended. */
  const poison = new Set<number>();

  @Controller()
  class Bookkeeper {
    // #region parking
    @Subscribe(topic, { group: settings.names['group'] ?? '', policy: 'park', sessionTimeoutMs: 6000 })
    book({ value: { account, number } }: TopicMessage<DepositTopic>): void {
      if (poison.has(number)) throw new FatalHandlerError(`deposit ${number} cannot be booked`);
      tell({ kind: 'booked', key: account, number });
    }
    // #endregion
  }

  const close = await startSubscriber(settings, dataSource, Bookkeeper);
  return {
    onWord: ({ kind, number = 0 }) => {
      if (kind === 'poison') poison.add(number);
      else if (kind === 'mend') poison.clear();
      tell({ kind: `${kind}-taken` });
    },
    close: async () => {
      await close();
      await dataSource.destroy();
    },
  };
});
