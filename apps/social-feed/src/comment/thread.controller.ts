import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { PostParams } from '../post/post.requests.ts';
import { postUnknown } from '../post/post-unknown.ts';
import { ThreadQuery, ThreadResponse } from './comment.responses.ts';
import { ThreadPages } from './thread-pages.ts';

@ApiTags('comments')
@Controller('posts/:postId/comments')
export class ThreadController {
  constructor(private readonly threads: ThreadPages) {}

  @Get()
  @ApiOperation({
    summary: 'One level of the comments on a post, oldest first',
    description: 'Each says how many replies it has had: ask for them by its commentId.',
  })
  @ApiOkResponse({ type: ThreadResponse })
  async page(
    @Param() { postId }: PostParams,
    @Query() { parentCommentId, cursor, limit }: ThreadQuery,
  ): Promise<ThreadResponse> {
    const page = await this.threads.page(postId, parentCommentId, limit, cursor);
    if (!page) throw postUnknown(postId);
    return page;
  }
}
