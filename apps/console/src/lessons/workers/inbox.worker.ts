/**
 * A consumer with two subscriptions to the same deposits: one that only books, one that asks the inbox first. Told so, each of them stops
 * after its next effect, before the offset can be committed, where it is killed.
 */
import { Controller } from '@nestjs/common';
import { Subscribe, takeNewMessages, type TopicMessage } from '@headwater/messaging';
import { depositTopic, type DepositTopic } from './lesson-deposits.ts';
import { openWorkerDatabase } from './open-worker-database.ts';
import { startSubscriber } from './start-subscriber.ts';
import { workForLesson, type WorkerWord } from './worker-channel.ts';

const INSERT = 'INSERT INTO effects (bookkeeper, number) VALUES ($1, $2)';
/** Long enough that effects are there before their offsets are committed, which is where a crash hurts. */
const SUBSCRIPTION = { lanes: 1, commitIntervalMs: 2500, sessionTimeoutMs: 6000 } as const;

void workForLesson(async (settings, tell) => {
  const dataSource = await openWorkerDatabase(settings);
  const topic = depositTopic(settings.names['topic'] ?? '');
  const groups = { plain: settings.names['plain'] ?? '', inbox: settings.names['inbox'] ?? '' };

  let isToStop = false;
  async function tellBooked(word: WorkerWord): Promise<void> {
    tell(word);
    if (!isToStop) return;
    tell({ kind: 'stopped', text: word.kind });
    await new Promise(() => undefined);
  }

  @Controller()
  class Bookkeepers {
    // #region at-least-once
    @Subscribe(topic, { group: groups.plain, ...SUBSCRIPTION })
    async book({ value: { number } }: TopicMessage<DepositTopic>): Promise<void> {
      await dataSource.query(INSERT, ['plain', number]);
      await tellBooked({ kind: 'plain', number });
    }
    // #endregion

    // #region with-inbox
    @Subscribe(topic, { group: groups.inbox, ...SUBSCRIPTION })
    async bookOnce(message: TopicMessage<DepositTopic>): Promise<void> {
      const { number } = message.value;
      const isNew = await dataSource.transaction(async (manager) => {
        const fresh = await takeNewMessages(manager, groups.inbox, [message]);
        if (fresh.length > 0) await manager.query(INSERT, ['inbox', number]);
        return fresh.length > 0;
      });
      await tellBooked({ kind: 'inbox', number, text: isNew ? 'new' : 'known' });
    }
    // #endregion
  }

  const close = await startSubscriber(settings, dataSource, Bookkeepers);
  return {
    onWord: ({ kind }) => {
      isToStop = kind === 'stop-after-the-effect';
    },
    close: async () => {
      await close();
      await dataSource.destroy();
    },
  };
});
