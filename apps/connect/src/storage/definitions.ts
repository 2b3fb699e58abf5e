/**
 * The connectors as the topic `connect_configs` says, in the records of Kafka Connect:
 *
 *     connector-<name>            {"properties": {…}}                          null: deleted
 *     file-<name>                 {"properties": {…}}                          what a file last said
 *     target-state-<name>         {"state": "STARTED" | "PAUSED" | "STOPPED"}
 *     restart-connector-<name>    {"include-tasks": …, "only-failed": …}       heard by those that are there
 *     restart-task-<name>-<n>     {}
 *
 * Only the leader writes; every worker reads. Tasks are not written: they follow from the properties.
 */
import { type KafkaClient, type MessageProducer } from '@headwater/messaging';
import { type ConnectorConfig } from '../worker/connector.ts';
import { CompactedLog } from './compacted-log.ts';

export type TargetState = 'STARTED' | 'PAUSED' | 'STOPPED';

/** A connector as it was last defined. */
export interface Definition {
  readonly name: string;
  /** As they were given, with references to the environment unresolved. */
  readonly properties: ConnectorConfig;
  readonly target: TargetState;
}

/** A wish to have tasks begin anew. */
export interface Restart {
  readonly connector: string;
  /** One task of the connector; undefined for those that the rest says. */
  readonly task: number | undefined;
  readonly includeTasks: boolean;
  readonly onlyFailed: boolean;
}

export interface DefinitionsListener {
  onChanged(name: string): void;
  onRestart(restart: Restart): void;
}

const CONNECTOR = 'connector-';
const FILE = 'file-';
const TARGET = 'target-state-';
const RESTART_CONNECTOR = 'restart-connector-';
const RESTART_TASK = /^restart-task-(.+)-(\d+)$/;

export class Definitions {
  private readonly log: CompactedLog;
  private readonly properties = new Map<string, ConnectorConfig>();
  private readonly files = new Map<string, string>();
  private readonly targets = new Map<string, TargetState>();
  private listener: DefinitionsListener | undefined;

  constructor(client: KafkaClient, producer: MessageProducer, topic: string) {
    this.log = new CompactedLog(client, producer, topic, (key, value) => this.apply(key, value));
  }

  get position(): number {
    return this.log.position;
  }

  /** Resolves when all that is there is known; the listener hears of what follows. */
  async start(listener: DefinitionsListener): Promise<void> {
    await this.log.start();
    this.listener = listener;
  }

  names(): string[] {
    return [...this.properties.keys()].sort();
  }

  find(name: string): Definition | undefined {
    const properties = this.properties.get(name);
    return properties && { name, properties, target: this.targets.get(name) ?? 'STARTED' };
  }

  all(): Definition[] {
    return this.names().map((name) => this.find(name)!);
  }

  /** Resolves when everybody who reads to the end will see it. */
  async put(name: string, properties: ConnectorConfig, target?: TargetState): Promise<void> {
    // First, so that a connector that is to begin paused never runs.
    if (target) await this.log.write(TARGET + name, { state: target });
    await this.log.write(CONNECTOR + name, { properties });
    await this.log.readToEnd();
  }

  /** Puts what a file says, if it is not what it last said. */
  async putFromFile(name: string, properties: ConnectorConfig): Promise<void> {
    await this.log.readToEnd();
    const record = { properties };
    if (this.files.get(name) === JSON.stringify(record)) return;
    await this.put(name, properties, this.find(name) ? undefined : 'STARTED');
    await this.log.write(FILE + name, record);
    await this.log.readToEnd();
  }

  async setTarget(name: string, state: TargetState): Promise<void> {
    await this.log.write(TARGET + name, { state });
    await this.log.readToEnd();
  }

  async delete(name: string): Promise<void> {
    await this.log.write(CONNECTOR + name, null);
    await this.log.write(TARGET + name, null);
    await this.log.readToEnd();
  }

  async restart({ connector, task, includeTasks, onlyFailed }: Restart): Promise<void> {
    if (task === undefined)
      await this.log.write(RESTART_CONNECTOR + connector, { 'include-tasks': includeTasks, 'only-failed': onlyFailed });
    else await this.log.write(`restart-task-${connector}-${task}`, {});
    await this.log.readToEnd();
  }

  /** Resolves when all below the offset is known here. */
  reached(offset: number): Promise<void> {
    return this.log.reached(offset);
  }

  readToEnd(): Promise<void> {
    return this.log.readToEnd();
  }

  async close(): Promise<void> {
    await this.log.close();
  }

  private apply(key: string, value: string | null): void {
    const task = RESTART_TASK.exec(key);
    if (task) {
      if (value !== null)
        this.listener?.onRestart({
          connector: task[1]!,
          task: Number(task[2]),
          includeTasks: false,
          onlyFailed: false,
        });
    } else if (key.startsWith(RESTART_CONNECTOR)) this.applyRestart(key.slice(RESTART_CONNECTOR.length), value);
    else if (key.startsWith(FILE)) {
      if (value === null) this.files.delete(key.slice(FILE.length));
      else this.files.set(key.slice(FILE.length), value);
    } else if (key.startsWith(TARGET)) {
      const name = key.slice(TARGET.length);
      if (value === null) this.targets.delete(name);
      else this.targets.set(name, (JSON.parse(value) as { state: TargetState }).state);
      this.listener?.onChanged(name);
    } else if (key.startsWith(CONNECTOR)) {
      const name = key.slice(CONNECTOR.length);
      if (value === null) this.properties.delete(name);
      else this.properties.set(name, (JSON.parse(value) as { properties: ConnectorConfig }).properties);
      this.listener?.onChanged(name);
    }
  }

  private applyRestart(connector: string, value: string | null): void {
    if (value === null) return;
    const wish = JSON.parse(value) as { 'include-tasks': boolean; 'only-failed': boolean };
    this.listener?.onRestart({
      connector,
      task: undefined,
      includeTasks: wish['include-tasks'],
      onlyFailed: wish['only-failed'],
    });
  }
}
