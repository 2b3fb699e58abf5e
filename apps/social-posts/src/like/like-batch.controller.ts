import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiBody, ApiHeader, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { IdempotencyKey, idempotencyKeyHeader, Problem } from '@headwater/service-kit';
import { LikeBatch } from './like-batch.ts';
import { largestBatch, LikeBatchRequest, LikeBatchResponse } from './like.requests.ts';

@ApiTags('likes')
@Controller('likes')
export class LikeBatchController {
  constructor(private readonly batch: LikeBatch) {}

  @Post()
  @HttpCode(200)
  @ApiOperation({
    summary: 'Like many posts, or take likes back, at once',
    description:
      'Each counts for itself, as a single one does: a wrong one keeps no other from being taken. Answered when all are durable.',
  })
  @ApiHeader(idempotencyKeyHeader)
  @ApiBody({ type: LikeBatchRequest })
  @ApiOkResponse({ type: LikeBatchResponse, description: 'what became of each' })
  async publish(
    // Checked one by one, so that each can be answered.
    @Body() body: object | undefined,
    @IdempotencyKey() idempotencyKey: string | undefined,
  ): Promise<LikeBatchResponse> {
    const { likes, ...rest } = (body ?? {}) as { readonly likes?: unknown };
    if (!Array.isArray(likes) || likes.length < 1 || likes.length > largestBatch || Object.keys(rest).length > 0) {
      const detail = `The request must be {"likes": […]} with 1 to ${largestBatch} likes and nothing else.`;
      const field = { field: 'likes', pointer: '#/likes', detail: `must be a list of 1 to ${largestBatch} likes` };
      throw Problem.badRequest('validation-failed', detail, [field]);
    }
    return { results: await this.batch.publish(likes, idempotencyKey) };
  }
}
