import { ApiProperty } from '@nestjs/swagger';
import { cancellers, type Canceller } from './ride.events.ts';
import { type VersionedRide } from './ride-table.ts';
import { rideStatuses, type RideStatus } from './ride.ts';

export class PlaceResponse {
  @ApiProperty({ type: Number })
  readonly latitude!: number;

  @ApiProperty({ type: Number })
  readonly longitude!: number;
}

export class RidePositionResponse extends PlaceResponse {
  @ApiProperty({ type: String, format: 'date-time' })
  readonly occurredAt!: string;
}

export class ChargeResponse {
  @ApiProperty({ type: String, example: '12.50' })
  readonly amount!: string;

  @ApiProperty({ type: String, description: 'ISO 4217' })
  readonly currency!: string;
}

const moment = { type: String, format: 'date-time', nullable: true } as const;

export class RideResponse {
  @ApiProperty({ type: String })
  readonly rideId!: string;

  @ApiProperty({ type: String })
  readonly userId!: string;

  @ApiProperty({ enum: rideStatuses })
  readonly status!: RideStatus;

  @ApiProperty({ type: PlaceResponse })
  readonly pickup!: PlaceResponse;

  @ApiProperty({ type: PlaceResponse, nullable: true })
  readonly dropOff!: PlaceResponse | null;

  @ApiProperty({ type: String, nullable: true })
  readonly quoteId!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'the taxi that is promised, or that carried the rider' })
  readonly taxiId!: string | null;

  @ApiProperty({ type: Number, nullable: true, description: 'from the taxi to the pick-up when it was offered' })
  readonly distanceMeters!: number | null;

  @ApiProperty({ type: Number, description: 'taxis that were asked' })
  readonly offers!: number;

  @ApiProperty({ ...moment, description: 'when the open offer expires' })
  readonly offerExpiresAt!: string | null;

  @ApiProperty({ type: String, format: 'date-time' })
  readonly requestedAt!: string;

  @ApiProperty(moment)
  readonly acceptedAt!: string | null;

  @ApiProperty(moment)
  readonly pickedUpAt!: string | null;

  @ApiProperty({ ...moment, description: 'when it was completed, cancelled or given up' })
  readonly endedAt!: string | null;

  @ApiProperty({ type: Number, description: 'positions that were recorded' })
  readonly positions!: number;

  @ApiProperty({ type: RidePositionResponse, nullable: true, description: 'where the rider was last' })
  readonly lastPosition!: RidePositionResponse | null;

  @ApiProperty({ enum: cancellers, nullable: true })
  readonly cancelledBy!: Canceller | null;

  @ApiProperty({
    type: ChargeResponse,
    nullable: true,
    description: 'what was paid, or is owed for a late cancellation',
  })
  readonly charge!: ChargeResponse | null;

  @ApiProperty({ type: Number, description: 'grows with each change; the ETag' })
  readonly version!: number;
}

export class RidesResponse {
  @ApiProperty({ type: [RideResponse], description: 'the latest request first' })
  readonly items!: readonly RideResponse[];

  @ApiProperty({ type: String, nullable: true, description: 'cursor of the next page; null on the last one' })
  readonly nextCursor!: string | null;
}

export function rideResponseOf({ ride, version }: VersionedRide): RideResponse {
  const { searchUntil: _, terms: __, asked, pickedUpFrom: ___, ...shown } = ride;
  return { ...shown, offers: asked.length, version };
}
