import { Body, Controller, Get, Inject, Param, Put } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type Environment } from '../configuration/index.ts';
import { Connectors } from './connectors.ts';
import { configOf, connectorConfigSchema } from './requests.ts';
import { definitionsView, pluginView, validationView } from './views.ts';

export const ENVIRONMENT = Symbol('connect.environment');

@ApiTags('connector-plugins')
@Controller('connector-plugins')
export class ConnectorPluginController {
  constructor(
    private readonly connectors: Connectors,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {}

  @Get()
  @ApiOperation({ summary: 'The kinds of connectors that this worker knows' })
  list(): readonly object[] {
    return this.connectors.allPlugins().map((plugin) => pluginView(plugin));
  }

  @Get(':plugin/config')
  @ApiOperation({ summary: 'What can be configured of a kind of connector' })
  definitions(@Param('plugin') plugin: string): readonly object[] {
    return definitionsView(this.connectors.plugin(plugin));
  }

  @Put(':plugin/config/validate')
  @ApiOperation({ summary: 'Check a configuration: every field with its value and what is wrong with it' })
  @ApiBody({ schema: connectorConfigSchema })
  validate(@Param('plugin') plugin: string, @Body() config: { readonly name?: unknown }): object {
    const name = typeof config.name === 'string' ? config.name : '';
    const { name: given, ...others } = configOf(name, config);
    return validationView(
      this.connectors.plugin(plugin),
      given === '' ? others : { ...others, name: given! },
      this.environment,
    );
  }
}
