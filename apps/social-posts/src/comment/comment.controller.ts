import { Body, Controller, Param, Post, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiHeader, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type FastifyReply } from 'fastify';
import { IdempotencyKey, idempotencyKeyHeader } from '@headwater/service-kit';
import { PostParams } from '../post/post.requests.ts';
import { answerWith } from '../request/command-answer.ts';
import { CommentCommands } from './comment-commands.ts';
import { AddCommentRequest, CommentResponse } from './comment.requests.ts';

@ApiTags('comments')
@Controller('posts/:postId/comments')
export class CommentController {
  constructor(private readonly commands: CommentCommands) {}

  @Post()
  @ApiOperation({ summary: 'Comment on a post' })
  @ApiHeader(idempotencyKeyHeader)
  @ApiCreatedResponse({ type: CommentResponse })
  async add(
    @Param() { postId }: PostParams,
    @Body() request: AddCommentRequest,
    @IdempotencyKey() idempotencyKey: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    return answerWith(reply, await this.commands.add(postId, request, idempotencyKey));
  }
}
