import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { RideTable } from '../ride/ride-table.ts';
import { Fleet } from './fleet.ts';
import { BoxQuery, NearQuery, NearTaxisResponse, TaxisResponse } from './fleet.requests.ts';
import { type NearTaxi, type TaxiReport } from './taxi-index.ts';

@ApiTags('taxis')
@Controller('taxis')
export class FleetController {
  constructor(
    private readonly fleet: Fleet,
    private readonly rides: RideTable,
  ) {}

  @Get('near')
  @ApiOperation({ summary: 'The free taxis that are nearest to a place', description: 'Nearest first.' })
  @ApiOkResponse({ type: NearTaxisResponse })
  async near(@Query() { latitude, longitude, limit }: NearQuery): Promise<NearTaxisResponse> {
    const place = { latitude, longitude };
    for (let count = 2 * limit; ; count *= 8) {
      const near = this.fleet.taxis.nearest(place, count);
      const promised = await this.rides.ridesOf(near.map(({ report }) => report.taxiId));
      const free = near.filter(({ report }) => !promised.has(report.taxiId));
      if (free.length >= limit || near.length < count) return { items: free.slice(0, limit).map(nearResponseOf) };
    }
  }

  @Get()
  @ApiOperation({
    summary: 'The taxis in a rectangle of the map, free or not',
    description: 'At most `limit`, whichever: `truncated` says that there are more.',
  })
  @ApiOkResponse({ type: TaxisResponse })
  async within(@Query() { limit, ...box }: BoxQuery): Promise<TaxisResponse> {
    const { taxis, truncated } = this.fleet.taxis.within(box, limit);
    const rides = await this.rides.ridesOf(taxis.map(({ taxiId }) => taxiId));
    return { items: taxis.map((report) => responseOf(report, rides.get(report.taxiId))), truncated };
  }
}

function responseOf({ taxiId, latitude, longitude, available, occurredAtMs }: TaxiReport, rideId: string | undefined) {
  return {
    taxiId,
    latitude,
    longitude,
    available: available && rideId === undefined,
    rideId: rideId ?? null,
    occurredAt: new Date(occurredAtMs).toISOString(),
  };
}

const nearResponseOf = ({ report, distanceMeters }: NearTaxi) => ({
  ...responseOf(report, undefined),
  distanceMeters,
});
