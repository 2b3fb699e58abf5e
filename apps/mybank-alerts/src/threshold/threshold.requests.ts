import { ApiProperty } from '@nestjs/swagger';
import { Amount, Currency, Id, Moment } from '@headwater/service-kit';

export class UserParams {
  @Id({ description: 'the user' })
  userId!: string;
}

export class ThresholdParams extends UserParams {
  @Id({ description: 'the account' })
  accountId!: string;
}

const occurredAtDescription =
  'since when, for what is imported; now by default. Not before the last change, and what was judged stays judged';

export class SetThresholdRequest {
  @Amount({ description: 'a debit that is greater is told of' })
  amount!: string;

  @Currency()
  currency!: string;

  @Moment({ required: false, description: occurredAtDescription })
  occurredAt?: string;
}

export class DisableThresholdQuery {
  @Moment({ required: false, description: occurredAtDescription })
  occurredAt?: string;
}

export class ThresholdResponse {
  @ApiProperty({ type: String })
  readonly accountId!: string;

  @ApiProperty({ type: String, example: '1000.00' })
  readonly amount!: string;

  @ApiProperty({ type: String, description: 'ISO 4217' })
  readonly currency!: string;

  @ApiProperty({ type: String, format: 'date-time', description: 'the first moment in which it is in force' })
  readonly inForceFrom!: string;
}

export class ThresholdPeriodResponse extends ThresholdResponse {
  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'the first moment in which it is no longer in force; null while it is',
  })
  readonly inForceUntil!: string | null;
}

export class ThresholdsResponse {
  @ApiProperty({ type: [ThresholdResponse], description: 'those in force, by account' })
  readonly items!: readonly ThresholdResponse[];
}

export class ThresholdWithHistoryResponse extends ThresholdResponse {
  @ApiProperty({ type: [ThresholdPeriodResponse], description: 'the oldest first' })
  readonly history!: readonly ThresholdPeriodResponse[];
}
