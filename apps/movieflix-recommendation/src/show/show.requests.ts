import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsInt,
  IsOptional,
  Length,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import { Id } from '../request/fields.ts';

export const largestBatch = 1_000;

export class ShowParams {
  @Id('the show')
  showId!: string;
}

/** What the catalogue says of a show. */
export class DescribeShowRequest {
  @ApiProperty({ type: String, minLength: 1, maxLength: 500 })
  @Length(1, 500)
  title!: string;

  @ApiProperty({ type: 'integer', minimum: 1850, maximum: 2200, required: false, nullable: true })
  @IsOptional()
  @IsInt()
  @Min(1850)
  @Max(2200)
  year?: number | null;

  @ApiProperty({
    type: [String],
    required: false,
    maxItems: 20,
    description: 'in the order that matters; none by default',
  })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(20)
  @ArrayUnique()
  @Length(1, 50, { each: true })
  genres?: readonly string[];
}

/** One of a batch. */
export class DescribeShowItem extends DescribeShowRequest {
  @Id('the show')
  showId!: string;
}

export class DescribeShowsRequest {
  @ApiProperty({ type: [DescribeShowItem], minItems: 1, maxItems: largestBatch })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(largestBatch)
  @ValidateNested({ each: true })
  @Type(() => DescribeShowItem)
  shows!: readonly DescribeShowItem[];
}

export class ShowResponse {
  @ApiProperty({ type: String })
  readonly showId!: string;

  @ApiProperty({ type: String })
  readonly title!: string;

  @ApiProperty({ type: 'integer', nullable: true })
  readonly year!: number | null;

  @ApiProperty({ type: [String] })
  readonly genres!: readonly string[];
}
