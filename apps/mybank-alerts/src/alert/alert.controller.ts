import { Controller, Get, Headers, Inject, Logger, Param, Query, Res } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import { PageQuery, Problem, SERVICE_CONTEXT, type ServiceContext } from '@headwater/service-kit';
import { type FastifyReply } from 'fastify';
import { UserParams } from '../threshold/threshold.requests.ts';
import { AlertPages } from './alert-pages.ts';
import { AlertSignal } from './alert-signal.ts';
import { streamAlerts } from './alert-stream.ts';
import { alertResponseOf, AlertsResponse } from './alert.responses.ts';

@ApiTags('alerts')
@Controller('users/:userId/alerts')
export class AlertController {
  private readonly logger = new Logger(AlertController.name);

  constructor(
    private readonly pages: AlertPages,
    private readonly signal: AlertSignal,
    @Inject(SERVICE_CONTEXT) private readonly context: ServiceContext,
  ) {}

  @Get()
  @ApiOperation({ summary: "A user's alerts, the latest first" })
  @ApiOkResponse({ type: AlertsResponse })
  async page(@Param() { userId }: UserParams, @Query() { cursor, limit }: PageQuery): Promise<AlertsResponse> {
    const { items, nextCursor } = await this.pages.page(userId, limit, cursor);
    return { items: items.map(alertResponseOf), nextCursor };
  }

  @Get('stream')
  @ApiOperation({
    summary: "A user's alerts as they are found, as server-sent events",
    description: 'The event `alert` has the alert as JSON and its number as id. Without Last-Event-ID it begins now.',
  })
  @ApiHeader({ name: 'Last-Event-ID', required: false, description: 'the number of the last alert that was seen' })
  @ApiProduces('text/event-stream')
  async stream(
    @Param() { userId }: UserParams,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const after = lastEventId === undefined ? await this.pages.lastNumber(userId) : numberOf(lastEventId);
    reply.hijack();
    const response = reply.raw;
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      // A proxy in between must not collect what is to be told at once.
      'x-accel-buffering': 'no',
    });
    const { pages, signal } = this;
    await streamAlerts(response, { userId, after, pages, signal, stopping: this.context.stopping }).catch(
      (error: unknown) => this.logger.warn(`a stream of alerts ended: ${String(error)}`),
    );
  }
}

function numberOf(lastEventId: string): number {
  if (/^\d{1,15}$/.test(lastEventId)) return Number(lastEventId);
  throw Problem.badRequest('last-event-id-invalid', `Last-Event-ID must be the id of an event of this stream.`);
}
