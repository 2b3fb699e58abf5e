import { Body, Controller, Get, HttpCode, HttpException, Inject, Param, Post } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Outbox, type HeldAggregate, type OutboxMessageState, type OutboxState } from './outbox.ts';

type Fields = Readonly<Record<string, unknown>>;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** `/event-sourcing/outbox`: what waits, what is held and why, one message by its id, and releasing a held aggregate. */
@ApiExcludeController()
@Controller('event-sourcing/outbox')
export class OutboxController {
  constructor(@Inject(Outbox) private readonly outbox: Outbox) {}

  @Get()
  async status(): Promise<OutboxState & { readonly held: readonly HeldAggregate[] }> {
    const [state, held] = await Promise.all([this.outbox.state(), this.outbox.heldAggregates()]);
    return { ...state, held };
  }

  @Get('messages/:messageId')
  async message(@Param('messageId') messageId: string): Promise<OutboxMessageState> {
    const message = UUID.test(messageId) ? await this.outbox.message(messageId) : undefined;
    if (message) return message;
    throw new HttpException(
      `The outbox holds no message ${messageId}; published ones are forgotten after a while`,
      404,
    );
  }

  /** `aggregateType`, `aggregateId`, and what becomes of the message at fault: `deadMessage` is `retry` or `drop`. */
  @Post('release')
  @HttpCode(200)
  async release(@Body() body: Fields): Promise<{ readonly pending: number }> {
    const { aggregateType, aggregateId, deadMessage } = body;
    if (typeof aggregateType !== 'string' || typeof aggregateId !== 'string')
      throw new HttpException('aggregateType and aggregateId must be texts', 400);
    if (deadMessage !== 'retry' && deadMessage !== 'drop')
      throw new HttpException('deadMessage must be retry or drop', 400);
    const pending = await this.outbox.release({ type: aggregateType, id: aggregateId }, deadMessage);
    return { pending };
  }
}
