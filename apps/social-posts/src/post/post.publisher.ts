import { Injectable } from '@nestjs/common';
import { postDeleted, postEdited, postPublished, topics } from '@headwater/contracts';
import { type IdentifiedEvent, type OutboxMessage } from '@headwater/event-sourcing';
import { PublicEvents } from '../publishing/public-events.ts';
import { type PostEvent } from './post.events.ts';

/** What the world is told of a post. */
@Injectable()
export class PostPublisher {
  constructor(private readonly publicEvents: PublicEvents) {}

  messageOf(event: IdentifiedEvent<PostEvent>): OutboxMessage {
    const { eventId, data } = event;
    const aggregate = { type: 'post', id: data.postId };
    const common = { eventId, occurredAt: new Date(data.occurredAt) };
    switch (event.type) {
      case 'PostPublished':
        return this.publicEvents.message(topics.posts, postPublished, { ...event.data, ...common }, aggregate);
      case 'PostEdited':
        return this.publicEvents.message(topics.posts, postEdited, { ...event.data, ...common }, aggregate);
      case 'PostDeleted':
        return this.publicEvents.message(topics.posts, postDeleted, { ...event.data, ...common }, aggregate);
    }
  }
}
