import { ApiProperty } from '@nestjs/swagger';
import { type Alert } from './alert.ts';

export class AlertResponse {
  @ApiProperty({ type: 'integer', description: "the user's alerts are numbered from 1 on, without a gap" })
  readonly number!: number;

  @ApiProperty({ type: String, format: 'uuid' })
  readonly alertId!: string;

  @ApiProperty({ type: String })
  readonly accountId!: string;

  @ApiProperty({ type: String })
  readonly transactionId!: string;

  @ApiProperty({ type: String, example: '1250.00', description: 'what left the account' })
  readonly amount!: string;

  @ApiProperty({ type: String, description: 'ISO 4217' })
  readonly currency!: string;

  @ApiProperty({ type: String, description: 'where it went' })
  readonly counterparty!: string;

  @ApiProperty({ type: String })
  readonly description!: string;

  @ApiProperty({ type: String, format: 'date-time', description: "the transaction's time" })
  readonly bookedAt!: string;

  @ApiProperty({ type: String, example: '1000.00', description: 'the threshold that was in force at that time' })
  readonly thresholdAmount!: string;

  @ApiProperty({ type: String, format: 'date-time' })
  readonly detectedAt!: string;
}

export class AlertsResponse {
  @ApiProperty({ type: [AlertResponse], description: 'the latest first' })
  readonly items!: readonly AlertResponse[];

  @ApiProperty({ type: String, nullable: true, description: 'cursor of the next page; null on the last one' })
  readonly nextCursor!: string | null;
}

/** An alert for its user, wherever it is told. */
export const alertResponseOf = ({ userId: _, thresholdId: __, ...alert }: Alert): AlertResponse => ({
  ...alert,
  bookedAt: alert.bookedAt.toISOString(),
  detectedAt: alert.detectedAt.toISOString(),
});
