import { Controller, Get, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { KafkaTransport } from '../consumer/index.ts';
import { answering } from './redrive-requests.ts';

/** `/messaging/subscriptions`: how far each is, and pausing and resuming them in this instance. */
@ApiExcludeController()
@Controller('messaging/subscriptions')
export class SubscriptionController {
  constructor(@Inject(KafkaTransport) private readonly transport: KafkaTransport) {}

  @Get()
  list(): unknown[] {
    return this.transport.states().map(({ partitions, ...state }) => ({
      ...state,
      partitions: partitions.map(({ position, ...rest }) => ({ ...rest, position: position?.toString() ?? null })),
    }));
  }

  @Post(':group/pause')
  @HttpCode(204)
  pause(@Param('group') group: string): Promise<void> {
    return answering(() => Promise.try(() => this.transport.pause(group)));
  }

  @Post(':group/resume')
  @HttpCode(204)
  resume(@Param('group') group: string): Promise<void> {
    return answering(() => Promise.try(() => this.transport.resume(group)));
  }
}
