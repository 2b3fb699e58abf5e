import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsObject, IsOptional, IsString, Matches, Max, Min } from 'class-validator';

/** As Kafka allows it (Topic.java: `[a-zA-Z0-9._-]{1,249}`). */
const TOPIC_NAME = /^[a-zA-Z0-9._-]{1,249}$/;
const MOST_PARTITIONS = 1000;

export class TopicParams {
  @ApiProperty({ type: String })
  @Matches(TOPIC_NAME, { message: 'topic may hold letters, digits and . _ - only' })
  topic!: string;
}

export class CreateTopicRequest {
  @ApiProperty({ type: String, pattern: TOPIC_NAME.source })
  @Matches(TOPIC_NAME, { message: 'name may hold letters, digits and . _ - only, 249 at most' })
  name!: string;

  @ApiProperty({ type: Number, minimum: 1, maximum: MOST_PARTITIONS })
  @IsInt()
  @Min(1)
  @Max(MOST_PARTITIONS)
  partitions!: number;

  @ApiPropertyOptional({ type: Number, description: 'copies of each partition; the cluster’s default when left out' })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(100)
  replicationFactor?: number;

  @ApiPropertyOptional({ type: Object, description: 'configuration by Kafka’s names, all values as text' })
  @IsOptional()
  @IsObject()
  configs?: Record<string, unknown>;
}

export class AlterConfigsRequest {
  @ApiPropertyOptional({ type: Object, description: 'values to set, by Kafka’s names' })
  @IsOptional()
  @IsObject()
  set?: Record<string, unknown>;

  @ApiPropertyOptional({ type: [String], description: 'names whose default shall hold again' })
  @IsOptional()
  @IsString({ each: true })
  reset?: string[];
}

export class AddPartitionsRequest {
  @ApiProperty({ type: Number, description: 'partitions in all, more than there are', minimum: 1 })
  @IsInt()
  @Min(1)
  @Max(MOST_PARTITIONS)
  count!: number;
}
