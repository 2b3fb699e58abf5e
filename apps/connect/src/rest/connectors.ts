/** What can be done with connectors, by requests and by files. Changes are made on the leader (`ForwardToLeader`). */
import { Injectable } from '@nestjs/common';
import {
  checkConfig,
  ConnectorFileError,
  describeProblems,
  withDefaults,
  type ConnectorFile,
  type Environment,
} from '../configuration/index.ts';
import { type Definition, type TargetState } from '../storage/index.ts';
import {
  ConnectorError,
  isRetriable,
  Plugins,
  Worker,
  type ConfigProblem,
  type ConnectorConfig,
  type ConnectorOffset,
  type ConnectorPlugin,
} from '../worker/index.ts';
import {
  badRequest,
  configInvalid,
  conflict,
  connectorExists,
  connectorUnknown,
  pluginUnknown,
  taskUnknown,
  workerStarting,
} from './connect-problem.ts';
import { ConnectorViews, type ConnectorInfo, type ConnectorStatus, type TaskStatus } from './views.ts';

@Injectable()
export class Connectors {
  private readonly views: ConnectorViews;

  constructor(
    private readonly worker: Worker,
    private readonly plugins: Plugins,
    private readonly environment: Environment,
  ) {
    this.views = new ConnectorViews(worker, plugins);
  }

  names(): string[] {
    this.assertOpen();
    return this.worker.definitions.names();
  }

  info(name: string): ConnectorInfo {
    return this.views.info(this.find(name));
  }

  status(name: string): ConnectorStatus {
    return this.views.status(this.find(name));
  }

  tasks(name: string): ReturnType<ConnectorViews['tasks']> {
    return this.views.tasks(this.find(name));
  }

  taskStatus(name: string, task: number): TaskStatus {
    this.assertTask(name, task);
    return this.views.taskStatus(name, task);
  }

  async create(name: string, config: ConnectorConfig, target: TargetState): Promise<ConnectorInfo> {
    await this.worker.definitions.readToEnd();
    if (this.worker.definitions.find(name)) throw connectorExists(name);
    this.check(config);
    await this.worker.definitions.put(name, config, target);
    return this.info(name);
  }

  /** @returns whether there was none of the name before */
  async put(name: string, config: ConnectorConfig): Promise<boolean> {
    await this.worker.definitions.readToEnd();
    const isNew = this.worker.definitions.find(name) === undefined;
    this.check(config);
    await this.worker.definitions.put(name, config, isNew ? 'STARTED' : undefined);
    return isNew;
  }

  async setTarget(name: string, target: TargetState): Promise<void> {
    this.find(name);
    await this.worker.definitions.setTarget(name, target);
  }

  async delete(name: string): Promise<void> {
    this.find(name);
    await this.worker.definitions.delete(name);
    await this.worker.states.forget(name);
  }

  async restart(
    name: string,
    options: { readonly includeTasks: boolean; readonly onlyFailed: boolean },
  ): Promise<void> {
    this.find(name);
    await this.worker.definitions.restart({ connector: name, task: undefined, ...options });
  }

  async restartTask(name: string, task: number): Promise<void> {
    this.assertTask(name, task);
    await this.worker.definitions.restart({ connector: name, task, includeTasks: false, onlyFailed: false });
  }

  async offsets(name: string): Promise<readonly ConnectorOffset[]> {
    const { plugin, context } = this.parts(this.find(name));
    return plugin.offsets(context);
  }

  /** Has a stopped connector begin anew. */
  async resetOffsets(name: string): Promise<void> {
    const definition = this.find(name);
    if (definition.target !== 'STOPPED')
      throw badRequest('connector-not-stopped', `Connector ${name} must be STOPPED before its offsets are reset`);
    const { plugin, context } = this.parts(definition);
    if (!plugin.resetOffsets)
      throw badRequest(
        'offsets-fixed',
        `Connector ${name} finds its offsets in what it has written: they cannot be reset`,
      );
    try {
      await plugin.resetOffsets(context);
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      throw isRetriable(error) ? conflict('offsets-in-use', error.message) : badRequest('offsets-fixed', error.message);
    }
  }

  plugin(name: string): ConnectorPlugin {
    const plugin = this.plugins.find(name);
    if (!plugin) throw pluginUnknown(name);
    return plugin;
  }

  allPlugins(): ConnectorPlugin[] {
    return this.plugins.all();
  }

  /** @throws ConnectorFileError naming file and fields */
  checkFiles(files: readonly ConnectorFile[]): void {
    for (const { file, config } of files) {
      const problems = this.problemsOf(config);
      if (problems.length > 0) throw new ConnectorFileError(file, describeProblems(problems, 'config.'));
    }
  }

  /** What files define is put in place when a file is new or says something else than it last said: what requests changed since stays. */
  async applyFiles(files: readonly ConnectorFile[]): Promise<void> {
    for (const { name, config } of files) await this.worker.definitions.putFromFile(name, { ...config, name });
  }

  /** @throws Problem naming every wrong field */
  private check(config: ConnectorConfig): void {
    const problems = this.problemsOf(config);
    if (problems.length > 0) throw configInvalid(problems);
  }

  private problemsOf(config: ConnectorConfig): readonly ConfigProblem[] {
    const name = config['connector.class'];
    const plugin = this.plugins.find(name);
    if (plugin) return checkConfig(plugin, config, this.environment);
    return [{ field: 'connector.class', message: name === undefined ? 'is missing' : `${name} is not known` }];
  }

  private assertOpen(): void {
    if (!this.worker.knowsDefinitions) throw workerStarting();
  }

  private find(name: string): Definition {
    this.assertOpen();
    const definition = this.worker.definitions.find(name);
    if (!definition) throw connectorUnknown(name);
    return definition;
  }

  private assertTask(name: string, task: number): void {
    if (!this.info(name).tasks[task]) throw taskUnknown(name, task);
  }

  private parts({ name, properties }: Definition): {
    readonly plugin: ConnectorPlugin;
    readonly context: ReturnType<Worker['contextOf']>;
  } {
    const plugin = this.plugins.of(properties);
    return { plugin, context: this.worker.contextOf(name, withDefaults(plugin, properties)) };
  }
}
