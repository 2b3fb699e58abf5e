import { Controller, Get, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import { Problem } from '@headwater/service-kit';
import type { FastifyReply } from 'fastify';
import { LiveHub, MAXIMUM_LISTENERS } from './live-hub.ts';
import type { LiveSnapshot } from './live-state.ts';

@ApiTags('live')
@Controller('api')
export class LiveController {
  constructor(private readonly hub: LiveHub) {}

  @Get('state')
  @ApiOperation({ summary: 'Topics, groups, feed and parts as they are now, with the last samples' })
  @ApiOkResponse({ description: 'The state' })
  state(): LiveSnapshot {
    return this.hub.snapshot();
  }

  @Get('live')
  @ApiOperation({
    summary: 'The same as server-sent events: one `snapshot`, then a `change` for each difference',
    description: 'A client that reads too slowly is sent a fresh snapshot instead of the changes that it missed.',
  })
  @ApiProduces('text/event-stream')
  live(@Res() reply: FastifyReply): void {
    if (this.hub.isFull) {
      throw new Problem({
        status: 503,
        code: 'too-many-listeners',
        detail: `${MAXIMUM_LISTENERS} pages listen already: close one and try again`,
      });
    }
    reply.hijack();
    if (reply.raw.destroyed) return;
    reply.raw.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    this.hub.listen(reply.raw);
  }
}
