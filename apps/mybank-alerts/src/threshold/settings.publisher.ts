import { Injectable } from '@nestjs/common';
import { topics, userSettings, type UserSettings } from '@headwater/contracts';
import { Outbox, type SqlExecutor } from '@headwater/event-sourcing';
import { EventCodec } from '@headwater/messaging';
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
    await this.outbox.publish(transaction, [
      {
        id: eventId,
        aggregate: { type: 'user-settings', id: userId },
        topic: topics.userSettings.name,
        key: topics.userSettings.keyOf(value),
        type: userSettings.name,
        schemaId: this.codec.schemaIdOf(topics.userSettings, userSettings),
        payload: this.codec.encode(topics.userSettings, userSettings, value),
      },
    ]);
  }
}
