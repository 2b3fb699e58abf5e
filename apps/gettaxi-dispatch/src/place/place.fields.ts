/** Fields of requests that say where. */
import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsNumber, IsObject, IsOptional, Max, Min, ValidateBy, ValidateNested } from 'class-validator';
import { type FieldOptions } from '@headwater/service-kit';
import { type Place } from './place.ts';

/** Degrees north, WGS 84. */
export const Latitude = (description?: string): PropertyDecorator => Degrees(90, description);

/** Degrees east, WGS 84. */
export const Longitude = (description?: string): PropertyDecorator => Degrees(180, description);

/** In a query it comes as text. */
function Degrees(most: number, description = 'WGS 84, degrees'): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ type: Number, minimum: -most, maximum: most, description }),
    Type(() => Number),
    IsNumber({ allowNaN: false, allowInfinity: false }),
    Min(-most),
    Max(most),
  );
}

/** Clocks of devices differ; but a report from the future would hold against all that follow. */
export const allowedClockSkewMs = 300_000;

/** A moment that has come, by this service's clock and what clocks of devices may be ahead. */
export function NotInTheFuture(): PropertyDecorator {
  return ValidateBy({
    name: 'notInTheFuture',
    validator: {
      validate: (value: unknown) => !(Date.parse(String(value)) > Date.now() + allowedClockSkewMs),
      defaultMessage: () => '$property must not lie in the future: set the clock of the device',
    },
  });
}

export class PlaceRequest implements Place {
  @Latitude()
  latitude!: number;

  @Longitude()
  longitude!: number;
}

/** A place within a request. */
export function PlaceField({ required = true, description = 'where' }: FieldOptions = {}): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ type: PlaceRequest, required, description }),
    ...(required ? [] : [IsOptional()]),
    IsObject(),
    ValidateNested(),
    Type(() => PlaceRequest),
  );
}
