import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { SurgeConfig } from './surge.config.ts';
import { ZonePrices } from './zone-prices.ts';
import { knownZone, ZoneParams, ZonesQuery } from './zone.requests.ts';
import {
  ZoneResponse,
  zoneResponseOf,
  ZonesResponse,
  ZoneWindowsResponse,
  zoneWindowResponseOf,
} from './zone.responses.ts';

@ApiTags('zones')
@Controller('zones')
export class ZoneController {
  constructor(
    private readonly prices: ZonePrices,
    private readonly config: SurgeConfig,
  ) {}

  @Get()
  @ApiOperation({ summary: 'All zones that have a price, for the map' })
  @ApiOkResponse({ type: ZonesResponse })
  page(@Query() { cursor, limit }: ZonesQuery): ZonesResponse {
    const { items, nextCursor } = this.prices.page(limit, cursor);
    return { zones: items.map((priced) => zoneResponseOf(priced.zone, priced)), nextCursor };
  }

  @Get(':zone/surge')
  @ApiOperation({
    summary: 'What a ride from a zone costs now, as a multiple of the meter',
    description: 'Follows requests and positions within moments. A zone of which nothing is known has a surge of 1.',
  })
  @ApiOkResponse({ type: ZoneResponse })
  surge(@Param() { zone }: ZoneParams): ZoneResponse {
    const known = knownZone(zone, this.config.surgeH3Resolution);
    return zoneResponseOf(known, this.prices.of(known));
  }

  @Get(':zone/windows')
  @ApiOperation({
    summary: 'Demand, supply and surge of a zone, window by window',
    description: 'The last windows of which something was asked or reported, the earliest first.',
  })
  @ApiOkResponse({ type: ZoneWindowsResponse })
  windows(@Param() { zone }: ZoneParams, @Query() { cursor, limit }: ZonesQuery): ZoneWindowsResponse {
    const known = knownZone(zone, this.config.surgeH3Resolution);
    const { items, nextCursor } = this.prices.windowsOf(known, limit, cursor);
    return { items: items.map(zoneWindowResponseOf), nextCursor };
  }
}
