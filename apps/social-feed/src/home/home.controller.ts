import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Id, PageQuery } from '@headwater/service-kit';
import { FeedResponse } from '../feed/feed.responses.ts';
import { HomePages } from './home-pages.ts';

class UserParams {
  @Id({ description: 'whose home it is' })
  userId!: string;
}

@ApiTags('feed')
@Controller('users/:userId/home')
export class HomeController {
  constructor(private readonly home: HomePages) {}

  @Get()
  @ApiOperation({ summary: 'Posts of those whom a user follows, with their totals, newest first' })
  @ApiOkResponse({ type: FeedResponse })
  async page(@Param() { userId }: UserParams, @Query() { cursor, limit }: PageQuery): Promise<FeedResponse> {
    return this.home.page(userId, limit, cursor);
  }
}
