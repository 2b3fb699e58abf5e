import { Body, Controller, Delete, HttpCode, Param, Put, Query } from '@nestjs/common';
import { ApiBody, ApiHeader, ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { followChanged, topics } from '@headwater/contracts';
import { IdempotencyKey, idempotencyKeyHeader, momentOf, Problem } from '@headwater/service-kit';
import { OccurredAtQuery } from '../post/post.requests.ts';
import { WishPublisher, wishIdOf } from '../publishing/wish-publisher.ts';
import { FollowParams } from './follow.requests.ts';

/** Users are known by their name alone: whoever posts can be followed, and whoever may post one day, too. */
@ApiTags('follows')
@Controller('users/:userId/follows/:followedId')
export class FollowController {
  constructor(private readonly wishes: WishPublisher) {}

  @Put()
  @HttpCode(204)
  @ApiOperation({
    summary: 'Follow somebody',
    description: 'Their posts are in the home feed from then on. Following them again changes nothing.',
  })
  @ApiHeader(idempotencyKeyHeader)
  @ApiBody({ type: OccurredAtQuery, required: false })
  @ApiNoContentResponse({ description: 'followed' })
  async follow(
    @Param() params: FollowParams,
    @Body() request: OccurredAtQuery | undefined,
    @IdempotencyKey() idempotencyKey: string | undefined,
  ): Promise<void> {
    const { userId, followedId } = params;
    if (userId === followedId)
      throw Problem.unprocessable('follows-oneself', `${userId} cannot follow ${userId}: name somebody else.`);
    await this.publish(params, true, request?.occurredAt, idempotencyKey);
  }

  @Delete()
  @HttpCode(204)
  @ApiOperation({ summary: 'Follow somebody no longer' })
  @ApiHeader(idempotencyKeyHeader)
  @ApiNoContentResponse({ description: 'not followed any more' })
  async unfollow(
    @Param() params: FollowParams,
    @Query() { occurredAt }: OccurredAtQuery,
    @IdempotencyKey() idempotencyKey: string | undefined,
  ): Promise<void> {
    await this.publish(params, false, occurredAt, idempotencyKey);
  }

  private async publish(
    { userId, followedId }: FollowParams,
    following: boolean,
    occurredAt: string | undefined,
    idempotencyKey: string | undefined,
  ): Promise<void> {
    await this.wishes.publish(topics.follows, followChanged, {
      eventId: wishIdOf(idempotencyKey, 'follow', userId, followedId, following),
      userId,
      followedId,
      following,
      occurredAt: momentOf(occurredAt),
    });
  }
}
