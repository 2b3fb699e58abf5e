import { Body, Controller, Delete, HttpCode, Param, Put, Query } from '@nestjs/common';
import { ApiBody, ApiHeader, ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { IdempotencyKey, idempotencyKeyHeader } from '@headwater/service-kit';
import { OccurredAtQuery } from '../post/post.requests.ts';
import { LikePublisher } from './like.publisher.ts';
import { LikeParams, LikeRequest } from './like.requests.ts';

@ApiTags('likes')
@Controller('posts/:postId/likes/:userId')
export class LikeController {
  constructor(private readonly publisher: LikePublisher) {}

  @Put()
  @HttpCode(204)
  @ApiOperation({
    summary: 'Like a post',
    description: 'Liking it again changes nothing. Answered when the like is durable.',
  })
  @ApiHeader(idempotencyKeyHeader)
  @ApiBody({ type: LikeRequest, required: false })
  @ApiNoContentResponse({ description: 'liked' })
  async like(
    @Param() { postId, userId }: LikeParams,
    @Body() request: LikeRequest | undefined,
    @IdempotencyKey() idempotencyKey: string | undefined,
  ): Promise<void> {
    await this.publisher.publish({ postId, userId, liked: true, occurredAt: request?.occurredAt }, idempotencyKey);
  }

  @Delete()
  @HttpCode(204)
  @ApiOperation({ summary: 'Take a like back' })
  @ApiHeader(idempotencyKeyHeader)
  @ApiNoContentResponse({ description: 'not liked any more' })
  async unlike(
    @Param() { postId, userId }: LikeParams,
    @Query() { occurredAt }: OccurredAtQuery,
    @IdempotencyKey() idempotencyKey: string | undefined,
  ): Promise<void> {
    await this.publisher.publish({ postId, userId, liked: false, occurredAt }, idempotencyKey);
  }
}
