import { Injectable } from '@nestjs/common';
import { topics, userSettings, type UserSettings } from '@headwater/contracts';
import { Outbox, type SqlExecutor } from '@headwater/event-sourcing';
import { EventCodec, outboxMessageOf } from '@headwater/messaging';
import { findThresholds } from './threshold-table.ts';

/** Tells the world a user's settings as they are after a change. */
@Injectable()
export class SettingsPublisher {
  constructor(
    private readonly codec: EventCodec,
    private readonly outbox: Outbox,
  ) {}

  async publish(transaction: SqlExecutor, userId: string, eventId: string, occurredAt: Date): Promise<void> {
    const periods = await findThresholds(transaction, userId);
    const thresholds = periods.map(({ version: _, ...threshold }) => threshold);
    const value: UserSettings = { eventId, userId, thresholds, occurredAt };
    const aggregate = { type: 'user-settings', id: userId };
    const message = outboxMessageOf(this.codec, topics.userSettings, userSettings, value, aggregate);
    await this.outbox.publish(transaction, [message]);
  }
}
