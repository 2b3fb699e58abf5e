import { Body, Controller, Delete, Get, HttpCode, Param, Put } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Problem } from '@headwater/service-kit';
import { LiveModel } from '../learning/live-model.ts';
import { Catalogue } from './catalogue.ts';
import { DescribeShowRequest, DescribeShowsRequest, ShowParams, ShowResponse } from './show.requests.ts';

@ApiTags('shows')
@Controller('shows')
export class ShowController {
  constructor(
    private readonly catalogue: Catalogue,
    private readonly live: LiveModel,
  ) {}

  @Put()
  @HttpCode(204)
  @ApiOperation({
    summary: 'Put many shows into the catalogue, or change them',
    description: 'Answered when all are durable. Sending them again changes nothing.',
  })
  @ApiNoContentResponse({ description: 'stored' })
  async describeAll(@Body() { shows }: DescribeShowsRequest): Promise<void> {
    await this.catalogue.describe(shows);
  }

  @Put(':showId')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Put a show into the catalogue, or change it',
    description: 'Answered when it is durable; it may be recommended within moments.',
  })
  @ApiNoContentResponse({ description: 'stored' })
  async describe(@Param() { showId }: ShowParams, @Body() request: DescribeShowRequest): Promise<void> {
    const { title, year, genres } = request;
    await this.catalogue.describe([{ showId, title, year, genres }]);
  }

  @Get(':showId')
  @ApiOperation({ summary: 'A show as the catalogue has it', description: 'Follows the commands within moments.' })
  @ApiOkResponse({ type: ShowResponse })
  get(@Param() { showId }: ShowParams): ShowResponse {
    const facts = this.live.model.factsOf(showId);
    if (!facts) throw Problem.notFound('show-unknown', `There is no show ${showId} in the catalogue.`);
    const { title, year, genres } = facts;
    return { showId, title, year, genres };
  }

  @Delete(':showId')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Take a show out of the catalogue',
    description: 'It is not recommended any more; who watched it stays known. Taking it out again changes nothing.',
  })
  @ApiNoContentResponse({ description: 'taken out' })
  async withdraw(@Param() { showId }: ShowParams): Promise<void> {
    await this.catalogue.withdraw(showId);
  }
}
