/**
 * The one way into the read model: messages are applied in one transaction with their inbox entries and the totals that they change,
 * so that a redelivery changes nothing.
 *
 * Transactions of several partitions and topics run side by side and meet in the totals; each takes its rows in order of post, so
 * that none waits for another in a circle.
 */
import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { pruneInbox, takeNewMessages, type MessageEnvelope } from '@headwater/messaging';
import { DataSource, type EntityManager } from 'typeorm';
import { addToTotals, type TotalsChange } from '../totals/post-totals.ts';
import { ChangeSignal } from './change-signal.ts';

/** Far above the time that a group may lag or be rewound. */
const inboxAgeMs = 30 * 24 * 3_600_000;
const pruneIntervalMs = 3_600_000;

@Injectable()
export class ReadModel implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(ReadModel.name);
  private pruning: NodeJS.Timeout | undefined;

  constructor(
    private readonly dataSource: DataSource,
    private readonly changes: ChangeSignal,
  ) {}

  /** Applies those messages that were not applied before; `change` returns what they add to totals. */
  async apply<Message extends MessageEnvelope>(
    subscription: string,
    messages: readonly Message[],
    change: (manager: EntityManager, messages: readonly Message[]) => Promise<readonly TotalsChange[]>,
  ): Promise<void> {
    const changed = await this.dataSource.transaction(async (manager) => {
      const fresh = await takeNewMessages(manager, subscription, messages);
      if (fresh.length === 0) return false;
      const changes = await change(manager, fresh);
      await addToTotals(manager, changes);
      return changes.length > 0;
    });
    if (changed) this.changes.raise();
  }

  onApplicationBootstrap(): void {
    this.pruning = setInterval(() => void this.prune(), pruneIntervalMs);
    this.pruning.unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.pruning);
  }

  private async prune(): Promise<void> {
    try {
      const forgotten = await pruneInbox(this.dataSource.manager, inboxAgeMs);
      if (forgotten > 0) this.logger.log(`forgot ${forgotten} inbox entries older than 30 days`);
    } catch (error) {
      this.logger.warn(`pruning the inbox: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
