import { ApiProperty } from '@nestjs/swagger';
import { Id } from '@headwater/service-kit';

export class RideParams {
  @Id({ description: 'the ride' })
  rideId!: string;
}

export class FareResponse {
  @ApiProperty({ type: String })
  readonly rideId!: string;

  @ApiProperty({
    type: String,
    example: '14.50',
    description: 'the whole fare: (entry + metered) * surge + night + tax',
  })
  readonly amount!: string;

  @ApiProperty({ type: String, description: 'ISO 4217' })
  readonly currency!: string;

  @ApiProperty({ type: String, example: '2.50', description: 'for getting in' })
  readonly entry!: string;

  @ApiProperty({ type: String, example: '8.50', description: 'for distance and time' })
  readonly metered!: string;

  @ApiProperty({
    type: Number,
    example: 1.25,
    description: 'the multiple that was quoted; without a quote that of the zone when the ride was requested',
  })
  readonly surge!: number;

  @ApiProperty({ type: String, example: '0.50', description: 'night surcharge' })
  readonly night!: string;

  @ApiProperty({ type: String, example: '0.50' })
  readonly tax!: string;

  @ApiProperty({ type: String, nullable: true, description: 'the quote that was honored' })
  readonly quoteId!: string | null;

  @ApiProperty({ type: 'integer', description: 'full units of the meter' })
  readonly units!: number;

  @ApiProperty({ type: Number })
  readonly distanceMeters!: number;

  @ApiProperty({ type: 'integer' })
  readonly durationMs!: number;

  @ApiProperty({ type: 'integer', description: 'positions that the meter went by' })
  readonly positions!: number;

  @ApiProperty({ type: 'integer', description: 'positions that were dropped, as no taxi is so fast' })
  readonly outliers!: number;

  @ApiProperty({ type: 'integer', description: 'stretches without a position that were bridged by a straight line' })
  readonly gaps!: number;

  @ApiProperty({ type: String, format: 'date-time' })
  readonly completedAt!: string;
}
