import { Controller, Get, Param } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { FareResponse, RideParams } from './fare.responses.ts';
import { Fares } from './fares.ts';

@ApiTags('fares')
@Controller('rides')
export class FareController {
  constructor(private readonly fares: Fares) {}

  @Get(':rideId/fare')
  @ApiOperation({ summary: 'What a completed ride costs, and what that is made of' })
  @ApiOkResponse({ type: FareResponse })
  async get(@Param() { rideId }: RideParams): Promise<FareResponse> {
    return await this.fares.find(rideId);
  }
}
