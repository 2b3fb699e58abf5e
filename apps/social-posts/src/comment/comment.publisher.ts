import { Injectable } from '@nestjs/common';
import { commentAdded, topics } from '@headwater/contracts';
import { type IdentifiedEvent, type OutboxMessage } from '@headwater/event-sourcing';
import { PublicEvents } from '../publishing/public-events.ts';
import { type CommentEvent } from './comment.decider.ts';

/** What the world is told of a comment. */
@Injectable()
export class CommentPublisher {
  constructor(private readonly publicEvents: PublicEvents) {}

  messageOf({ eventId, data }: IdentifiedEvent<CommentEvent>): OutboxMessage {
    const value = { ...data, eventId, occurredAt: new Date(data.occurredAt) };
    // The comments of a post keep their order, so the post is what the outbox orders by.
    return this.publicEvents.message(topics.comments, commentAdded, value, { type: 'post', id: data.postId });
  }
}
