import { Controller, Get, Headers, HttpStatus, Param, Query, Res } from '@nestjs/common';
import { ApiHeader, ApiNotModifiedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { PageQuery } from '@headwater/service-kit';
import { type FastifyReply } from 'fastify';
import { Campaigner } from '../report/report.requests.ts';
import type { Campaign, Counted } from './campaign.ts';
import { CampaignTable } from './campaign-table.ts';
import {
  campaignDetailResponse,
  CampaignDetailResponse,
  campaignResponse,
  CampaignsResponse,
} from './campaign.responses.ts';

class CampaignParams {
  @Campaigner('whose campaign')
  campaigner!: string;
}

@ApiTags('campaigns')
@Controller('campaigns')
export class CampaignController {
  constructor(private readonly campaigns: CampaignTable) {}

  @Get()
  @ApiOperation({
    summary: 'All campaigns with their counts',
    description: 'Counts follow the reports by a fraction of a second.',
  })
  @ApiOkResponse({ type: CampaignsResponse })
  page(@Query() { cursor, limit }: PageQuery): CampaignsResponse {
    const { items, nextCursor } = this.campaigns.page(limit, cursor);
    return { items: items.map(campaignResponse), nextCursor };
  }

  @Get(':campaigner')
  @ApiOperation({ summary: 'A campaign by hour and by creative' })
  @ApiHeader({ name: 'If-None-Match', required: false, description: 'the ETag of an earlier answer' })
  @ApiOkResponse({ type: CampaignDetailResponse, description: 'ETag is set' })
  @ApiNotModifiedResponse({ description: 'the counts are still those of If-None-Match' })
  campaign(
    @Param() { campaigner }: CampaignParams,
    @Headers('if-none-match') ifNoneMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): CampaignDetailResponse | undefined {
    const campaign = this.campaigns.campaign(campaigner);
    const tag = entityTagOf(campaign);
    void reply.header('etag', tag);
    if (isNamed(tag, ifNoneMatch)) {
      void reply.status(HttpStatus.NOT_MODIFIED);
      return undefined;
    }
    return campaignDetailResponse(campaign);
  }
}

/** Counts only grow, so that their sums tell one state from all others. */
function entityTagOf({ performance, hours, creatives }: Campaign): string {
  const parts = [hours, creatives].flatMap((part) => {
    const all: readonly Counted[] = [...part.values()];
    return [sumOf(all, 'impressions'), sumOf(all, 'clicks')];
  });
  const { impressions, clicks, duplicateImpressions, duplicateClicks, lateClicks } = performance;
  return `"${[impressions, clicks, duplicateImpressions, duplicateClicks, lateClicks, ...parts].join('-')}"`;
}

const sumOf = (counted: readonly Counted[], field: keyof Counted): number =>
  counted.reduce((sum, each) => sum + each[field], 0);

/** Whether an `If-None-Match` names the tag, weakly or not (RFC 9110, 13.1.2). */
function isNamed(tag: string, ifNoneMatch: string | undefined): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch.split(',').some((named) => named.trim() === '*' || named.trim().replace(/^W\//, '') === tag);
}
