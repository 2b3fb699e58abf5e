import { Controller, Get, Param, Query, UseInterceptors } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CursorCodec, pageOf, PageQuery } from '@headwater/service-kit';
import { OwnedPositions } from '../ownership/owned-positions.ts';
import { ToOwner } from '../ownership/to-owner.interceptor.ts';
import { UserParams } from '../position/position.requests.ts';
import { positionResponse, ResumeResponse } from '../position/position.responses.ts';
import { ShowTitles } from '../show/show-titles.ts';
import { resumeList } from './resume-list.ts';

const cursors = new CursorCodec({ occurredAtMs: 'number', showId: 'string' });

@ApiTags('resume')
@Controller('users/:userId/resume')
@UseInterceptors(ToOwner)
export class ResumeController {
  constructor(
    private readonly owned: OwnedPositions,
    private readonly titles: ShowTitles,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'Continue watching',
    description:
      'The shows that a user has begun and not finished, newest first. A user without any has an empty list.',
  })
  @ApiOkResponse({ type: ResumeResponse })
  async list(@Param() { userId }: UserParams, @Query() { cursor, limit }: PageQuery): Promise<ResumeResponse> {
    const after = cursor === undefined ? undefined : cursors.decode(cursor);
    const positions = (await this.owned.of(userId)).table.ofUser(userId);
    const rows = resumeList(positions, after).slice(0, limit + 1);
    const { items, nextCursor } = pageOf(rows, limit, (row) => cursors.encode(row));
    return { items: items.map((item) => positionResponse(item, this.titles.titleOf(item.showId))), nextCursor };
  }
}
