import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  ParseIntPipe,
  Post,
  Put,
  Query,
  Res,
  UseInterceptors,
} from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBody,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiQuery,
  ApiTags,
} from '@nestjs/swagger';
import { type FastifyReply } from 'fastify';
import { Connectors } from './connectors.ts';
import { ForwardToLeader } from './forward-to-leader.ts';
import { configOf, connectorConfigSchema, CreateConnectorRequest, targetOf } from './requests.ts';
import { type ConnectorInfo, type ConnectorStatus, type TaskStatus } from './views.ts';

const isTrue = (text: string | undefined): boolean => text === 'true';

@ApiTags('connectors')
@Controller('connectors')
export class ConnectorController {
  constructor(private readonly connectors: Connectors) {}

  @Get()
  @ApiOperation({ summary: 'All connectors: their names, or with `expand` what is known of each' })
  @ApiQuery({ name: 'expand', required: false, isArray: true, enum: ['status', 'info'] })
  @ApiOkResponse({ description: 'names, or an object by name' })
  list(@Query('expand') expand: string | string[] | undefined): unknown {
    const names = this.connectors.names();
    if (expand === undefined) return names;
    const wanted = new Set([expand].flat());
    return Object.fromEntries(
      names.map((name) => [
        name,
        {
          ...(wanted.has('status') ? { status: this.connectors.status(name) } : {}),
          ...(wanted.has('info') ? { info: this.connectors.info(name) } : {}),
        },
      ]),
    );
  }

  @Post()
  @UseInterceptors(ForwardToLeader)
  @ApiOperation({ summary: 'Create a connector' })
  @ApiCreatedResponse({ description: 'created; Location is set. 409 when there is one of the name' })
  async create(
    @Body() { name, config, initial_state }: CreateConnectorRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ConnectorInfo> {
    const info = await this.connectors.create(name, configOf(name, config), targetOf(initial_state));
    reply.header('location', `/connectors/${encodeURIComponent(name)}`);
    return info;
  }

  @Get(':name')
  @ApiOperation({ summary: 'A connector: its configuration and its tasks' })
  info(@Param('name') name: string): ConnectorInfo {
    return this.connectors.info(name);
  }

  @Get(':name/config')
  @ApiOperation({ summary: 'A connector’s configuration, references to the environment unresolved' })
  config(@Param('name') name: string): object {
    return this.connectors.info(name).config;
  }

  @Put(':name/config')
  @UseInterceptors(ForwardToLeader)
  @ApiOperation({ summary: 'Create a connector, or give it another configuration: its tasks begin anew' })
  @ApiBody({ schema: connectorConfigSchema })
  @ApiOkResponse({ description: 'changed' })
  @ApiCreatedResponse({ description: 'created' })
  async put(
    @Param('name') name: string,
    @Body() config: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ConnectorInfo> {
    const isNew = await this.connectors.put(name, configOf(name, config));
    reply.status(isNew ? 201 : 200);
    if (isNew) reply.header('location', `/connectors/${encodeURIComponent(name)}`);
    return this.connectors.info(name);
  }

  @Get(':name/status')
  @ApiOperation({ summary: 'State of a connector and its tasks, with the trace of what failed' })
  status(@Param('name') name: string): ConnectorStatus {
    return this.connectors.status(name);
  }

  @Get(':name/tasks')
  @ApiOperation({ summary: 'A connector’s tasks with their configurations' })
  tasks(@Param('name') name: string): object {
    return this.connectors.tasks(name);
  }

  @Get(':name/tasks/:task/status')
  @ApiOperation({ summary: 'State of one task' })
  taskStatus(@Param('name') name: string, @Param('task', ParseIntPipe) task: number): TaskStatus {
    return this.connectors.taskStatus(name, task);
  }

  @Put(':name/pause')
  @HttpCode(202)
  @UseInterceptors(ForwardToLeader)
  @ApiOperation({ summary: 'Have the tasks rest; they stay where they are' })
  @ApiAcceptedResponse()
  async pause(@Param('name') name: string): Promise<void> {
    await this.connectors.setTarget(name, 'PAUSED');
  }

  @Put(':name/resume')
  @HttpCode(202)
  @UseInterceptors(ForwardToLeader)
  @ApiOperation({ summary: 'Have a paused or stopped connector go on' })
  @ApiAcceptedResponse()
  async resume(@Param('name') name: string): Promise<void> {
    await this.connectors.setTarget(name, 'STARTED');
  }

  @Put(':name/stop')
  @HttpCode(202)
  @UseInterceptors(ForwardToLeader)
  @ApiOperation({ summary: 'End the tasks; the configuration stays' })
  @ApiAcceptedResponse()
  async stop(@Param('name') name: string): Promise<void> {
    await this.connectors.setTarget(name, 'STOPPED');
  }

  @Post(':name/restart')
  @UseInterceptors(ForwardToLeader)
  @ApiOperation({
    summary: 'Begin anew',
    description:
      'With `includeTasks` the tasks, with `onlyFailed` those that failed. Without them nothing but the connector itself.',
  })
  @ApiQuery({ name: 'includeTasks', required: false, type: Boolean })
  @ApiQuery({ name: 'onlyFailed', required: false, type: Boolean })
  @ApiNoContentResponse({ description: 'without `includeTasks` and `onlyFailed`' })
  @ApiAcceptedResponse({ description: 'otherwise, with the status' })
  async restart(
    @Param('name') name: string,
    @Query('includeTasks') includeTasks: string | undefined,
    @Query('onlyFailed') onlyFailed: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ConnectorStatus | undefined> {
    const options = { includeTasks: isTrue(includeTasks), onlyFailed: isTrue(onlyFailed) };
    await this.connectors.restart(name, options);
    const isPlain = !options.includeTasks && !options.onlyFailed;
    reply.status(isPlain ? 204 : 202);
    return isPlain ? undefined : this.connectors.status(name);
  }

  @Post(':name/tasks/:task/restart')
  @HttpCode(204)
  @UseInterceptors(ForwardToLeader)
  @ApiOperation({ summary: 'Have one task begin anew' })
  @ApiNoContentResponse()
  async restartTask(@Param('name') name: string, @Param('task', ParseIntPipe) task: number): Promise<void> {
    await this.connectors.restartTask(name, task);
  }

  @Delete(':name')
  @HttpCode(204)
  @UseInterceptors(ForwardToLeader)
  @ApiOperation({ summary: 'Delete a connector: its tasks end' })
  @ApiNoContentResponse()
  async delete(@Param('name') name: string): Promise<void> {
    await this.connectors.delete(name);
  }

  @Get(':name/offsets')
  @ApiOperation({ summary: 'How far a connector is' })
  async offsets(@Param('name') name: string): Promise<object> {
    return { offsets: await this.connectors.offsets(name) };
  }

  @Delete(':name/offsets')
  @HttpCode(200)
  @UseInterceptors(ForwardToLeader)
  @ApiOperation({ summary: 'Have a stopped connector begin anew when it is resumed' })
  async resetOffsets(@Param('name') name: string): Promise<object> {
    await this.connectors.resetOffsets(name);
    return { message: 'The offsets for this connector have been reset successfully' };
  }
}
