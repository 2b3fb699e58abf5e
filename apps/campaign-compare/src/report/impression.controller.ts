import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiAcceptedResponse, ApiBody, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { takeBatch } from './report-batch.ts';
import { ReportPublisher } from './report.publisher.ts';
import { ImpressionBatchRequest, ImpressionRequest } from './report.requests.ts';
import { accepted, AcceptedResponse, BatchResponse } from './report.responses.ts';

@ApiTags('reports')
@Controller('impressions')
export class ImpressionController {
  constructor(private readonly publisher: ReportPublisher) {}

  @Post()
  @HttpCode(202)
  @ApiOperation({
    summary: 'Report that an advertisement was shown',
    description: 'Answered when the report is durable. Sending it again changes no count but that of duplicates.',
  })
  @ApiAcceptedResponse({ type: AcceptedResponse })
  async report(@Body() request: ImpressionRequest): Promise<AcceptedResponse> {
    await this.publisher.impression(request);
    return accepted(request.impressionId);
  }

  @Post('batch')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Report many impressions',
    description: 'Each counts for itself, as a single one does: a wrong one keeps no other from being taken.',
  })
  @ApiBody({ type: ImpressionBatchRequest })
  @ApiOkResponse({ type: BatchResponse, description: 'what became of each' })
  // Checked one by one, so that each can be answered.
  async reportMany(@Body() body: object | undefined): Promise<BatchResponse> {
    return takeBatch(body, 'impressions', ImpressionRequest, (report) => this.publisher.impression(report));
  }
}
