import { Controller, Get, Param } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { EntityManager } from 'typeorm';
import { postUnknown } from '../post/post-unknown.ts';
import { findTotals } from './post-totals.ts';
import { TotalsResponse } from './totals.responses.ts';

@ApiTags('totals')
@Controller('posts')
export class TotalsController {
  constructor(private readonly manager: EntityManager) {}

  @Get(':postId/totals')
  @ApiOperation({
    summary: 'How many like a post and how many comments it has',
    description: 'Follows the events within moments; 404 until the post itself has come.',
  })
  @ApiOkResponse({ type: TotalsResponse })
  async totals(@Param('postId') postId: string): Promise<TotalsResponse> {
    // PostgreSQL's text holds no NUL, so no post is named with one.
    const totals = postId.includes('\0') ? undefined : await findTotals(this.manager, postId);
    if (!totals) throw postUnknown(postId);
    return totals;
  }
}
