import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Id, OccurredAt } from '@headwater/service-kit';
import { Length, Matches, ValidateBy } from 'class-validator';

/** Clocks differ; but what claims to come from the future would stand in hours that have not begun. */
const allowedClockSkewMs = 300_000;
/** A campaigner is part of keys, whose parts are joined by `|`, and the last part of a path beside `/campaigns/compare`. */
const campaignerPattern = /^(?!compare$)(?!\s)[^|\p{Cc}]+(?<!\s)$/u;

/** Whose campaign it is, as people write it: `ABC Ltd`. */
export function Campaigner(description: string): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ description, type: String, minLength: 1, maxLength: 100, example: 'ABC Ltd' }),
    Length(1, 100),
    Matches(campaignerPattern, {
      message:
        "$property must be a name without | and control characters, neither begin nor end with a space, nor be 'compare'",
    }),
  );
}

function NotInTheFuture(): PropertyDecorator {
  return ValidateBy({
    name: 'notInTheFuture',
    validator: {
      validate: (value: unknown) => typeof value !== 'string' || !(Date.parse(value) > Date.now() + allowedClockSkewMs),
      defaultMessage: () => '$property must not lie more than five minutes in the future',
    },
  });
}

export class ClickRequest {
  @Id({ description: 'which impression was clicked; it says the campaign' })
  impressionId!: string;

  @OccurredAt()
  @NotInTheFuture()
  occurredAt?: string;
}

export class ImpressionRequest {
  @Id({ description: 'the impression’s own name; one that is reported again is known by it, and counted once' })
  impressionId!: string;

  @Campaigner('whose campaign it is; campaigns are compared by it')
  campaigner!: string;

  @Id({ description: 'which advertisement of the campaign was shown' })
  creative!: string;

  @OccurredAt()
  @NotInTheFuture()
  occurredAt?: string;
}

export const largestBatch = 1_000;

const batchOf = { minItems: 1, maxItems: largestBatch, description: 'in any order; each is answered for itself' };

export class ImpressionBatchRequest {
  @ApiProperty({ type: [ImpressionRequest], ...batchOf })
  impressions!: readonly ImpressionRequest[];
}

export class ClickBatchRequest {
  @ApiProperty({ type: [ClickRequest], ...batchOf })
  clicks!: readonly ClickRequest[];
}
