import type { EventContract, EventValue, TopicContract } from '@headwater/contract-kit';
import type { Aggregate, OutboxMessage } from '@headwater/event-sourcing';
import type { EventCodec } from '../codec/index.ts';

/**
 * The outbox message that carries a public event. The event's id is the message's, by which a redelivery is known; messages of
 * one aggregate are published in order.
 *
 * @throws MessagingError when the topic's schemas are not registered: it is to be named in `produces`
 */
export function outboxMessageOf<
  Topic extends TopicContract,
  Event extends Topic['events'][keyof Topic['events']] & EventContract,
>(
  codec: EventCodec,
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
    schemaId: codec.schemaIdOf(topic, event),
    payload: codec.encode(topic, event, value),
  };
}
