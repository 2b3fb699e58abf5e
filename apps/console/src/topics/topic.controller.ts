import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { TopicDetails } from './topic-details.ts';
import { TopicDesk } from './topic-desk.ts';
import { AddPartitionsRequest, AlterConfigsRequest, CreateTopicRequest, TopicParams } from './topic-requests.ts';

@ApiTags('topics')
@Controller('api/topics')
export class TopicController {
  constructor(private readonly desk: TopicDesk) {}

  @Post()
  @ApiOperation({ summary: 'Create a topic' })
  @ApiCreatedResponse({ description: 'created; 409 when there is one of the name' })
  create(@Body() request: CreateTopicRequest): Promise<void> {
    return this.desk.create(request);
  }

  @Get(':topic')
  @ApiOperation({
    summary: 'Partitions with their sizes, configuration with where each value is from, and the contract',
  })
  @ApiOkResponse({ description: 'the topic' })
  details(@Param() { topic }: TopicParams): Promise<TopicDetails> {
    return this.desk.details(topic);
  }

  @Patch(':topic/configs')
  @HttpCode(204)
  @ApiOperation({ summary: 'Set values of the configuration, or let their defaults hold again' })
  @ApiNoContentResponse()
  alter(@Param() { topic }: TopicParams, @Body() request: AlterConfigsRequest): Promise<void> {
    return this.desk.alter(topic, request);
  }

  @Post(':topic/partitions')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Give a topic more partitions',
    description: 'Records of a key that were written before stay where they are; later ones may go elsewhere.',
  })
  @ApiNoContentResponse()
  addPartitions(@Param() { topic }: TopicParams, @Body() request: AddPartitionsRequest): Promise<void> {
    return this.desk.addPartitions(topic, request);
  }

  @Delete(':topic')
  @HttpCode(204)
  @ApiOperation({ summary: 'Delete a topic with all its records' })
  @ApiNoContentResponse()
  delete(@Param() { topic }: TopicParams): Promise<void> {
    return this.desk.delete(topic);
  }
}
