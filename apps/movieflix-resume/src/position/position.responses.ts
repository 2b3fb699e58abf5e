import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { type ProblemDetails } from '@headwater/service-kit';
import type { Reported } from './position-reports.ts';
import type { Position } from './position.ts';

export class PositionResponse {
  @ApiProperty({ type: String })
  readonly userId!: string;

  @ApiProperty({ type: String })
  readonly showId!: string;

  @ApiProperty({ type: String, nullable: true, description: 'null while the catalogue does not know the show' })
  readonly title!: string | null;

  @ApiProperty({ type: Number, description: 'from the beginning of the show' })
  readonly positionSeconds!: number;

  @ApiProperty({ type: Number })
  readonly durationSeconds!: number;

  @ApiProperty({ type: Boolean, description: 'at most the last twentieth is left' })
  readonly finished!: boolean;

  @ApiProperty({ type: String, description: 'the device that reported it' })
  readonly deviceId!: string;

  @ApiProperty({ type: String, format: 'date-time' })
  readonly occurredAt!: string;
}

const statuses = ['moved', 'kept'] as const;

export class ReportedResponse {
  @ApiProperty({
    enum: statuses,
    description: 'moved: the report holds; kept: a newer one does, or the same was known',
  })
  readonly status!: (typeof statuses)[number];

  @ApiProperty({ type: PositionResponse, description: 'what holds now' })
  readonly position!: PositionResponse;
}

const itemStatuses = [...statuses, 'refused'] as const;

export class BatchItemResponse {
  @ApiProperty({ enum: itemStatuses })
  readonly status!: (typeof itemStatuses)[number];

  @ApiPropertyOptional({ type: PositionResponse, description: 'what holds now, unless it was refused' })
  readonly position?: PositionResponse;

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: true,
    description: 'why it was refused, as the problem document of a single report; with status 503 it may be sent again',
  })
  readonly problem?: ProblemDetails;
}

export class PositionBatchResponse {
  @ApiProperty({ type: [BatchItemResponse], description: 'one for each report, in their order' })
  readonly results!: readonly BatchItemResponse[];
}

export class ResumeResponse {
  @ApiProperty({ type: [PositionResponse], description: 'newest first' })
  readonly items!: readonly PositionResponse[];

  @ApiProperty({ type: String, nullable: true, description: 'cursor of the next page; null on the last one' })
  readonly nextCursor!: string | null;
}

export function positionResponse({ occurredAtMs, ...position }: Position, title: string | null): PositionResponse {
  return { ...position, title, occurredAt: new Date(occurredAtMs).toISOString() };
}

export function reportedResponse({ status, position }: Reported, title: string | null): ReportedResponse {
  return { status, position: positionResponse(position, title) };
}
