import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Moment } from '@headwater/service-kit';
import { FeedPostResponse } from '../feed/feed.responses.ts';

export class TrendingQuery {
  @ApiPropertyOptional()
  @Moment({ required: false, description: 'the end of the hour that is asked for; the newest hour by default' })
  window?: string;
}

export class TrendingPostResponse extends FeedPostResponse {
  @ApiProperty({ type: Number, description: 'likes and twice the comments, halved for every 15 minutes of age' })
  readonly score!: number;

  @ApiProperty({ type: 'integer', minimum: 0, description: 'likes given within the hour' })
  readonly windowLikes!: number;

  @ApiProperty({ type: 'integer', minimum: 0, description: 'comments added within the hour' })
  readonly windowComments!: number;
}

export class TrendingResponse {
  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'null while nothing has happened yet',
  })
  readonly windowStart!: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  readonly windowEnd!: string | null;

  @ApiProperty({ type: [TrendingPostResponse], description: 'at most 20, the greatest score first' })
  readonly items!: readonly TrendingPostResponse[];
}
