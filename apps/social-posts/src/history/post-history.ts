/** What posts and comments have said, read from their streams: an edit changes what is served, and nothing of what was. */
import { Injectable } from '@nestjs/common';
import { EventStore } from '@headwater/event-sourcing';
import { commentStream, commentUnknown, type CommentEvent } from '../comment/comment.decider.ts';
import { postStream, postUnknown } from '../post/post.decider.ts';
import { type PostEvent } from '../post/post.events.ts';
import { type HistoryEntry } from './history.responses.ts';

@Injectable()
export class PostHistory {
  constructor(private readonly store: EventStore) {}

  /** @throws Problem 404 when there never was such a post. */
  async ofPost(postId: string): Promise<HistoryEntry[]> {
    const { events } = await this.store.readStream<PostEvent>(postStream(postId));
    if (events.length === 0) throw postUnknown(postId);
    return events.map(({ version, type, data }) => ({
      version,
      event: type,
      title: 'title' in data ? data.title : null,
      text: 'text' in data ? data.text : null,
      occurredAt: data.occurredAt,
    }));
  }

  /** @throws Problem 404 when there never was such a comment on the post. */
  async ofComment(postId: string, commentId: string): Promise<HistoryEntry[]> {
    const { events } = await this.store.readStream<CommentEvent>(commentStream(commentId));
    if (events[0]?.data.postId !== postId) throw commentUnknown(commentId);
    return events.map(({ version, type, data }) => ({
      version,
      event: type,
      title: null,
      text: 'text' in data ? data.text : null,
      occurredAt: data.occurredAt,
    }));
  }
}
