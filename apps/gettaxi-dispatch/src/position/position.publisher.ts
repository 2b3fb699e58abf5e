/**
 * Positions go straight to Kafka (docs/adr/0007): the topics are their record, and a request is answered when the broker has them.
 * Sending one again is harmless, since of a taxi or a user the latest holds.
 */
import { Injectable } from '@nestjs/common';
import {
  taxiPosition,
  topics,
  userPosition,
  type TaxiPosition,
  type TopicContract,
  type UserPosition,
} from '@headwater/contracts';
import { newEventId } from '@headwater/event-sourcing';
import { EventCodec, headerNames, MessageProducer, MessagingError } from '@headwater/messaging';
import { Metrics, Problem } from '@headwater/service-kit';
import { Fleet } from '../fleet/fleet.ts';
import { type TaxiPositionItem, type UserPositionItem } from './position.requests.ts';

@Injectable()
export class PositionPublisher {
  private readonly recorded;

  constructor(
    private readonly producer: MessageProducer,
    private readonly codec: EventCodec,
    private readonly fleet: Fleet,
    metrics: Metrics,
  ) {
    this.recorded = metrics.counter<'of'>({
      name: 'gettaxi_positions_total',
      help: 'Positions that were recorded, of users and of taxis.',
      labelNames: ['of'],
    });
  }

  /** @throws Problem 503 when the broker did not acknowledge all; some may be recorded. */
  async users(items: readonly UserPositionItem[]): Promise<void> {
    const events = items.map((item): UserPosition => {
      const { userId, latitude, longitude, occurredAt } = item;
      return { eventId: newEventId(), userId, latitude, longitude, occurredAt: dateOf(occurredAt) };
    });
    await this.send(topics.userPosition, events, (event) =>
      this.codec.encode(topics.userPosition, userPosition, event),
    );
    this.recorded.inc({ of: 'user' }, items.length);
  }

  /** @throws Problem 503 when the broker did not acknowledge all; some may be recorded. */
  async taxis(items: readonly TaxiPositionItem[]): Promise<void> {
    const events = items.map((item): TaxiPosition => {
      const { taxiId, latitude, longitude, available, occurredAt } = item;
      return { eventId: newEventId(), taxiId, latitude, longitude, available, occurredAt: dateOf(occurredAt) };
    });
    await this.send(topics.taxiPosition, events, (event) =>
      this.codec.encode(topics.taxiPosition, taxiPosition, event),
    );
    for (const event of events) this.fleet.report(event);
    this.recorded.inc({ of: 'taxi' }, items.length);
  }

  private async send<Event extends { readonly eventId: string }>(
    topic: Pick<TopicContract, 'name'> & { keyOf(event: Event): string },
    events: readonly Event[],
    encode: (event: Event) => Buffer,
  ): Promise<void> {
    const records = events.map((event) => ({
      key: topic.keyOf(event),
      value: encode(event),
      headers: { [headerNames.messageId]: event.eventId },
    }));
    if (records.length === 0) return;
    try {
      await this.producer.sendAll(topic.name, records);
    } catch (error) {
      if (!(error instanceof MessagingError && error.retriable)) throw error;
      const detail = 'The position could not be stored. Send it again in a moment.';
      throw Problem.unavailable('broker-unavailable', detail, { cause: error });
    }
  }
}

const dateOf = (occurredAt: string | undefined): Date => (occurredAt === undefined ? new Date() : new Date(occurredAt));
