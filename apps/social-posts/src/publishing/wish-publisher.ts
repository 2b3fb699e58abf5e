/**
 * Wishes go straight to Kafka (docs/adr/0007): that a post is liked, that somebody is followed. The topic is their record, and a
 * request is answered when the broker has it.
 *
 * A wish is unique by who and what, so stating it again is harmless; an `Idempotency-Key` makes the copies carry one message id, by
 * which the inbox drops them before they are counted at all.
 */
import { hash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type EventContract, type EventValue, type TopicContract } from '@headwater/contracts';
import { newEventId } from '@headwater/event-sourcing';
import { MessageProducer, MessagingError } from '@headwater/messaging';
import { Problem } from '@headwater/service-kit';

@Injectable()
export class WishPublisher {
  constructor(private readonly producer: MessageProducer) {}

  /** @throws Problem 503 when no broker acknowledges. */
  async publish<Topic extends TopicContract, Event extends Topic['events'][keyof Topic['events']] & EventContract>(
    topic: Topic,
    event: Event,
    value: EventValue<Event>,
  ): Promise<void> {
    try {
      await this.producer.send(topic, event, value);
    } catch (error) {
      if (!(error instanceof MessagingError && error.retriable)) throw error;
      const detail = `What was asked could not be stored in ${topic.name}. Send it again in a moment.`;
      throw Problem.unavailable('broker-unavailable', detail, { cause: error });
    }
  }
}

/** The same for the same wish under the same key; a key that was reused for another wish by mistake hides nothing. */
export function wishIdOf(idempotencyKey: string | undefined, ...wish: readonly (string | number | boolean)[]): string {
  if (idempotencyKey === undefined) return newEventId();
  return hash('sha256', JSON.stringify([idempotencyKey, ...wish]), 'base64url');
}
