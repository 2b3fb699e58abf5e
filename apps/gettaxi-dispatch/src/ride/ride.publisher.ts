import { Injectable } from '@nestjs/common';
import {
  rideAccepted,
  rideCancelled,
  rideCompleted,
  rideOfferDeclined,
  rideOffered,
  rideOfferExpired,
  ridePaid,
  ridePickedUp,
  ridePositionsRecorded,
  rideRequested,
  rideUnfulfilled,
  topics,
  type Decimal,
  type EventContract,
  type EventValue,
} from '@headwater/contracts';
import { type IdentifiedEvent, type OutboxMessage } from '@headwater/event-sourcing';
import { EventCodec, outboxMessageOf } from '@headwater/messaging';
import { type RideEvent } from './ride.events.ts';

type RideContract = (typeof topics.rideEvents.events)[keyof typeof topics.rideEvents.events];

/** What the world is told of a ride: every event, in its order. */
@Injectable()
export class RidePublisher {
  constructor(private readonly codec: EventCodec) {}

  messageOf(event: IdentifiedEvent<RideEvent>): OutboxMessage {
    const { eventId } = event;
    if (event.type === 'RideRequested') {
      const { rideId, userId, pickup, dropOff, quoteId } = event.data;
      const requestedAt = new Date(event.data.requestedAt);
      return this.message(rideRequested, { eventId, rideId, userId, pickup, dropOff, quoteId, requestedAt });
    }
    const occurredAt = new Date(event.data.occurredAt);
    switch (event.type) {
      case 'RideOffered': {
        const expiresAt = new Date(event.data.expiresAt);
        return this.message(rideOffered, { ...event.data, expiresAt, eventId, occurredAt });
      }
      case 'RideOfferDeclined':
        return this.message(rideOfferDeclined, { ...event.data, eventId, occurredAt });
      case 'RideOfferExpired':
        return this.message(rideOfferExpired, { ...event.data, eventId, occurredAt });
      case 'RideAccepted':
        return this.message(rideAccepted, { ...event.data, eventId, occurredAt });
      case 'RidePickedUp':
        return this.message(ridePickedUp, { ...event.data, eventId, occurredAt });
      case 'RidePositionsRecorded': {
        const positions = event.data.positions.map((each) => ({ ...each, occurredAt: new Date(each.occurredAt) }));
        return this.message(ridePositionsRecorded, { ...event.data, positions, eventId, occurredAt });
      }
      case 'RideCompleted': {
        const pickedUpAt = new Date(event.data.pickedUpAt);
        return this.message(rideCompleted, { ...event.data, pickedUpAt, eventId, occurredAt });
      }
      case 'RidePaid': {
        const amount = event.data.amount as Decimal;
        return this.message(ridePaid, { ...event.data, amount, eventId, occurredAt });
      }
      case 'RideCancelled': {
        const fee = event.data.fee as Decimal;
        return this.message(rideCancelled, { ...event.data, fee, eventId, occurredAt });
      }
      case 'RideUnfulfilled':
        return this.message(rideUnfulfilled, { ...event.data, eventId, occurredAt });
    }
  }

  private message<Event extends RideContract & EventContract>(
    event: Event,
    value: EventValue<Event> & { readonly eventId: string; readonly rideId: string },
  ): OutboxMessage {
    return outboxMessageOf(this.codec, topics.rideEvents, event, value, { type: 'ride', id: value.rideId });
  }
}
