import { once } from 'node:events';
import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import { Problem, SERVICE_CONTEXT, type ServiceContext } from '@headwater/service-kit';
import type { FastifyReply } from 'fastify';
import { TopicParams } from '../topics/topic-requests.ts';
import { MessageDesk } from './message-desk.ts';
import { ProduceRequest, RecordParams, ScanQuery } from './message-requests.ts';
import type { MessageScan } from './message-scan.ts';
import { MessageWriter, type Produced } from './message-writer.ts';
import type { RawRecordView } from './record-view.ts';

/** Each reads ahead; more at once than people who look would only be slow. */
const MOST_SCANS = 20;

@ApiTags('messages')
@Controller('api/topics/:topic/messages')
export class MessageController {
  private scans = 0;

  constructor(
    private readonly desk: MessageDesk,
    private readonly writer: MessageWriter,
    @Inject(SERVICE_CONTEXT) private readonly context: ServiceContext,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'Records of a topic as server-sent events',
    description:
      '`records` with what was found, `progress` on the way, `end` with where to go on, or `problem`. Closing the connection ends the scan. From `now` on it follows the topic’s end and does not end itself.',
  })
  @ApiProduces('text/event-stream')
  async browse(@Param() { topic }: TopicParams, @Query() query: ScanQuery, @Res() reply: FastifyReply): Promise<void> {
    if (this.scans >= MOST_SCANS)
      throw Problem.unavailable('too-many-scans', `${MOST_SCANS} scans are under way: end one and try again`);
    const scan = await this.desk.scan(topic, query);
    reply.hijack();
    if (reply.raw.destroyed) return;
    reply.raw.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    this.scans += 1;
    try {
      await this.send(scan, reply.raw);
    } finally {
      this.scans -= 1;
      reply.raw.end();
    }
  }

  @Get(':partition/:offset')
  @ApiOperation({ summary: 'One record, with its bytes' })
  @ApiOkResponse({ description: 'the record' })
  record(@Param() params: RecordParams): Promise<RawRecordView> {
    return this.desk.record(params);
  }

  @Post()
  @HttpCode(200)
  @ApiOperation({
    summary: 'Write a record',
    description: 'Checked against the subject’s newest schema; with `dryRun` only that.',
  })
  @ApiOkResponse({ description: 'what was written, or would be. 422 when it does not fit' })
  produce(@Param() { topic }: TopicParams, @Body() request: ProduceRequest): Promise<Produced> {
    return this.writer.produce(topic, request);
  }

  /** A page that reads slowly slows the scan down. */
  private async send(scan: MessageScan, sink: FastifyReply['raw']): Promise<void> {
    const closed = new AbortController();
    sink.on('error', () => closed.abort());
    sink.once('close', () => closed.abort());
    const signal = AbortSignal.any([closed.signal, this.context.stopping]);
    try {
      for await (const { kind, ...event } of scan.events(signal)) {
        const isTaken = sink.write(`event: ${kind}\ndata: ${JSON.stringify(Object.values(event)[0])}\n\n`);
        if (!isTaken) await once(sink, 'drain', { signal });
      }
    } catch (error) {
      if (signal.aborted) return;
      const detail = error instanceof Error ? error.message : String(error);
      sink.write(`event: problem\ndata: ${JSON.stringify({ detail })}\n\n`);
    }
  }
}
