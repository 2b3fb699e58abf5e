/** Answers in the shapes of Kafka Connect. */
import { checkConfig, fieldsOf, withDefaults, type Environment } from '../configuration/index.ts';
import { type Definition } from '../storage/index.ts';
import {
  type ConfigField,
  type ConfigProblem,
  type ConnectorConfig,
  type ConnectorPlugin,
  type Plugins,
  type Worker,
  traceOf,
} from '../worker/index.ts';

interface TaskKey {
  readonly connector: string;
  readonly task: number;
}

/** A connector as it is defined. */
export interface ConnectorInfo {
  readonly name: string;
  readonly config: ConnectorConfig;
  readonly tasks: readonly TaskKey[];
  readonly type: string;
}

/** How a connector and its tasks fare. */
export interface ConnectorStatus {
  readonly name: string;
  readonly connector: { readonly state: string; readonly worker_id: string; readonly trace?: string };
  readonly tasks: readonly TaskStatus[];
  readonly type: string;
}

export interface TaskStatus {
  readonly id: number;
  readonly state: string;
  readonly worker_id: string;
  readonly trace?: string;
}

export class ConnectorViews {
  constructor(
    private readonly worker: Worker,
    private readonly plugins: Plugins,
  ) {}

  info(definition: Definition): ConnectorInfo {
    const { name, properties } = definition;
    const tasks = this.tasksOf(definition).configs.map((_config, task) => ({ connector: name, task }));
    return { name, config: properties, tasks, type: this.typeOf(properties) };
  }

  tasks(definition: Definition): readonly { readonly id: TaskKey; readonly config: ConnectorConfig }[] {
    const { name: connector } = definition;
    return this.tasksOf(definition).configs.map((config, task) => ({ id: { connector, task }, config }));
  }

  status(definition: Definition): ConnectorStatus {
    const { name, properties, target } = definition;
    const { configs, trace } = this.tasksOf(definition);
    const state = trace === undefined ? (target === 'STARTED' ? 'RUNNING' : target) : 'FAILED';
    const leader = this.worker.leader?.workerId ?? '';
    return {
      name,
      connector: { state, worker_id: leader, ...(trace === undefined ? {} : { trace }) },
      tasks: configs.map((_config, task) => this.taskStatus(name, task)),
      type: this.typeOf(properties),
    };
  }

  taskStatus(connector: string, task: number): TaskStatus {
    const { state, worker_id, trace } = this.worker.stateOf(connector, task);
    return { id: task, state, worker_id, ...(trace === undefined ? {} : { trace }) };
  }

  private typeOf(properties: ConnectorConfig): string {
    return this.plugins.find(properties['connector.class'])?.type ?? 'unknown';
  }

  private tasksOf(definition: Definition): { readonly configs: readonly ConnectorConfig[]; readonly trace?: string } {
    try {
      return { configs: this.plugins.taskConfigs(definition) };
    } catch (error) {
      return { configs: [], trace: traceOf(error) };
    }
  }
}

/** `GET /connector-plugins` */
export function pluginView({ name, type, version }: ConnectorPlugin): object {
  return { class: name, type, version };
}

/** `GET /connector-plugins/:plugin/config` */
export function definitionsView(plugin: ConnectorPlugin): readonly object[] {
  return fieldsOf(plugin).map((field, index) => definitionView(field, index));
}

/** `PUT /connector-plugins/:plugin/config/validate` */
export function validationView(plugin: ConnectorPlugin, given: ConnectorConfig, environment: Environment): object {
  const problems = checkConfig(plugin, given, environment);
  const config = withDefaults(plugin, given);
  const fields = fieldsOf(plugin);
  const known = new Set(fields.map(({ name }) => name));
  const others = [...new Set([...Object.keys(given), ...problems.map(({ field }) => field)])].filter(
    (name) => !known.has(name),
  );
  return {
    name: plugin.name,
    error_count: problems.length,
    groups: ['Common', plugin.name],
    configs: [
      ...fields.map((field, index) => ({
        definition: definitionView(field, index),
        value: valueView(field.name, config, problems),
      })),
      ...others.map((name) => ({ definition: null, value: valueView(name, config, problems) })),
    ],
  };
}

function definitionView(field: ConfigField, order: number): object {
  return {
    name: field.name,
    type: field.type,
    required: field.default === undefined && field.optional !== true,
    default_value: field.default ?? null,
    importance: field.importance ?? 'MEDIUM',
    documentation: field.documentation,
    group: order < 3 ? 'Common' : null,
    width: 'MEDIUM',
    display_name: field.name,
    dependents: [],
    order: order + 1,
  };
}

function valueView(name: string, config: ConnectorConfig, problems: readonly ConfigProblem[]): object {
  return {
    name,
    value: config[name] ?? null,
    recommended_values: [],
    errors: problems.filter(({ field }) => field === name).map(({ message }) => message),
    visible: true,
  };
}
