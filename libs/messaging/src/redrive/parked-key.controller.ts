import { Body, Controller, Get, HttpCode, HttpException, Inject, Optional, Post, Query } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { ParkedKey } from '../parking/index.ts';
import { ParkedDesk } from './parked-desk.ts';
import { actOf, answering, offsetOf, optionalCount, optionalText, parkedKeyOf } from './redrive-requests.ts';

type Fields = Readonly<Record<string, unknown>>;

/** `/messaging/parked-keys`: what waits, and releasing, skipping and editing it. A key is named by group, topic, partition and key. */
@ApiExcludeController()
@Controller('messaging/parked-keys')
export class ParkedKeyController {
  constructor(@Optional() @Inject(ParkedDesk) private readonly parked: ParkedDesk | undefined) {}

  @Get()
  list(@Query() query: Fields): Promise<unknown[]> {
    return answering(async () => {
      const keys = await this.desk.list({
        subscription: optionalText(query, 'group'),
        topic: optionalText(query, 'topic'),
        error: optionalText(query, 'error'),
        limit: optionalCount(query, 'limit'),
      });
      return keys.map(viewOf);
    });
  }

  @Get('messages')
  messages(@Query() query: Fields): Promise<unknown[]> {
    return answering(async () => {
      const messages = await this.desk.messages(parkedKeyOf(query), optionalCount(query, 'limit') ?? 100);
      return messages.map(({ offset, ...message }) => ({ offset: offset.toString(), ...message }));
    });
  }

  @Post('release')
  @HttpCode(204)
  release(@Body() body: Fields): Promise<void> {
    return answering(() => this.desk.release(parkedKeyOf(body), actOf(body)));
  }

  @Post('skip')
  @HttpCode(204)
  skip(@Body() body: Fields): Promise<void> {
    return answering(() => this.desk.skip(parkedKeyOf(body), offsetOf(body), actOf(body)));
  }

  @Post('edit')
  @HttpCode(204)
  edit(@Body() body: Fields): Promise<void> {
    const event = optionalText(body, 'event');
    return answering(() => this.desk.edit(parkedKeyOf(body), offsetOf(body), body['value'], actOf(body), event));
  }

  private get desk(): ParkedDesk {
    if (this.parked) return this.parked;
    throw new HttpException('This service parks no keys: it has no database', 404);
  }
}

function viewOf({ subscription, key, firstOffset, ...rest }: ParkedKey): object {
  return {
    group: subscription,
    key: key.toString('utf8'),
    keyBase64: key.toString('base64'),
    firstOffset: firstOffset?.toString() ?? null,
    ...rest,
  };
}
