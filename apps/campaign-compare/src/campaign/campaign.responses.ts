import { ApiProperty } from '@nestjs/swagger';
import type { CampaignPerformance } from '@headwater/contracts';
import { wilsonInterval } from '../statistics/index.ts';
import { clickThroughRateOf, type Campaign, type Counted } from './campaign.ts';

export const standardConfidence = 0.95;

export class IntervalResponse {
  @ApiProperty({ type: Number })
  readonly low!: number;

  @ApiProperty({ type: Number })
  readonly high!: number;
}

export class CountedResponse {
  @ApiProperty({ type: Number })
  readonly impressions!: number;

  @ApiProperty({ type: Number, description: 'how many of the impressions were clicked' })
  readonly clicks!: number;

  @ApiProperty({ type: Number, nullable: true, description: 'clicks over impressions, from 0 to 1; null without any' })
  readonly clickThroughRate!: number | null;

  @ApiProperty({ type: IntervalResponse, description: 'Wilson’s score interval of the click-through rate' })
  readonly interval!: IntervalResponse;
}

export class CampaignResponse extends CountedResponse {
  @ApiProperty({ type: String })
  readonly campaigner!: string;

  @ApiProperty({ type: Number, description: 'impressions that were reported again' })
  readonly duplicateImpressions!: number;

  @ApiProperty({ type: Number, description: 'further clicks on impressions that had one' })
  readonly duplicateClicks!: number;

  @ApiProperty({ type: Number, description: 'clicks outside of the window of their impression' })
  readonly lateClicks!: number;

  @ApiProperty({ type: String, format: 'date-time', description: 'when the newest report arrived that is counted' })
  readonly updatedAt!: string;
}

export class CampaignsResponse {
  @ApiProperty({
    type: [CampaignResponse],
    description: 'in order of their names; intervals have a confidence of 0.95',
  })
  readonly items!: readonly CampaignResponse[];

  @ApiProperty({ type: String, nullable: true, description: 'cursor of the next page; null on the last one' })
  readonly nextCursor!: string | null;
}

export class HourResponse extends CountedResponse {
  @ApiProperty({ type: String, format: 'date-time', description: 'the hour’s beginning, of the impressions' })
  readonly hour!: string;
}

export class CreativeResponse extends CountedResponse {
  @ApiProperty({ type: String })
  readonly creative!: string;
}

export class CampaignDetailResponse extends CampaignResponse {
  @ApiProperty({ type: [HourResponse], description: 'the earliest first' })
  readonly byHour!: readonly HourResponse[];

  @ApiProperty({ type: [CreativeResponse], description: 'in order of their names' })
  readonly byCreative!: readonly CreativeResponse[];
}

export class OrphanHourResponse {
  @ApiProperty({ type: String, format: 'date-time', description: 'the hour’s beginning, of the clicks' })
  readonly hour!: string;

  @ApiProperty({ type: Number })
  readonly clicks!: number;
}

export class OrphansResponse {
  @ApiProperty({ type: Number, description: 'clicks whose impression never came' })
  readonly clicks!: number;

  @ApiProperty({ type: [OrphanHourResponse], description: 'the earliest first' })
  readonly byHour!: readonly OrphanHourResponse[];
}

/** A {@link CountedResponse}. */
export function countedResponse(counted: Counted, confidence = standardConfidence) {
  const { impressions, clicks } = counted;
  const interval = wilsonInterval({ successes: clicks, trials: impressions }, confidence);
  return { impressions, clicks, clickThroughRate: clickThroughRateOf(counted), interval };
}

/** A {@link CampaignResponse}. */
export function campaignResponse(performance: CampaignPerformance) {
  const { campaigner, duplicateImpressions, duplicateClicks, lateClicks, occurredAt } = performance;
  const updatedAt = occurredAt.toISOString();
  return { campaigner, ...countedResponse(performance), duplicateImpressions, duplicateClicks, lateClicks, updatedAt };
}

export function campaignDetailResponse({ performance, hours, creatives }: Campaign): CampaignDetailResponse {
  return {
    ...campaignResponse(performance),
    byHour: inOrder(hours).map(([hour, counted]) => ({ hour, ...countedResponse(counted) })),
    byCreative: inOrder(creatives).map(([creative, counted]) => ({ creative, ...countedResponse(counted) })),
  };
}

/** By name; those that are numbers by their value. */
export function inOrder<T>(parts: ReadonlyMap<string, T>): [string, T][] {
  return [...parts].sort(([one], [other]) => one.localeCompare(other, 'en', { numeric: true }));
}
