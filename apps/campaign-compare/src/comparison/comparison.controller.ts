import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { Problem } from '@headwater/service-kit';
import { Type } from 'class-transformer';
import { IsNumber, Max, Min } from 'class-validator';
import { CampaignTable } from '../campaign/campaign-table.ts';
import { standardConfidence } from '../campaign/campaign.responses.ts';
import { Campaigner } from '../report/report.requests.ts';
import { compareCampaigns } from './comparison.ts';
import { comparisonResponse, ComparisonResponse } from './comparison.responses.ts';

class ComparisonQuery {
  @Campaigner('one campaign')
  a!: string;

  @Campaigner('the other')
  b!: string;

  @ApiPropertyOptional({ type: Number, minimum: 0.5, maximum: 0.9999, default: standardConfidence })
  @Type(() => Number)
  @IsNumber()
  @Min(0.5)
  @Max(0.9999)
  confidence: number = standardConfidence;
}

@ApiTags('campaigns')
@Controller('campaigns/compare')
export class ComparisonController {
  constructor(private readonly campaigns: CampaignTable) {}

  @Get()
  @ApiOperation({
    summary: 'Whether one of two campaigns is better',
    description:
      'Wilson’s interval of each click-through rate, Newcombe’s of their difference, and a test whether chance may be all there is to it; the ' +
      'same by hour and by creative, corrected for the number of looks by Holm. Decide when to look before you look: who looks until it is ' +
      'significant will see it become so.',
  })
  @ApiOkResponse({ type: ComparisonResponse })
  compare(@Query() { a, b, confidence }: ComparisonQuery): ComparisonResponse {
    if (a === b)
      throw Problem.badRequest('same-campaign', 'A campaign is compared with another: a and b are the same.');
    const [one, other] = [this.campaigns.campaign(a), this.campaigns.campaign(b)];
    return comparisonResponse(one, other, compareCampaigns(one, other, confidence), confidence);
  }
}
