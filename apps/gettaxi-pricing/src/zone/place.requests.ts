import { ApiProperty } from '@nestjs/swagger';
import { IsNumber, Max, Min } from 'class-validator';

/** A place on the map. */
export class PlaceRequest {
  @ApiProperty({ type: Number, minimum: -90, maximum: 90, description: 'WGS 84, degrees north' })
  @IsNumber({ allowNaN: false, allowInfinity: false })
  @Min(-90)
  @Max(90)
  latitude!: number;

  @ApiProperty({ type: Number, minimum: -180, maximum: 180, description: 'WGS 84, degrees east' })
  @IsNumber({ allowNaN: false, allowInfinity: false })
  @Min(-180)
  @Max(180)
  longitude!: number;
}
