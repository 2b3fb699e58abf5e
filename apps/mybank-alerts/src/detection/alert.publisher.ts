import { Injectable } from '@nestjs/common';
import { largeTransactionDetected, topics, type LargeTransactionDetected } from '@headwater/contracts';
import { type OutboxMessage } from '@headwater/event-sourcing';
import { EventCodec, outboxMessageOf } from '@headwater/messaging';
import { type Alert } from '../alert/alert.ts';

/** What the world is told of an alert. */
@Injectable()
export class AlertPublisher {
  constructor(private readonly codec: EventCodec) {}

  messageOf({ number: _, alertId, bookedAt, ...alert }: Alert): OutboxMessage {
    const value: LargeTransactionDetected = { ...alert, eventId: alertId, occurredAt: bookedAt };
    const aggregate = { type: 'user-alerts', id: alert.userId };
    return outboxMessageOf(this.codec, topics.userAlerts, largeTransactionDetected, value, aggregate);
  }
}
