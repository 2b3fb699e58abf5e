import { Body, Controller, Delete, Get, Headers, HttpCode, Param, Patch, Post, Query, Res } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiHeader,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { type FastifyReply } from 'fastify';
import { IdempotencyKey, idempotencyKeyHeader, answerWith } from '@headwater/service-kit';
import { HistoryResponse } from '../history/history.responses.ts';
import { PostHistory } from '../history/post-history.ts';
import { OccurredAtQuery, PostParams } from '../post/post.requests.ts';
import { CommentCommands } from './comment-commands.ts';
import { deepestReply } from './comment.decider.ts';
import { AddCommentRequest, CommentParams, CommentResponse, EditCommentRequest } from './comment.requests.ts';

@ApiTags('comments')
@Controller('posts/:postId/comments')
export class CommentController {
  constructor(
    private readonly commands: CommentCommands,
    private readonly histories: PostHistory,
  ) {}

  @Post()
  @ApiOperation({
    summary: 'Comment on a post, or reply to a comment',
    description: `Replies lie at most ${deepestReply} deep below a comment on the post.`,
  })
  @ApiHeader(idempotencyKeyHeader)
  @ApiCreatedResponse({ type: CommentResponse, description: 'added; Location and ETag are set' })
  async add(
    @Param() { postId }: PostParams,
    @Body() request: AddCommentRequest,
    @IdempotencyKey() idempotencyKey: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    return answerWith(reply, await this.commands.add(postId, request, idempotencyKey));
  }

  @Get(':commentId/history')
  @ApiOperation({ summary: 'What a comment has said, the first version first' })
  @ApiOkResponse({ type: HistoryResponse })
  async history(@Param() { postId, commentId }: CommentParams): Promise<HistoryResponse> {
    return { items: await this.histories.ofComment(postId, commentId) };
  }

  @Patch(':commentId')
  @ApiOperation({ summary: 'Change what a comment says' })
  @ApiHeader(idempotencyKeyHeader)
  @ApiHeader({ name: 'If-Match', required: false, description: 'the ETag of the version that is changed' })
  @ApiOkResponse({ type: CommentResponse, description: 'ETag is set' })
  async edit(
    @Param() { postId, commentId }: CommentParams,
    @Body() request: EditCommentRequest,
    @IdempotencyKey() idempotencyKey: string | undefined,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    return answerWith(reply, await this.commands.edit({ postId, commentId }, request, { idempotencyKey, ifMatch }));
  }

  @Delete(':commentId')
  @HttpCode(204)
  @ApiOperation({ summary: 'Delete a comment', description: 'Replies to it stay. Deleting it again changes nothing.' })
  @ApiHeader(idempotencyKeyHeader)
  @ApiHeader({ name: 'If-Match', required: false, description: 'the ETag of the version to delete' })
  @ApiNoContentResponse({ description: 'deleted' })
  async delete(
    @Param() { postId, commentId }: CommentParams,
    @Query() { occurredAt }: OccurredAtQuery,
    @IdempotencyKey() idempotencyKey: string | undefined,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    return answerWith(
      reply,
      await this.commands.delete({ postId, commentId }, occurredAt, { idempotencyKey, ifMatch }),
    );
  }
}
