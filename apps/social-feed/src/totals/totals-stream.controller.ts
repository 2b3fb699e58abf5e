import { Controller, Get, Headers, Inject, Logger, Param, Query, Res } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiOperation, ApiProduces, ApiProperty, ApiTags } from '@nestjs/swagger';
import { type FastifyReply } from 'fastify';
import { Transform } from 'class-transformer';
import { ArrayMaxSize, ArrayMinSize, IsArray, Length } from 'class-validator';
import { SERVICE_CONTEXT, type ServiceContext } from '@headwater/service-kit';
import { postUnknown } from '../post/post-unknown.ts';
import { PostParams } from '../post/post.requests.ts';
import { streamTotals } from './totals-stream.ts';
import { TotalsWatch } from './totals-watch.ts';

const mostPosts = 100;

class WatchedPostsQuery {
  @ApiProperty({ type: String, description: `identifiers of 1 to ${mostPosts} posts, with commas between them` })
  @Transform(({ value }) => (typeof value === 'string' ? [...new Set(value.split(','))] : (value as unknown)))
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(mostPosts)
  @Length(1, 100, { each: true })
  postIds!: string[];
}

const lastEventIdHeader = {
  name: 'Last-Event-ID',
  required: false,
  description: 'the id of the last event that was seen',
};
const streamed = { description: 'events `totals` and `gone`, as they come', schema: { type: 'string' } } as const;

@ApiTags('totals')
@Controller('posts')
export class TotalsStreamController {
  private readonly logger = new Logger('TotalsStream');
  private readonly stopping: AbortSignal;

  constructor(
    private readonly watch: TotalsWatch,
    @Inject(SERVICE_CONTEXT) context: ServiceContext,
  ) {
    this.stopping = context.stopping;
  }

  @Get(':postId/totals/stream')
  @ApiOperation({ summary: 'Totals of a post as they change, as server-sent events' })
  @ApiHeader(lastEventIdHeader)
  @ApiProduces('text/event-stream')
  @ApiOkResponse(streamed)
  async stream(
    @Param() { postId }: PostParams,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    if ((await this.watch.totals([postId])).length === 0) throw postUnknown(postId);
    await this.begin(reply, [postId], lastEventId);
  }

  @Get('totals/stream')
  @ApiOperation({
    summary: 'Totals of several posts as they change, as server-sent events',
    description: 'Posts that are not known yet are told of when they have come.',
  })
  @ApiHeader(lastEventIdHeader)
  @ApiProduces('text/event-stream')
  @ApiOkResponse(streamed)
  async streamMany(
    @Query() { postIds }: WatchedPostsQuery,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.begin(reply, postIds, lastEventId);
  }

  private async begin(reply: FastifyReply, postIds: readonly string[], lastEventId: string | undefined): Promise<void> {
    reply.hijack();
    const response = reply.raw;
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      // A proxy in between must not collect what is to be told at once.
      'x-accel-buffering': 'no',
    });
    const { watch, stopping } = this;
    await streamTotals(response, { postIds, lastEventId, watch, stopping }).catch((error: unknown) =>
      this.logger.warn(`a stream of totals ended: ${String(error)}`),
    );
  }
}
