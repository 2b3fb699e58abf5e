/**
 * Likes go straight to Kafka (docs/adr/0007): the topic is their record, and a request is answered when the broker has it.
 *
 * A like is unique by post and user, so sending it again is harmless; an `Idempotency-Key` makes the copies carry one message id,
 * by which the inbox drops them before they are counted at all.
 */
import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { likeChanged, topics } from '@headwater/contracts';
import { newEventId } from '@headwater/event-sourcing';
import { MessageProducer, MessagingError } from '@headwater/messaging';
import { instantOf, Problem } from '@headwater/service-kit';
import { PostDirectory } from '../post/post-directory.ts';

export interface Like {
  readonly postId: string;
  readonly userId: string;
  /** False takes the like back. */
  readonly liked: boolean;
  readonly occurredAt: string | undefined;
  readonly idempotencyKey: string | undefined;
}

@Injectable()
export class LikePublisher {
  constructor(
    private readonly directory: PostDirectory,
    private readonly producer: MessageProducer,
  ) {}

  /** @throws Problem 404 or 409 when the post is not there (any more), 503 when no broker acknowledges. */
  async publish(like: Like): Promise<void> {
    const { postId, userId, liked } = like;
    await this.directory.assertPublished(postId);
    const occurredAt = new Date(instantOf(like.occurredAt));
    try {
      await this.producer.send(topics.likes, likeChanged, {
        eventId: eventIdOf(like),
        postId,
        userId,
        liked,
        occurredAt,
      });
    } catch (error) {
      if (!(error instanceof MessagingError && error.retriable)) throw error;
      throw Problem.unavailable('broker-unavailable', 'The like could not be stored. Send it again in a moment.', {
        cause: error,
      });
    }
  }
}

/** The same for the same command under the same key; a key that was reused for another like by mistake hides nothing. */
function eventIdOf({ idempotencyKey, postId, userId, liked }: Like): string {
  if (idempotencyKey === undefined) return newEventId();
  return createHash('sha256')
    .update(JSON.stringify([idempotencyKey, postId, userId, liked]))
    .digest('base64url');
}
