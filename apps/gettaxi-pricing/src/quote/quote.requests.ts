import { ApiProperty } from '@nestjs/swagger';
import { Id } from '@headwater/service-kit';
import { Type } from 'class-transformer';
import { IsDefined, ValidateNested } from 'class-validator';
import { PlaceRequest } from '../zone/place.requests.ts';

export class QuoteRequest {
  @ApiProperty({ type: PlaceRequest, description: 'where the ride begins' })
  @IsDefined()
  @ValidateNested()
  @Type(() => PlaceRequest)
  pickup!: PlaceRequest;

  @ApiProperty({ type: PlaceRequest, description: 'where it ends' })
  @IsDefined()
  @ValidateNested()
  @Type(() => PlaceRequest)
  dropOff!: PlaceRequest;
}

export class QuoteParams {
  @Id({ description: 'the quote' })
  quoteId!: string;
}

export class QuoteResponse {
  @ApiProperty({ type: String, format: 'uuid', description: 'named by the ride request' })
  readonly quoteId!: string;

  @ApiProperty({ type: String, description: "the pick-up's zone, an H3 cell" })
  readonly zone!: string;

  @ApiProperty({
    type: Number,
    example: 1.25,
    description: 'honored for a ride that is requested in time, from this zone',
  })
  readonly surge!: number;

  @ApiProperty({ type: String, example: '14.50', description: 'about; the meter decides' })
  readonly estimatedFare!: string;

  @ApiProperty({ type: String, description: 'ISO 4217' })
  readonly currency!: string;

  @ApiProperty({
    type: String,
    format: 'date-time',
    description: 'the first moment in which it does not hold any more',
  })
  readonly expiresAt!: string;
}
