import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean } from 'class-validator';
import { Id, OccurredAt, type ProblemDetails } from '@headwater/service-kit';
import { NotInTheFuture, PlaceRequest } from '../place/place.fields.ts';

export class UserPositionRequest extends PlaceRequest {
  @OccurredAt()
  @NotInTheFuture()
  occurredAt?: string;
}

export class TaxiPositionRequest extends UserPositionRequest {
  @ApiProperty({ type: Boolean, description: 'whether the taxi is for hire' })
  @IsBoolean()
  available!: boolean;
}

export class UserParams {
  @Id({ description: 'the user' })
  userId!: string;
}

export class TaxiParams {
  @Id({ description: 'the taxi' })
  taxiId!: string;
}

export class UserPositionItem extends UserPositionRequest {
  @Id({ description: 'the user' })
  userId!: string;
}

export class TaxiPositionItem extends TaxiPositionRequest {
  @Id({ description: 'the taxi' })
  taxiId!: string;
}

export const largestBatch = 1_000;

export class UserPositionBatchRequest {
  @ApiProperty({ type: [UserPositionItem], minItems: 1, maxItems: largestBatch })
  positions!: readonly UserPositionItem[];
}

export class TaxiPositionBatchRequest {
  @ApiProperty({ type: [TaxiPositionItem], minItems: 1, maxItems: largestBatch })
  positions!: readonly TaxiPositionItem[];
}

const itemStatuses = ['recorded', 'refused'] as const;

export class PositionItemResponse {
  @ApiProperty({ enum: itemStatuses })
  readonly status!: (typeof itemStatuses)[number];

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: true,
    description: 'why it was refused, as the problem document of a single one; with status 503 it may be sent again',
  })
  readonly problem?: ProblemDetails;
}

export class PositionBatchResponse {
  @ApiProperty({ type: [PositionItemResponse], description: 'one for each position, in their order' })
  readonly results!: readonly PositionItemResponse[];
}
