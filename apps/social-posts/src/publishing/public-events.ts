import { Injectable } from '@nestjs/common';
import { type EventContract, type EventValue, type TopicContract } from '@headwater/contracts';
import { type Aggregate, type OutboxMessage } from '@headwater/event-sourcing';
import { EventCodec } from '@headwater/messaging';

/** Turns a public event into the outbox message that carries it. */
@Injectable()
export class PublicEvents {
  constructor(private readonly codec: EventCodec) {}

  /** Messages of one aggregate are published in order; the event's id is the message's. */
  message<Topic extends TopicContract, Event extends Topic['events'][keyof Topic['events']] & EventContract>(
    topic: Topic,
    event: Event,
    value: EventValue<Event> & { readonly eventId: string },
    aggregate: Aggregate,
  ): OutboxMessage {
    return {
      id: value.eventId,
      aggregate,
      topic: topic.name,
      key: topic.keyOf(value),
      type: event.name,
      schemaId: this.codec.schemaIdOf(topic, event),
      payload: this.codec.encode(topic, event, value),
    };
  }
}
