/** Likes: checked against the posts that there are, then stated to the world. */
import { Injectable } from '@nestjs/common';
import { likeChanged, topics } from '@headwater/contracts';
import { momentOf } from '@headwater/service-kit';
import { PostDirectory } from '../post/post-directory.ts';
import { WishPublisher, wishIdOf } from '../publishing/wish-publisher.ts';

export interface Like {
  readonly postId: string;
  readonly userId: string;
  /** False takes the like back. */
  readonly liked: boolean;
  readonly occurredAt: string | undefined;
}

@Injectable()
export class LikePublisher {
  constructor(
    private readonly directory: PostDirectory,
    private readonly wishes: WishPublisher,
  ) {}

  /** @throws Problem 404 or 409 when the post is not there (any more), 503 when no broker acknowledges. */
  async publish({ postId, userId, liked, occurredAt }: Like, idempotencyKey: string | undefined): Promise<void> {
    await this.directory.assertPublished(postId);
    await this.wishes.publish(topics.likes, likeChanged, {
      eventId: wishIdOf(idempotencyKey, postId, userId, liked),
      postId,
      userId,
      liked,
      occurredAt: momentOf(occurredAt),
    });
  }
}
