import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsIn, IsOptional, ValidateNested } from 'class-validator';
import { Id, Moment, OccurredAt, PageQuery, Text } from '@headwater/service-kit';
import { NotInTheFuture, PlaceField, PlaceRequest } from '../place/place.fields.ts';
import { cancellers, type Canceller } from './ride.events.ts';
import { rideStatuses, type RideStatus } from './ride.ts';

export class RideParams {
  @Id({ description: 'the ride' })
  rideId!: string;
}

/** What a rider asks for. */
export class RideRequestRequest {
  @Id({ required: false, description: 'a new identifier by default' })
  rideId?: string;

  @Id({ description: 'the rider' })
  userId!: string;

  @PlaceField({ description: 'where the rider waits' })
  pickup!: PlaceRequest;

  @PlaceField({ required: false, description: 'where to' })
  dropOff?: PlaceRequest;

  @Id({ required: false, description: 'the quote of gettaxi-pricing whose surge is to hold' })
  quoteId?: string;

  @OccurredAt()
  @NotInTheFuture()
  requestedAt?: string;
}

/** Who speaks, and when it happened. */
export class DriverRequest {
  @Id({ description: 'the taxi that the driver speaks for' })
  taxiId!: string;

  @OccurredAt()
  @NotInTheFuture()
  occurredAt?: string;
}

export class DriverAtPlaceRequest extends DriverRequest {
  @PlaceField({ description: 'where the taxi is' })
  place!: PlaceRequest;
}

export class RidePositionRequest extends PlaceRequest {
  @Moment({ description: 'when the taxi was there' })
  @NotInTheFuture()
  occurredAt!: string;
}

export const mostPositions = 1_000;

export class RecordPositionsRequest extends DriverRequest {
  @ApiProperty({ type: [RidePositionRequest], minItems: 1, maxItems: mostPositions })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(mostPositions)
  @ValidateNested({ each: true })
  @Type(() => RidePositionRequest)
  positions!: readonly RidePositionRequest[];
}

export class CancelRequest {
  @ApiProperty({ enum: cancellers })
  @IsIn(cancellers)
  by!: Canceller;

  @Text(500, { required: false, description: 'why' })
  reason?: string;

  @OccurredAt()
  @NotInTheFuture()
  occurredAt?: string;
}

export class RidesQuery extends PageQuery {
  @ApiPropertyOptional({ enum: rideStatuses, description: 'rides of this status; by default all that are not over' })
  @IsOptional()
  @IsIn(rideStatuses)
  status?: RideStatus;
}
