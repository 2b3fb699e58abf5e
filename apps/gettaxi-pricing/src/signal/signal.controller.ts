/** What is known of zones from outside goes into a topic of its own; whoever knows of weather or events may tell. */
import { randomUUID } from 'node:crypto';
import { Body, Controller, HttpCode, Param, Put } from '@nestjs/common';
import { ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { topics, zoneSignalSet } from '@headwater/contracts';
import { MessageProducer } from '@headwater/messaging';
import { SurgeConfig } from '../surge/surge.config.ts';
import { knownZone, ZoneParams } from '../surge/zone.requests.ts';
import { SetSignalRequest } from './signal.requests.ts';

@ApiTags('zones')
@Controller('zones')
export class SignalController {
  constructor(
    private readonly producer: MessageProducer,
    private readonly config: SurgeConfig,
  ) {}

  @Put(':zone/signal')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Tell what is known of a zone from outside: weather, events',
    description: 'Answered when it is durable; the price follows within moments. It holds from the present window on.',
  })
  @ApiNoContentResponse({ description: 'stored' })
  async set(@Param() { zone }: ZoneParams, @Body() { factor, reason, validUntil }: SetSignalRequest): Promise<void> {
    await this.producer.send(topics.zoneSignals, zoneSignalSet, {
      eventId: randomUUID(),
      zone: knownZone(zone, this.config.surgeH3Resolution),
      factor,
      reason,
      validUntil: validUntil === undefined ? null : new Date(validUntil),
      occurredAt: new Date(),
    });
  }
}
