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
import { entityTag, IdempotencyKey, idempotencyKeyHeader, answerWith } from '@headwater/service-kit';
import { HistoryResponse } from '../history/history.responses.ts';
import { PostHistory } from '../history/post-history.ts';
import { PostCommands } from './post-commands.ts';
import { PostDirectory } from './post-directory.ts';
import { postDeleted, postUnknown } from './post.decider.ts';
import { EditPostRequest, OccurredAtQuery, PostParams, PostResponse, PublishPostRequest } from './post.requests.ts';

@ApiTags('posts')
@Controller('posts')
export class PostController {
  constructor(
    private readonly commands: PostCommands,
    private readonly directory: PostDirectory,
    private readonly histories: PostHistory,
  ) {}

  @Post()
  @ApiOperation({ summary: 'Publish a post' })
  @ApiHeader(idempotencyKeyHeader)
  @ApiCreatedResponse({ type: PostResponse, description: 'published; Location and ETag are set' })
  async publish(
    @Body() request: PublishPostRequest,
    @IdempotencyKey() idempotencyKey: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    return answerWith(reply, await this.commands.publish(request, { idempotencyKey }));
  }

  @Get(':postId')
  @ApiOperation({
    summary: 'Whether there is such a post, and its version',
    description: 'What a post says and its totals are served by social-feed.',
  })
  @ApiOkResponse({ type: PostResponse, description: 'ETag is set' })
  async get(@Param() { postId }: PostParams, @Res({ passthrough: true }) reply: FastifyReply): Promise<PostResponse> {
    const post = await this.directory.find(postId);
    if (post === undefined) throw postUnknown(postId);
    if (post.deleted) throw postDeleted(postId);
    reply.header('etag', entityTag(post.version));
    return { postId, userId: post.userId, version: post.version };
  }

  @Get(':postId/history')
  @ApiOperation({
    summary: 'What a post has said, the first version first',
    description: 'All of it is in the event store, also of a post that was deleted.',
  })
  @ApiOkResponse({ type: HistoryResponse })
  async history(@Param() { postId }: PostParams): Promise<HistoryResponse> {
    return { items: await this.histories.ofPost(postId) };
  }

  @Patch(':postId')
  @ApiOperation({
    summary: 'Change what a post says',
    description: 'What is left out stays as it is. Stating what it says already changes nothing.',
  })
  @ApiHeader(idempotencyKeyHeader)
  @ApiHeader({ name: 'If-Match', required: false, description: 'the ETag of the version that is changed' })
  @ApiOkResponse({ type: PostResponse, description: 'ETag is set' })
  async edit(
    @Param() { postId }: PostParams,
    @Body() request: EditPostRequest,
    @IdempotencyKey() idempotencyKey: string | undefined,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    return answerWith(reply, await this.commands.edit(postId, request, { idempotencyKey, ifMatch }));
  }

  @Delete(':postId')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Delete a post',
    description: 'Its likes and comments go with it. Deleting it again changes nothing.',
  })
  @ApiHeader(idempotencyKeyHeader)
  @ApiHeader({ name: 'If-Match', required: false, description: 'the ETag of the version to delete' })
  @ApiNoContentResponse({ description: 'deleted' })
  async delete(
    @Param() { postId }: PostParams,
    @Query() { occurredAt }: OccurredAtQuery,
    @IdempotencyKey() idempotencyKey: string | undefined,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    return answerWith(reply, await this.commands.delete(postId, occurredAt, { idempotencyKey, ifMatch }));
  }
}
