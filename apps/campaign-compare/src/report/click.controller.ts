import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiAcceptedResponse, ApiBody, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CampaignTable } from '../campaign/campaign-table.ts';
import { OrphansResponse } from '../campaign/campaign.responses.ts';
import { takeBatch } from './report-batch.ts';
import { ReportPublisher } from './report.publisher.ts';
import { ClickBatchRequest, ClickRequest } from './report.requests.ts';
import { accepted, AcceptedResponse, BatchResponse } from './report.responses.ts';

@ApiTags('reports')
@Controller('clicks')
export class ClickController {
  constructor(
    private readonly publisher: ReportPublisher,
    private readonly campaigns: CampaignTable,
  ) {}

  @Post()
  @HttpCode(202)
  @ApiOperation({
    summary: 'Report that an advertisement was clicked',
    description:
      'The click may come before its impression. It counts once for an impression, within a window of time after it; what does not count is counted apart.',
  })
  @ApiAcceptedResponse({ type: AcceptedResponse })
  async report(@Body() request: ClickRequest): Promise<AcceptedResponse> {
    await this.publisher.click(request);
    return accepted(request.impressionId);
  }

  @Post('batch')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Report many clicks',
    description: 'Each counts for itself, as a single one does: a wrong one keeps no other from being taken.',
  })
  @ApiBody({ type: ClickBatchRequest })
  @ApiOkResponse({ type: BatchResponse, description: 'what became of each' })
  async reportMany(@Body() body: object | undefined): Promise<BatchResponse> {
    return takeBatch(body, 'clicks', ClickRequest, (report) => this.publisher.click(report));
  }

  @Get('orphans')
  @ApiOperation({ summary: 'Clicks whose impression never came, which no campaign can be told of' })
  @ApiOkResponse({ type: OrphansResponse })
  orphans(): OrphansResponse {
    const byHour = this.campaigns.orphans();
    return { clicks: byHour.reduce((sum, { clicks }) => sum + clicks, 0), byHour };
  }
}
