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
import { EventCodec, headerNames, MessageProducer, MessagingError, type RecordToWrite } from '@headwater/messaging';
import { Metrics, Problem } from '@headwater/service-kit';
import { Fleet } from '../fleet/fleet.ts';
import { inSlices } from './in-slices.ts';
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
    const records = await inSlices(items, ({ userId, latitude, longitude, occurredAt }) => {
      const event: UserPosition = {
        eventId: newEventId(),
        userId,
        latitude,
        longitude,
        occurredAt: dateOf(occurredAt),
      };
      return recordOf(topics.userPosition, event, this.codec.encode(topics.userPosition, userPosition, event));
    });
    await this.send(topics.userPosition, records);
    this.recorded.inc({ of: 'user' }, items.length);
  }

  /** @throws Problem 503 when the broker did not acknowledge all; some may be recorded. */
  async taxis(items: readonly TaxiPositionItem[]): Promise<void> {
    const made = await inSlices(items, ({ taxiId, latitude, longitude, available, occurredAt }) => {
      const place = { taxiId, latitude, longitude, available };
      const event: TaxiPosition = { eventId: newEventId(), ...place, occurredAt: dateOf(occurredAt) };
      const value = this.codec.encode(topics.taxiPosition, taxiPosition, event);
      return { event, record: recordOf(topics.taxiPosition, event, value) };
    });
    await this.send(
      topics.taxiPosition,
      made.map(({ record }) => record),
    );
    await inSlices(made, ({ event }) => this.fleet.report(event));
    this.recorded.inc({ of: 'taxi' }, items.length);
  }

  private async send({ name }: TopicContract, records: readonly RecordToWrite[]): Promise<void> {
    if (records.length === 0) return;
    try {
      await this.producer.sendAll(name, records);
    } catch (error) {
      if (!(error instanceof MessagingError && error.retriable)) throw error;
      const detail = 'The position could not be stored. Send it again in a moment.';
      throw Problem.unavailable('broker-unavailable', detail, { cause: error });
    }
  }
}

function recordOf<Event extends { readonly eventId: string }>(
  topic: { keyOf(event: Event): string },
  event: Event,
  value: Buffer,
): RecordToWrite {
  return { key: topic.keyOf(event), value, headers: { [headerNames.messageId]: event.eventId } };
}

const dateOf = (occurredAt: string | undefined): Date => (occurredAt === undefined ? new Date() : new Date(occurredAt));
