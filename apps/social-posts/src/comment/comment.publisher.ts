import { Injectable } from '@nestjs/common';
import { commentAdded, commentDeleted, commentEdited, topics } from '@headwater/contracts';
import { type IdentifiedEvent, type OutboxMessage } from '@headwater/event-sourcing';
import { EventCodec, outboxMessageOf } from '@headwater/messaging';
import { type CommentEvent } from './comment.decider.ts';

/** What the world is told of a comment. */
@Injectable()
export class CommentPublisher {
  constructor(private readonly codec: EventCodec) {}

  messageOf(event: IdentifiedEvent<CommentEvent>): OutboxMessage {
    const { eventId, data } = event;
    // The comments of a post keep their order, so the post is what the outbox orders by.
    const aggregate = { type: 'post', id: data.postId };
    const common = { eventId, occurredAt: new Date(data.occurredAt) };
    switch (event.type) {
      case 'CommentAdded': {
        const { parentCommentId = null, depth = 0, ...added } = event.data;
        const value = { ...added, parentCommentId, depth, ...common };
        return outboxMessageOf(this.codec, topics.comments, commentAdded, value, aggregate);
      }
      case 'CommentEdited':
        return outboxMessageOf(this.codec, topics.comments, commentEdited, { ...event.data, ...common }, aggregate);
      case 'CommentDeleted':
        return outboxMessageOf(this.codec, topics.comments, commentDeleted, { ...event.data, ...common }, aggregate);
    }
  }
}
