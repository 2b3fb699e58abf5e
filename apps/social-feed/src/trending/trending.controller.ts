import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { PostsTrended } from '@headwater/contracts';
import { EntityManager } from 'typeorm';
import { feedPostOf, type FeedRow } from '../feed/feed-post.ts';
import { TrendingBoard } from './trending-board.ts';
import { TrendingQuery, TrendingResponse, type TrendingPostResponse } from './trending.responses.ts';

@ApiTags('trending')
@Controller('trending')
export class TrendingController {
  constructor(
    private readonly board: TrendingBoard,
    private readonly manager: EntityManager,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'The posts that moved the most within an hour',
    description:
      'Hours begin every ten minutes and go by the times of the events. The newest one is nearly over; posts that were deleted are left out.',
  })
  @ApiOkResponse({ type: TrendingResponse })
  async trending(@Query() { window }: TrendingQuery): Promise<TrendingResponse> {
    const trended = window === undefined ? this.board.current() : this.board.at(new Date(window).toISOString());
    if (!trended) return { windowStart: null, windowEnd: null, items: [] };
    return {
      windowStart: trended.windowStart.toISOString(),
      windowEnd: trended.windowEnd.toISOString(),
      items: await this.postsOf(trended),
    };
  }

  private async postsOf({ posts }: PostsTrended): Promise<TrendingPostResponse[]> {
    const rows = await this.manager.query<FeedRow[]>(
      'SELECT posts.*, likes, comments FROM posts LEFT JOIN post_totals USING (post_id) WHERE post_id = ANY ($1) AND NOT deleted',
      [posts.map(({ postId }) => postId)],
    );
    const known = new Map(rows.map((row) => [row.post_id, feedPostOf(row)]));
    return posts.flatMap(({ postId, score, likes: windowLikes, comments: windowComments }) => {
      const post = known.get(postId);
      return post ? [Object.assign(post, { score, windowLikes, windowComments })] : [];
    });
  }
}
