import { Injectable } from '@nestjs/common';
import { largeTransactionDetected, topics, type LargeTransactionDetected } from '@headwater/contracts';
import { type OutboxMessage } from '@headwater/event-sourcing';
import { EventCodec } from '@headwater/messaging';
import { type Alert } from '../alert/alert.ts';

/** What the world is told of an alert. */
@Injectable()
export class AlertPublisher {
  constructor(private readonly codec: EventCodec) {}

  messageOf({ number: _, alertId, bookedAt, ...alert }: Alert): OutboxMessage {
    const value: LargeTransactionDetected = { ...alert, eventId: alertId, occurredAt: bookedAt };
    return {
      id: alertId,
      aggregate: { type: 'user-alerts', id: alert.userId },
      topic: topics.userAlerts.name,
      key: topics.userAlerts.keyOf(value),
      type: largeTransactionDetected.name,
      schemaId: this.codec.schemaIdOf(topics.userAlerts, largeTransactionDetected),
      payload: this.codec.encode(topics.userAlerts, largeTransactionDetected, value),
    };
  }
}
