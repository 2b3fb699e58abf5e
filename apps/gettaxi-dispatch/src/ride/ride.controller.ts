import {
  applyDecorators,
  Body,
  Controller,
  Get,
  Headers,
  HttpCode,
  HttpStatus,
  Param,
  Post,
  Query,
  Res,
} from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiHeader,
  ApiNotModifiedResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { type FastifyReply } from 'fastify';
import { entityTag, IdempotencyKey, idempotencyKeyHeader, instantOf } from '@headwater/service-kit';
import { placeOf } from '../place/place.ts';
import { RideCommands } from './ride-commands.ts';
import { rideUnknown, type RideCommand } from './ride.decider.ts';
import { RideTable, type VersionedRide } from './ride-table.ts';
import {
  CancelRequest,
  DriverAtPlaceRequest,
  DriverRequest,
  RecordPositionsRequest,
  RideParams,
  RideRequestRequest,
  RidesQuery,
} from './ride.requests.ts';
import { RideResponse, rideResponseOf, RidesResponse } from './ride.responses.ts';

const ifMatchHeader = { name: 'If-Match', required: false, description: 'the ETag of the version to change' } as const;

/** A step of a ride, which its rider or its driver tells; answered with the ride as it is after it. */
function Step(name: string, summary: string, description = 'Sending it again changes nothing.'): MethodDecorator {
  return applyDecorators(
    Post(`:rideId/${name}`),
    HttpCode(200),
    ApiOperation({ summary, description }),
    ApiHeader(ifMatchHeader),
    ApiOkResponse({ type: RideResponse }),
  );
}

@ApiTags('rides')
@Controller('rides')
export class RideController {
  constructor(
    private readonly commands: RideCommands,
    private readonly table: RideTable,
  ) {}

  @Post()
  @ApiOperation({
    summary: 'Ask for a ride',
    description: 'The nearest free taxi is offered at once; while none is free, the ride goes on asking for a while.',
  })
  @ApiHeader(idempotencyKeyHeader)
  @ApiCreatedResponse({ type: RideResponse, description: 'the ride; Location and ETag are set' })
  async request(
    @Body() request: RideRequestRequest,
    @IdempotencyKey() idempotencyKey: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RideResponse> {
    const ride = await this.commands.request(request, idempotencyKey);
    void reply.header('location', `/rides/${encodeURIComponent(ride.ride.rideId)}`);
    return answerWith(reply, ride);
  }

  @Get()
  @ApiOperation({ summary: 'Rides that are not over, or those of a status' })
  @ApiOkResponse({ type: RidesResponse })
  async list(@Query() { status, limit, cursor }: RidesQuery): Promise<RidesResponse> {
    const { items, nextCursor } = await this.table.page(status, limit, cursor);
    return { items: items.map(rideResponseOf), nextCursor };
  }

  @Get(':rideId')
  @ApiOperation({ summary: 'A ride as it is' })
  @ApiHeader({ name: 'If-None-Match', required: false, description: 'the ETag of an earlier answer' })
  @ApiOkResponse({ type: RideResponse, description: 'ETag is set' })
  @ApiNotModifiedResponse({ description: 'the ride is still as it was' })
  async get(
    @Param() { rideId }: RideParams,
    @Headers('if-none-match') ifNoneMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RideResponse | undefined> {
    const ride = await this.table.find(rideId);
    if (!ride) throw rideUnknown();
    if (ifNoneMatch !== entityTag(ride.version)) return answerWith(reply, ride);
    void reply.status(HttpStatus.NOT_MODIFIED).header('etag', ifNoneMatch);
    return undefined;
  }

  @Step('accept', 'The driver says yes')
  async accept(
    @Param() { rideId }: RideParams,
    @Body() { taxiId, occurredAt }: DriverRequest,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RideResponse> {
    return await this.change(reply, rideId, { type: 'accept', taxiId, at: instantOf(occurredAt) }, ifMatch);
  }

  @Step('decline', 'The driver says no: the next nearest taxi is asked')
  async decline(
    @Param() { rideId }: RideParams,
    @Body() { taxiId, occurredAt }: DriverRequest,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RideResponse> {
    return await this.change(reply, rideId, { type: 'decline', taxiId, at: instantOf(occurredAt) }, ifMatch);
  }

  @Step('pick-up', 'The rider is in the taxi')
  async pickUp(
    @Param() { rideId }: RideParams,
    @Body() { taxiId, place, occurredAt }: DriverAtPlaceRequest,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RideResponse> {
    const at = instantOf(occurredAt);
    return await this.change(reply, rideId, { type: 'pickUp', taxiId, place: placeOf(place), at }, ifMatch);
  }

  @Step(
    'positions',
    'Record where the taxi went',
    'Positions that are not later than those recorded before are left out, so sending them again changes nothing.',
  )
  async recordPositions(
    @Param() { rideId }: RideParams,
    @Body() { taxiId, positions, occurredAt }: RecordPositionsRequest,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RideResponse> {
    const recorded = positions.map((each) => ({ ...placeOf(each), occurredAt: instantOf(each.occurredAt) }));
    const at = instantOf(occurredAt);
    return await this.change(reply, rideId, { type: 'recordPositions', taxiId, positions: recorded, at }, ifMatch);
  }

  @Step('complete', 'The rider is there: the taxi is free')
  async complete(
    @Param() { rideId }: RideParams,
    @Body() { taxiId, place, occurredAt }: DriverAtPlaceRequest,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RideResponse> {
    const at = instantOf(occurredAt);
    return await this.change(reply, rideId, { type: 'complete', taxiId, place: placeOf(place), at }, ifMatch);
  }

  @Step(
    'cancel',
    'The rider or the driver calls the ride off: the taxi is free',
    'What the rider owes for it is the charge. A driver who has not accepted yet declines. Sending it again changes nothing.',
  )
  async cancel(
    @Param() { rideId }: RideParams,
    @Body() { by, reason, occurredAt }: CancelRequest,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RideResponse> {
    const at = instantOf(occurredAt);
    return await this.change(reply, rideId, { type: 'cancel', by, reason: reason ?? null, at }, ifMatch);
  }

  private async change(
    reply: FastifyReply,
    rideId: string,
    command: RideCommand,
    ifMatch: string | undefined,
  ): Promise<RideResponse> {
    return answerWith(reply, await this.commands.change(rideId, command, ifMatch));
  }
}

function answerWith(reply: FastifyReply, ride: VersionedRide): RideResponse {
  void reply.header('etag', entityTag(ride.version));
  return rideResponseOf(ride);
}
