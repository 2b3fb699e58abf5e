import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { PageQuery } from '@headwater/service-kit';
import { FeedQuery } from './feed-query.ts';
import { FeedResponse } from './feed.responses.ts';

@ApiTags('feed')
@Controller('feed')
export class FeedController {
  constructor(private readonly feed: FeedQuery) {}

  @Get()
  @ApiOperation({ summary: 'Posts with their totals, newest first' })
  @ApiOkResponse({ type: FeedResponse })
  async page(@Query() { cursor, limit }: PageQuery): Promise<FeedResponse> {
    return this.feed.page(limit, cursor);
  }
}
