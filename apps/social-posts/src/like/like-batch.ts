/** Batches of likes, each item answered as a request of its own would have been. */
import { Injectable } from '@nestjs/common';
import { Problem, readAs } from '@headwater/service-kit';
import { isPlainLike } from './like-check.ts';
import { LikePublisher } from './like.publisher.ts';
import { LikeBatchItem, type LikeBatchItemResponse } from './like.requests.ts';

const accepted: LikeBatchItemResponse = { status: 'accepted' };

@Injectable()
export class LikeBatch {
  constructor(private readonly publisher: LikePublisher) {}

  /** @param given anything; what is no like is refused for itself. @returns an answer for each, in their order. */
  async publish(given: readonly unknown[], idempotencyKey: string | undefined): Promise<LikeBatchItemResponse[]> {
    return await Promise.all(given.map((each) => this.take(each, idempotencyKey)));
  }

  private async take(given: unknown, idempotencyKey: string | undefined): Promise<LikeBatchItemResponse> {
    try {
      const { postId, userId, liked = true, occurredAt } = isPlainLike(given) ? given : readAs(LikeBatchItem, given);
      await this.publisher.publish({ postId, userId, liked, occurredAt }, idempotencyKey);
      return accepted;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return { status: 'refused', problem: error.document };
    }
  }
}
