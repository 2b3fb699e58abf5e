import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Problem } from '@headwater/service-kit';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, Max, Min } from 'class-validator';
import { isZone } from '../zone/zones.ts';

const mostZones = 1_000;

export class ZoneParams {
  @ApiProperty({ type: String, example: '882a100d25fffff', description: 'index of an H3 cell' })
  @IsString()
  zone!: string;
}

/** A map wants many at once. */
export class ZonesQuery {
  @ApiPropertyOptional({ type: String, description: 'nextCursor of the page before; leave out for the first page' })
  @IsOptional()
  @IsString()
  cursor?: string;

  @ApiPropertyOptional({ type: Number, minimum: 1, maximum: mostZones, default: mostZones })
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(mostZones)
  limit: number = mostZones;
}

/** @throws Problem 404 for what is no zone */
export function knownZone(zone: string, resolution: number): string {
  if (isZone(zone, resolution)) return zone;
  throw Problem.notFound(
    'zone-unknown',
    `There is no zone ${zone}: zones are H3 cells of resolution ${resolution}, for example 15 digits such as 882a100d25fffff.`,
  );
}
