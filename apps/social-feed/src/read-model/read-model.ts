/**
 * The one way into the read model: messages are applied in one transaction with their inbox entries and the totals that they change,
 * so that a redelivery changes nothing.
 *
 * Transactions of several partitions and topics run side by side and meet in the totals; each takes its rows in order of post, so
 * that none waits for another in a circle.
 */
import { Injectable } from '@nestjs/common';
import type { TopicContract } from '@headwater/contracts';
import { takeNewMessages, type TopicMessage } from '@headwater/messaging';
import { DataSource, type EntityManager } from 'typeorm';
import { addToTotals, type TotalsChange } from '../totals/post-totals.ts';
import { TotalsWatch } from '../totals/totals-watch.ts';
import { ChangeSignal } from './change-signal.ts';
import { shareModel } from './model-lock.ts';

/** Brings messages into the tables. @returns what they add to totals. */
export type ChangeTables<Topic extends TopicContract> = (
  manager: EntityManager,
  messages: readonly TopicMessage<Topic>[],
) => Promise<readonly TotalsChange[]>;

/** Applies those messages that were not applied before. @returns what has changed. */
export async function applyMessages<Topic extends TopicContract>(
  manager: EntityManager,
  topic: Topic,
  messages: readonly TopicMessage<Topic>[],
  change: ChangeTables<Topic>,
): Promise<readonly TotalsChange[]> {
  const fresh = await takeNewMessages(manager, `social-feed.${topic.name}`, messages);
  if (fresh.length === 0) return [];
  const changes = await change(manager, fresh);
  await addToTotals(manager, changes);
  return changes;
}

@Injectable()
export class ReadModel {
  constructor(
    private readonly dataSource: DataSource,
    private readonly signal: ChangeSignal,
    private readonly watch: TotalsWatch,
  ) {}

  async apply<Topic extends TopicContract>(
    topic: Topic,
    messages: readonly TopicMessage<Topic>[],
    change: ChangeTables<Topic>,
  ): Promise<void> {
    const changes = await this.dataSource.transaction(async (manager) => {
      await shareModel(manager);
      return await applyMessages(manager, topic, messages, change);
    });
    if (changes.length === 0) return;
    this.signal.raise();
    this.watch.changed(changes.map(({ postId }) => postId));
  }
}
