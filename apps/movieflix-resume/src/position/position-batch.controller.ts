import { Body, Controller, Headers, HttpCode, Post } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Problem } from '@headwater/service-kit';
import { forwardedByHeader } from '../ownership/owner-forwarding.ts';
import { PositionBatch } from './position-batch.ts';
import { largestBatch, PositionBatchRequest } from './position.requests.ts';
import { PositionBatchResponse } from './position.responses.ts';

@ApiTags('positions')
@Controller('positions')
export class PositionBatchController {
  constructor(private readonly batch: PositionBatch) {}

  @Post()
  @HttpCode(200)
  @ApiOperation({
    summary: 'Report many positions, for devices that were offline',
    description: 'Each report counts for itself, as a single one does: a wrong one keeps no other from being taken.',
  })
  @ApiBody({ type: PositionBatchRequest })
  @ApiOkResponse({ type: PositionBatchResponse, description: 'what became of each' })
  async report(
    // Checked one by one, so that each can be answered.
    @Body() body: object | undefined,
    @Headers(forwardedByHeader) forwardedBy: string | undefined,
  ): Promise<PositionBatchResponse> {
    const { positions, ...rest } = (body ?? {}) as { readonly positions?: unknown };
    if (
      !Array.isArray(positions) ||
      positions.length < 1 ||
      positions.length > largestBatch ||
      Object.keys(rest).length > 0
    ) {
      const detail = `The request must be {"positions": […]} with 1 to ${largestBatch} reports and nothing else.`;
      const field = {
        field: 'positions',
        pointer: '#/positions',
        detail: `must be a list of 1 to ${largestBatch} reports`,
      };
      throw Problem.badRequest('validation-failed', detail, [field]);
    }
    return { results: await this.batch.report(positions, forwardedBy !== undefined) };
  }
}
