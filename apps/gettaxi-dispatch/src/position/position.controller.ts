import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { ApiBody, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { recordEach } from './position-batch.ts';
import { isPlainTaxiPosition, isPlainUserPosition } from './position-check.ts';
import { PositionPublisher } from './position.publisher.ts';
import {
  PositionBatchResponse,
  TaxiParams,
  TaxiPositionBatchRequest,
  TaxiPositionItem,
  TaxiPositionRequest,
  UserParams,
  UserPositionBatchRequest,
  UserPositionItem,
  UserPositionRequest,
} from './position.requests.ts';

const description =
  'Answered when it is durable. Of several the latest by `occurredAt` holds, in whatever order they come.';

@ApiTags('positions')
@Controller()
export class PositionController {
  constructor(private readonly publisher: PositionPublisher) {}

  @Post('users/:userId/position')
  @HttpCode(204)
  @ApiOperation({ summary: 'Report where a user is', description })
  @ApiNoContentResponse({ description: 'recorded' })
  async user(@Param() { userId }: UserParams, @Body() request: UserPositionRequest): Promise<void> {
    const { latitude, longitude, occurredAt } = request;
    const position = { userId, latitude, longitude };
    await this.publisher.users([occurredAt === undefined ? position : { ...position, occurredAt }]);
  }

  @Post('taxis/:taxiId/position')
  @HttpCode(204)
  @ApiOperation({ summary: 'Report where a taxi is, and whether it is for hire', description })
  @ApiNoContentResponse({ description: 'recorded' })
  async taxi(@Param() { taxiId }: TaxiParams, @Body() request: TaxiPositionRequest): Promise<void> {
    const { latitude, longitude, available, occurredAt } = request;
    const position = { taxiId, latitude, longitude, available };
    await this.publisher.taxis([occurredAt === undefined ? position : { ...position, occurredAt }]);
  }

  @Post('users/positions')
  @HttpCode(200)
  @ApiOperation({ summary: 'Report where many users are', description: 'Each is answered for itself.' })
  @ApiBody({ type: UserPositionBatchRequest })
  @ApiOkResponse({ type: PositionBatchResponse })
  async users(@Body() body: object | undefined): Promise<PositionBatchResponse> {
    return await recordEach(body, {
      type: UserPositionItem,
      isPlain: isPlainUserPosition,
      record: (items) => this.publisher.users(items),
    });
  }

  @Post('taxis/positions')
  @HttpCode(200)
  @ApiOperation({ summary: 'Report where many taxis are', description: 'Each is answered for itself.' })
  @ApiBody({ type: TaxiPositionBatchRequest })
  @ApiOkResponse({ type: PositionBatchResponse })
  async taxis(@Body() body: object | undefined): Promise<PositionBatchResponse> {
    return await recordEach(body, {
      type: TaxiPositionItem,
      isPlain: isPlainTaxiPosition,
      record: (items) => this.publisher.taxis(items),
    });
  }
}
