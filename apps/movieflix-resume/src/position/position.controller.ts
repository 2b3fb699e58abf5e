import { Body, Controller, Get, Headers, HttpStatus, Param, Put, Res, UseInterceptors } from '@nestjs/common';
import { ApiHeader, ApiNotModifiedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Problem } from '@headwater/service-kit';
import { type FastifyReply } from 'fastify';
import { OwnedPositions } from '../ownership/owned-positions.ts';
import { ToOwner } from '../ownership/to-owner.interceptor.ts';
import { ShowTitles } from '../show/show-titles.ts';
import { entityTagOf, isNamed } from './entity-tag.ts';
import { PositionReports } from './position-reports.ts';
import { PositionParams, PositionRequest } from './position.requests.ts';
import { PositionResponse, positionResponse, ReportedResponse, reportedResponse } from './position.responses.ts';
import { reportOf } from './report-of.ts';

@ApiTags('positions')
@Controller('users/:userId/shows/:showId/position')
@UseInterceptors(ToOwner)
export class PositionController {
  constructor(
    private readonly owned: OwnedPositions,
    private readonly reports: PositionReports,
    private readonly titles: ShowTitles,
  ) {}

  @Put()
  @ApiOperation({
    summary: 'Report where a user is in a show',
    description:
      'Of all reports the latest by the clocks of the devices holds, in whatever order they come. Answered when the report is durable, ' +
      'and readable from then on. Sending it again changes nothing.',
  })
  @ApiOkResponse({ type: ReportedResponse, description: 'the position that holds now; ETag is set' })
  async report(
    @Param() params: PositionParams,
    @Body() request: PositionRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ReportedResponse> {
    const held = await this.owned.of(params.userId);
    const reported = await this.reports.report(held, reportOf(params, request));
    void reply.header('etag', entityTagOf(reported.position));
    return reportedResponse(reported, this.titles.titleOf(params.showId));
  }

  @Get()
  @ApiOperation({ summary: 'Where a user stopped in a show' })
  @ApiHeader({ name: 'If-None-Match', required: false, description: 'the ETag of an earlier answer' })
  @ApiOkResponse({ type: PositionResponse, description: 'ETag is set' })
  @ApiNotModifiedResponse({ description: 'the position is still the one of If-None-Match' })
  async get(
    @Param() { userId, showId }: PositionParams,
    @Headers('if-none-match') ifNoneMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PositionResponse | undefined> {
    const position = (await this.owned.of(userId)).table.get(userId, showId);
    if (!position) throw Problem.notFound('position-unknown', `User ${userId} has no position in show ${showId}.`);
    const tag = entityTagOf(position);
    void reply.header('etag', tag);
    if (isNamed(tag, ifNoneMatch)) {
      void reply.status(HttpStatus.NOT_MODIFIED);
      return undefined;
    }
    return positionResponse(position, this.titles.titleOf(showId));
  }
}
