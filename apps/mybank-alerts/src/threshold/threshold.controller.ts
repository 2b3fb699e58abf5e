import { Body, Controller, Delete, Get, Headers, HttpCode, Param, Put, Query, Res } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiHeader,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { type FastifyReply } from 'fastify';
import { EntityManager } from 'typeorm';
import { entityTag } from '@headwater/service-kit';
import { ThresholdCommands } from './threshold-commands.ts';
import { findThresholds, type ThresholdPeriod } from './threshold-table.ts';
import { thresholdUnknown } from './threshold.decider.ts';
import {
  DisableThresholdQuery,
  SetThresholdRequest,
  ThresholdParams,
  ThresholdResponse,
  ThresholdsResponse,
  ThresholdWithHistoryResponse,
  UserParams,
  type ThresholdPeriodResponse,
} from './threshold.requests.ts';

const ifMatchHeader = { name: 'If-Match', required: false, description: 'the ETag of the version to change' } as const;

@ApiTags('thresholds')
@Controller('users/:userId/thresholds')
export class ThresholdController {
  constructor(
    private readonly commands: ThresholdCommands,
    private readonly manager: EntityManager,
  ) {}

  @Get()
  @ApiOperation({ summary: "A user's thresholds" })
  @ApiOkResponse({ type: ThresholdsResponse })
  async list(@Param() { userId }: UserParams): Promise<ThresholdsResponse> {
    const periods = await findThresholds(this.manager, userId);
    return { items: periods.filter(({ inForceUntil }) => inForceUntil === null).map(thresholdOf) };
  }

  @Get(':accountId')
  @ApiOperation({ summary: 'The threshold on an account, and which were in force before' })
  @ApiOkResponse({ type: ThresholdWithHistoryResponse, description: 'ETag is set' })
  async get(
    @Param() { userId, accountId }: ThresholdParams,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ThresholdWithHistoryResponse> {
    const periods = await findThresholds(this.manager, userId, accountId);
    const inForce = periods.find(({ inForceUntil }) => inForceUntil === null);
    if (!inForce) throw thresholdUnknown(userId, accountId);
    reply.header('etag', entityTag(inForce.version));
    return { ...thresholdOf(inForce), history: periods.map(periodOf) };
  }

  @Put(':accountId')
  @ApiOperation({
    summary: 'Enable or change the threshold on an account',
    description: 'In force from now on: a transaction is judged by the threshold that was in force at its time.',
  })
  @ApiHeader(ifMatchHeader)
  @ApiCreatedResponse({ type: ThresholdResponse, description: 'enabled; ETag is set' })
  @ApiOkResponse({ type: ThresholdResponse, description: 'changed, or as it was; ETag is set' })
  async set(
    @Param() { userId, accountId }: ThresholdParams,
    @Body() { amount, currency, occurredAt }: SetThresholdRequest,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ThresholdResponse> {
    const content = { userId, accountId, amount, currency };
    const { state, version, enabled } = await this.commands.set(content, { occurredAt, ifMatch });
    void reply.status(enabled ? 201 : 200).header('etag', entityTag(version));
    if (state.status !== 'inForce') throw new Error('a threshold that was set is in force');
    return { accountId, amount: state.amount, currency: state.currency, inForceFrom: state.since };
  }

  @Delete(':accountId')
  @HttpCode(204)
  @ApiOperation({ summary: 'Disable the threshold on an account', description: 'Disabling it again changes nothing.' })
  @ApiHeader(ifMatchHeader)
  @ApiNoContentResponse({ description: 'disabled' })
  async disable(
    @Param() { userId, accountId }: ThresholdParams,
    @Query() { occurredAt }: DisableThresholdQuery,
    @Headers('if-match') ifMatch: string | undefined,
  ): Promise<void> {
    await this.commands.disable(userId, accountId, { occurredAt, ifMatch });
  }
}

const thresholdOf = ({ accountId, amount, currency, inForceFrom }: ThresholdPeriod) => ({
  accountId,
  amount,
  currency,
  inForceFrom: inForceFrom.toISOString(),
});

const periodOf = (period: ThresholdPeriod): ThresholdPeriodResponse => ({
  ...thresholdOf(period),
  inForceUntil: period.inForceUntil?.toISOString() ?? null,
});
