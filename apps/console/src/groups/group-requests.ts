import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, IsBoolean, IsIn, IsInt, IsOptional, IsString, Length, Min } from 'class-validator';

export class GroupParams {
  @ApiProperty({ type: String })
  @Length(1, 1000)
  group!: string;
}

export const RESET_TARGETS = ['earliest', 'latest', 'offset', 'time', 'shift'] as const;

export class ResetOffsetsRequest {
  @ApiProperty({ type: String })
  @IsString()
  topic!: string;

  @ApiPropertyOptional({ type: [Number], description: 'all partitions when left out' })
  @IsOptional()
  @IsInt({ each: true })
  @Min(0, { each: true })
  @ArrayMaxSize(10_000)
  partitions?: number[];

  @ApiProperty({ enum: RESET_TARGETS, description: 'where the group shall go on' })
  @IsIn(RESET_TARGETS)
  to!: (typeof RESET_TARGETS)[number];

  @ApiPropertyOptional({
    type: String,
    description: 'the offset; the time (ISO 8601); by how many records to go forth, or back when below zero',
  })
  @IsOptional()
  @IsString()
  value?: string;

  @ApiPropertyOptional({ type: Boolean, description: 'only say what would be done' })
  @IsOptional()
  @IsBoolean()
  dryRun?: boolean;
}
