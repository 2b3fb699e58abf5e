import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, Max, Min } from 'class-validator';

const standardCount = 10;
const greatestCount = 100;

export class RecommendationsQuery {
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: greatestCount, default: standardCount })
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(greatestCount)
  limit: number = standardCount;
}

export class ReasonResponse {
  @ApiProperty({ enum: ['because-you-watched', 'popular-now'] })
  readonly kind!: 'because-you-watched' | 'popular-now';

  @ApiProperty({ type: String, nullable: true, description: 'the show that speaks most for it' })
  readonly showId!: string | null;

  @ApiProperty({ type: String, description: 'for people', example: 'Because you watched Oblivion (2013)' })
  readonly text!: string;
}

export class RecommendationResponse {
  @ApiProperty({ type: String })
  readonly showId!: string;

  @ApiProperty({ type: String })
  readonly title!: string;

  @ApiProperty({ type: [String] })
  readonly genres!: readonly string[];

  @ApiProperty({ type: Number, description: 'greater is better; comparable within one list only' })
  readonly score!: number;

  @ApiProperty({ type: ReasonResponse })
  readonly reason!: ReasonResponse;
}

export class RecommendationsResponse {
  @ApiProperty({ type: String })
  readonly userId!: string;

  @ApiProperty({ type: Boolean, description: 'nothing is known of the user: what is popular now' })
  readonly cold!: boolean;

  @ApiProperty({ type: [RecommendationResponse], description: 'best first' })
  readonly items!: readonly RecommendationResponse[];
}
