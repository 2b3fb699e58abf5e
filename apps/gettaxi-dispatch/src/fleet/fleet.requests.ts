import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, Max, Min } from 'class-validator';
import { Latitude, Longitude, PlaceRequest } from '../place/place.fields.ts';

export class NearQuery extends PlaceRequest {
  @ApiPropertyOptional({ type: Number, minimum: 1, maximum: 100, default: 10 })
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(100)
  limit = 10;
}

export class BoxQuery {
  @Latitude()
  south!: number;

  @Longitude('WGS 84, degrees; greater than east where the rectangle crosses the antimeridian')
  west!: number;

  @Latitude()
  north!: number;

  @Longitude()
  east!: number;

  @ApiPropertyOptional({ type: Number, minimum: 1, maximum: 2_000, default: 500 })
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(2_000)
  limit = 500;
}

export class TaxiResponse {
  @ApiProperty({ type: String })
  readonly taxiId!: string;

  @ApiProperty({ type: Number })
  readonly latitude!: number;

  @ApiProperty({ type: Number })
  readonly longitude!: number;

  @ApiProperty({ type: Boolean, description: 'for hire, and promised to no ride' })
  readonly available!: boolean;

  @ApiProperty({ type: String, nullable: true, description: 'the ride that it is promised to' })
  readonly rideId!: string | null;

  @ApiProperty({ type: String, format: 'date-time', description: 'when it was there, by its clock' })
  readonly occurredAt!: string;
}

export class NearTaxiResponse extends TaxiResponse {
  @ApiProperty({ type: Number, description: 'great-circle distance' })
  readonly distanceMeters!: number;
}

export class NearTaxisResponse {
  @ApiProperty({ type: [NearTaxiResponse] })
  readonly items!: readonly NearTaxiResponse[];
}

export class TaxisResponse {
  @ApiProperty({ type: [TaxiResponse] })
  readonly items!: readonly TaxiResponse[];

  @ApiProperty({ type: Boolean, description: 'there are more than these' })
  readonly truncated!: boolean;
}
