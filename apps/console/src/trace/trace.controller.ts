import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { Problem } from '@headwater/service-kit';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, Length, Min } from 'class-validator';
import type { EventPath } from './event-path.ts';
import { EventTracer } from './event-tracer.ts';

class TraceQuery {
  @ApiPropertyOptional({ type: String, description: 'of the record’s header message-id' })
  @IsOptional()
  @IsString()
  @Length(1, 500)
  messageId?: string;

  @ApiPropertyOptional({ type: String, description: 'with partition and offset, instead of a message id' })
  @IsOptional()
  @IsString()
  topic?: string;

  @ApiPropertyOptional({ type: Number })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(0)
  partition?: number;

  @ApiPropertyOptional({ type: Number })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(0)
  offset?: number;
}

@ApiTags('trace')
@Controller('api/trace')
export class TraceController {
  constructor(private readonly tracer: EventTracer) {}

  @Get()
  @ApiOperation({
    summary: 'The path of one event: from the command over its topic to groups, what they wrote, and read models',
  })
  @ApiOkResponse({ description: 'the path' })
  trace(@Query() { messageId, topic, partition, offset }: TraceQuery): Promise<EventPath> {
    if (messageId !== undefined) return this.tracer.byMessageId(messageId);
    if (topic !== undefined && partition !== undefined && offset !== undefined)
      return this.tracer.byPlace(topic, partition, offset);
    throw Problem.badRequest('event-unnamed', 'Name the event by messageId, or by topic, partition and offset');
  }
}
