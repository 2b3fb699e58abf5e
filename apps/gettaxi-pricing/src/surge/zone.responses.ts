import { ApiProperty } from '@nestjs/swagger';
import { type ZonePriced } from '@headwater/contracts';
import { boundaryOf, centerOf } from '../zone/zones.ts';

export class PlaceResponse {
  @ApiProperty({ type: Number, description: 'WGS 84, degrees north' })
  readonly latitude!: number;

  @ApiProperty({ type: Number, description: 'WGS 84, degrees east' })
  readonly longitude!: number;
}

export class ZoneResponse {
  @ApiProperty({ type: String, example: '882a100d25fffff', description: 'index of an H3 cell' })
  readonly zone!: string;

  @ApiProperty({ type: PlaceResponse })
  readonly center!: PlaceResponse;

  @ApiProperty({ type: [PlaceResponse], description: 'the corners, counterclockwise' })
  readonly boundary!: readonly PlaceResponse[];

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'the window of event time that the figures are of; null for a zone of which nothing is known',
  })
  readonly windowStart!: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  readonly windowEnd!: string | null;

  @ApiProperty({ type: 'integer', description: 'distinct rides that were requested in the window' })
  readonly demand!: number;

  @ApiProperty({ type: 'integer', description: 'distinct taxis that were free in the window' })
  readonly supply!: number;

  @ApiProperty({ type: Number, description: 'what is known from outside, as a factor; 1 when nothing is' })
  readonly signal!: number;

  @ApiProperty({ type: Number, example: 1.25, description: 'what a ride costs, as a multiple of the meter' })
  readonly surge!: number;

  @ApiProperty({ type: Boolean, description: 'whether the window is closed' })
  readonly isFinal!: boolean;
}

export class ZonesResponse {
  @ApiProperty({ type: [ZoneResponse], description: 'by zone' })
  readonly zones!: readonly ZoneResponse[];

  @ApiProperty({ type: String, nullable: true, description: 'cursor of the next page; null on the last one' })
  readonly nextCursor!: string | null;
}

/** A zone for the map. One of which nothing is known costs what the meter says. */
export function zoneResponseOf(zone: string, priced: ZonePriced | undefined): ZoneResponse {
  return {
    zone,
    center: centerOf(zone),
    boundary: boundaryOf(zone),
    windowStart: priced?.windowStart.toISOString() ?? null,
    windowEnd: priced?.windowEnd.toISOString() ?? null,
    demand: priced?.demand ?? 0,
    supply: priced?.supply ?? 0,
    signal: priced?.signal ?? 1,
    surge: priced?.surge ?? 1,
    isFinal: priced?.isFinal ?? true,
  };
}

export class ZoneWindowResponse {
  @ApiProperty({ type: String, format: 'date-time' })
  readonly windowStart!: string;

  @ApiProperty({ type: String, format: 'date-time' })
  readonly windowEnd!: string;

  @ApiProperty({ type: 'integer', description: 'distinct rides that were requested in the window' })
  readonly demand!: number;

  @ApiProperty({ type: 'integer', description: 'distinct taxis that were free in the window' })
  readonly supply!: number;

  @ApiProperty({ type: Number })
  readonly surge!: number;

  @ApiProperty({ type: Boolean, description: 'whether the window is closed' })
  readonly isFinal!: boolean;
}

export class ZoneWindowsResponse {
  @ApiProperty({ type: [ZoneWindowResponse] })
  readonly items!: readonly ZoneWindowResponse[];

  @ApiProperty({ type: String, nullable: true, description: 'cursor of the next page; null on the last one' })
  readonly nextCursor!: string | null;
}

export function zoneWindowResponseOf(priced: ZonePriced): ZoneWindowResponse {
  const { windowStart, windowEnd, demand, supply, surge, isFinal } = priced;
  return { windowStart: windowStart.toISOString(), windowEnd: windowEnd.toISOString(), demand, supply, surge, isFinal };
}
