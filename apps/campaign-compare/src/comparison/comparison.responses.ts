import { ApiProperty } from '@nestjs/swagger';
import type { Campaign } from '../campaign/campaign.ts';
import {
  CampaignResponse,
  campaignResponse,
  CountedResponse,
  countedResponse,
  IntervalResponse,
} from '../campaign/campaign.responses.ts';
import { testMethods, type TestMethod } from '../statistics/index.ts';
import type { Comparison, Look } from './comparison.ts';

export class DifferenceResponse extends IntervalResponse {
  @ApiProperty({ type: Number, description: 'click-through rate of a less that of b' })
  readonly value!: number;
}

export class TestResponse {
  @ApiProperty({
    enum: testMethods,
    description: 'z where at least 5 are expected in each of the four cells (Cochran’s rule), else Fisher’s exact test',
  })
  readonly method!: TestMethod;

  @ApiProperty({ type: Number, description: 'how likely chance alone makes a difference as large, two-sided' })
  readonly pValue!: number;

  @ApiProperty({ type: Boolean, description: 'whether the p-value is below 1 - confidence' })
  readonly significant!: boolean;
}

export class LookTestResponse extends TestResponse {
  @ApiProperty({ type: Number, description: 'the p-value, corrected for how many looks there are; it decides' })
  readonly adjustedPValue!: number;
}

class LookResponse {
  @ApiProperty({ type: CountedResponse })
  readonly a!: CountedResponse;

  @ApiProperty({ type: CountedResponse })
  readonly b!: CountedResponse;

  @ApiProperty({ type: DifferenceResponse, nullable: true, description: 'null where one of them has no impressions' })
  readonly difference!: DifferenceResponse | null;

  @ApiProperty({ type: LookTestResponse, nullable: true, description: 'null where one of them has no impressions' })
  readonly test!: LookTestResponse | null;
}

export class HourLookResponse extends LookResponse {
  @ApiProperty({ type: String, format: 'date-time', description: 'the hour’s beginning, of the impressions' })
  readonly hour!: string;
}

export class CreativeLookResponse extends LookResponse {
  @ApiProperty({ type: String })
  readonly creative!: string;
}

class LooksResponse {
  @ApiProperty({ enum: ['Holm'], description: 'how p-values are corrected for the number of looks' })
  readonly correction!: 'Holm';

  @ApiProperty({ type: Number, description: 'how many were tested' })
  readonly looks!: number;
}

export class HourLooksResponse extends LooksResponse {
  @ApiProperty({ type: [HourLookResponse], description: 'the earliest first' })
  readonly items!: readonly HourLookResponse[];
}

export class CreativeLooksResponse extends LooksResponse {
  @ApiProperty({ type: [CreativeLookResponse], description: 'in order of their names' })
  readonly items!: readonly CreativeLookResponse[];
}

export class MethodsResponse {
  @ApiProperty({ enum: ['Wilson score'] })
  readonly interval!: 'Wilson score';

  @ApiProperty({ enum: ['Newcombe hybrid score'] })
  readonly difference!: 'Newcombe hybrid score';

  @ApiProperty({ type: Number, description: 'of all intervals; its rest is the level of the tests' })
  readonly confidence!: number;
}

export class ComparisonResponse {
  @ApiProperty({ type: CampaignResponse })
  readonly a!: CampaignResponse;

  @ApiProperty({ type: CampaignResponse })
  readonly b!: CampaignResponse;

  @ApiProperty({ type: DifferenceResponse, nullable: true, description: 'null where one of them has no impressions' })
  readonly difference!: DifferenceResponse | null;

  @ApiProperty({ type: TestResponse, nullable: true, description: 'null where one of them has no impressions' })
  readonly test!: TestResponse | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description:
      'the campaigner whose rate is greater, where the difference is significant; null where chance may be it',
  })
  readonly winner!: string | null;

  @ApiProperty({ type: MethodsResponse })
  readonly methods!: MethodsResponse;

  @ApiProperty({ type: HourLooksResponse })
  readonly byHour!: HourLooksResponse;

  @ApiProperty({ type: CreativeLooksResponse })
  readonly byCreative!: CreativeLooksResponse;
}

export function comparisonResponse(
  a: Campaign,
  b: Campaign,
  { difference, test, byHour, byCreative }: Comparison,
  confidence: number,
): ComparisonResponse {
  const better = difference && difference.value > 0 ? a : b;
  return {
    a: { ...campaignResponse(a.performance), ...countedResponse(a.performance, confidence) },
    b: { ...campaignResponse(b.performance), ...countedResponse(b.performance, confidence) },
    difference,
    test: test && { method: test.method, pValue: test.pValue, significant: test.isSignificant },
    winner: test?.isSignificant ? better.performance.campaigner : null,
    methods: { interval: 'Wilson score', difference: 'Newcombe hybrid score', confidence },
    byHour: { ...looksOf(byHour), items: byHour.map((look) => ({ hour: look.name, ...lookOf(look, confidence) })) },
    byCreative: {
      ...looksOf(byCreative),
      items: byCreative.map((look) => ({ creative: look.name, ...lookOf(look, confidence) })),
    },
  };
}

const looksOf = (looks: readonly Look[]) => ({
  correction: 'Holm' as const,
  looks: looks.filter(({ test }) => test !== null).length,
});

function lookOf({ a, b, difference, test }: Look, confidence: number) {
  return {
    a: countedResponse(a, confidence),
    b: countedResponse(b, confidence),
    difference,
    test: test && {
      method: test.method,
      pValue: test.pValue,
      adjustedPValue: test.adjustedPValue,
      significant: test.isSignificant,
    },
  };
}
