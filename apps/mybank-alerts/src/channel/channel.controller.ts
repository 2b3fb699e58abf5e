import { Body, Controller, Get, Param, Put } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { UserParams } from '../threshold/threshold.requests.ts';
import { ChannelsResponse, SetChannelsRequest } from './channel.requests.ts';
import { Channels } from './channels.ts';

@ApiTags('channels')
@Controller('users/:userId/channels')
export class ChannelController {
  constructor(private readonly channels: Channels) {}

  @Get()
  @ApiOperation({ summary: 'Where a user is told, and how it fares' })
  @ApiOkResponse({ type: ChannelsResponse })
  async list(@Param() { userId }: UserParams): Promise<ChannelsResponse> {
    return { items: await this.channels.list(userId) };
  }

  @Put()
  @ApiOperation({ summary: 'Say where a user is to be told', description: 'A channel that is left out is taken away.' })
  @ApiOkResponse({ type: ChannelsResponse })
  async set(@Param() { userId }: UserParams, @Body() request: SetChannelsRequest): Promise<ChannelsResponse> {
    return { items: await this.channels.set(userId, request) };
  }
}
