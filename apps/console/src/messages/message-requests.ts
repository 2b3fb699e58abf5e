import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsBoolean, IsIn, IsInt, IsObject, IsOptional, IsString, Length, Matches, Max, Min } from 'class-validator';
import { TopicParams } from '../topics/topic-requests.ts';

const MOST_RECORDS = 500;

export class RecordParams extends TopicParams {
  @ApiProperty({ type: Number })
  @Type(() => Number)
  @IsInt()
  @Min(0)
  partition!: number;

  @ApiProperty({ type: Number })
  @Type(() => Number)
  @IsInt()
  @Min(0)
  offset!: number;
}

export class ScanQuery {
  @ApiPropertyOptional({
    type: String,
    default: 'newest',
    description:
      'newest, earliest, now (follow the end), a time (ISO 8601), an offset, or an offset for each partition (0:12,1:40), as `next` of a scan’s end has it',
  })
  @IsOptional()
  @IsString()
  @Length(1, 20_000)
  from = 'newest';

  @ApiPropertyOptional({ type: Number, description: 'only this partition' })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(0)
  partition?: number;

  @ApiPropertyOptional({ type: Number, minimum: 1, maximum: MOST_RECORDS, default: 50 })
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(MOST_RECORDS)
  limit = 50;

  @ApiPropertyOptional({ type: String, description: 'only records of this key' })
  @IsOptional()
  @IsString()
  key?: string;

  @ApiPropertyOptional({ type: String, description: 'only records with this header, NAME or NAME=VALUE' })
  @IsOptional()
  @Matches(/^[^=]+(=.*)?$/s, { message: 'header must be NAME or NAME=VALUE' })
  header?: string;

  @ApiPropertyOptional({
    type: String,
    description: 'only records that fit an expression, for example: value.liked == true && key startsWith "p-"',
  })
  @IsOptional()
  @IsString()
  filter?: string;

  @ApiPropertyOptional({ enum: ['committed', 'uncommitted'], default: 'committed' })
  @IsIn(['committed', 'uncommitted'])
  isolation: 'committed' | 'uncommitted' = 'committed';
}

export const PRODUCE_FORMATS = ['schema', 'json', 'text', 'base64', 'none'] as const;

export class ProduceRequest {
  @ApiPropertyOptional({
    type: String,
    description: 'the record’s key; of a topic with a contract the event’s own when left out',
  })
  @IsOptional()
  @IsString()
  key?: string;

  @ApiProperty({
    enum: PRODUCE_FORMATS,
    description:
      '`schema`: checked against the newest schema of `subject` and written in Confluent’s wire format; `none`: a tombstone',
  })
  @IsIn(PRODUCE_FORMATS)
  format!: (typeof PRODUCE_FORMATS)[number];

  @ApiPropertyOptional({ type: String, description: 'of the schema; needed with `schema`' })
  @IsOptional()
  @IsString()
  subject?: string;

  @ApiPropertyOptional({ description: 'the value: JSON with `schema` and `json`, else a text' })
  @IsOptional()
  value?: unknown;

  @ApiPropertyOptional({ type: Object, description: 'names and texts; message-id is added when it is missing' })
  @IsOptional()
  @IsObject()
  headers?: Record<string, unknown>;

  @ApiPropertyOptional({ type: Number, description: 'the key’s own when left out' })
  @IsOptional()
  @IsInt()
  @Min(0)
  partition?: number;

  @ApiPropertyOptional({ type: Boolean, description: 'only check' })
  @IsOptional()
  @IsBoolean()
  dryRun?: boolean;
}
