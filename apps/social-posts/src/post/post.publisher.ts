import { Injectable } from '@nestjs/common';
import { postDeleted, postEdited, postPublished, topics } from '@headwater/contracts';
import { type IdentifiedEvent, type OutboxMessage } from '@headwater/event-sourcing';
import { EventCodec, outboxMessageOf } from '@headwater/messaging';
import { type PostEvent } from './post.events.ts';

/** What the world is told of a post. */
@Injectable()
export class PostPublisher {
  constructor(private readonly codec: EventCodec) {}

  messageOf(event: IdentifiedEvent<PostEvent>): OutboxMessage {
    const { eventId, data } = event;
    const aggregate = { type: 'post', id: data.postId };
    const common = { eventId, occurredAt: new Date(data.occurredAt) };
    switch (event.type) {
      case 'PostPublished':
        return outboxMessageOf(this.codec, topics.posts, postPublished, { ...event.data, ...common }, aggregate);
      case 'PostEdited':
        return outboxMessageOf(this.codec, topics.posts, postEdited, { ...event.data, ...common }, aggregate);
      case 'PostDeleted':
        return outboxMessageOf(this.codec, topics.posts, postDeleted, { ...event.data, ...common }, aggregate);
    }
  }
}
