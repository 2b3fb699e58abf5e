import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { type ProblemDetails } from '@headwater/service-kit';

export class AcceptedResponse {
  @ApiProperty({ type: String })
  readonly impressionId!: string;

  @ApiProperty({ enum: ['accepted'], description: 'it is durable, and will be counted in a moment' })
  readonly status!: 'accepted';
}

const itemStatuses = ['accepted', 'refused'] as const;

export class BatchItemResponse {
  @ApiProperty({ type: String, nullable: true, description: 'null where the report has none that could be read' })
  readonly impressionId!: string | null;

  @ApiProperty({ enum: itemStatuses })
  readonly status!: (typeof itemStatuses)[number];

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: true,
    description: 'why it was refused, as the problem document of a single report; with status 503 it may be sent again',
  })
  readonly problem?: ProblemDetails;
}

export class BatchResponse {
  @ApiProperty({ type: [BatchItemResponse], description: 'one for each report, in their order' })
  readonly results!: readonly BatchItemResponse[];
}

export const accepted = (impressionId: string): AcceptedResponse => ({ impressionId, status: 'accepted' });
