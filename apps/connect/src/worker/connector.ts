/**
 * What a connector is to the worker that runs it: a plug-in that checks configuration, splits work into tasks, and makes tasks.
 *
 * Configuration is Kafka Connect's: names and texts. The worker resolves `${NAME}` from its own environment before a plug-in sees it, so
 * that neither topics nor answers hold secrets. Every worker asks a plug-in for the same configuration's tasks and must get the same
 * answer: `taskConfigs` is a function of its arguments alone.
 *
 * A task runs on one worker at a time as far as the group can know; a worker that was cut off may still run it for a moment. A task
 * therefore fences itself where it writes: by a replication slot, a consumer group's generation, a transactional id.
 */
import { type EventCodec, type KafkaClient, type MessageProducer, type TopicSetup } from '@headwater/messaging';
import { type Metrics } from '@headwater/service-kit';

/** Names and texts, as Kafka Connect has them. */
export type ConnectorConfig = Readonly<Record<string, string>>;

export type ConfigFieldType = 'STRING' | 'INT' | 'LONG' | 'BOOLEAN' | 'LIST' | 'PASSWORD';

/** One name of a configuration: what it may be, and what it is for. */
export interface ConfigField {
  readonly name: string;
  readonly type: ConfigFieldType;
  /** In words for people who configure. */
  readonly documentation: string;
  /** A field without a default is required, unless it is `optional`. */
  readonly default?: string;
  readonly optional?: boolean;
  readonly importance?: 'HIGH' | 'MEDIUM' | 'LOW';
  /** Of INT and LONG. */
  readonly min?: number;
  readonly max?: number;
  /** The only values that it may have. */
  readonly values?: readonly string[];
}

/** What is wrong with one field of a configuration, as a sentence. */
export interface ConfigProblem {
  readonly field: string;
  readonly message: string;
}

/** How far a connector has come with one part of its source or sink, in the plug-in's own words. */
export interface ConnectorOffset {
  /** For example `{"kafka_topic": "likes", "kafka_partition": 0}` or `{"slot": "mybank_ledger"}`. */
  readonly partition: Readonly<Record<string, unknown>>;
  /** For example `{"kafka_offset": 120}`; null when it is to begin anew. */
  readonly offset: Readonly<Record<string, unknown>> | null;
}

/** Offsets that the worker keeps for a connector, in the compacted topic `connect_offsets`. */
export interface OffsetStore {
  /** What was last written for a part, by any worker. @param partition names the part */
  read(partition: Readonly<Record<string, unknown>>): Promise<ConnectorOffset['offset']>;
  /** Resolves when the broker has acknowledged it. */
  write(partition: Readonly<Record<string, unknown>>, offset: ConnectorOffset['offset']): Promise<void>;
}

/** What a plug-in works with, for a connector as a whole. */
export interface ConnectorContext {
  /** The connector's name. A sink's group is `connect-<connector>`. */
  readonly connector: string;
  /** The connector's configuration, with its defaults, resolved. */
  readonly config: ConnectorConfig;
  readonly bootstrapServers: readonly string[];
  readonly registryUrl: string;
  readonly client: KafkaClient;
  /** Shared by all tasks of the worker; closed by it. */
  readonly codec: EventCodec;
  readonly producer: MessageProducer;
  readonly topicSetup: TopicSetup;
  readonly offsets: OffsetStore;
}

/** What one task works with; `config` is one of those that `taskConfigs` gave. */
export interface TaskContext extends ConnectorContext {
  /** From 0 on. */
  readonly task: number;
  readonly metrics: Metrics;
  /** Tells that the task is at work: its state is RUNNING from then on. */
  running(): void;
  /** Tells that it cannot work for the moment, and why; it goes on trying by itself, and is RESTARTING until it is `running` again. */
  waiting(reason: unknown): void;
}

/** One share of a connector's work, on one worker. */
export interface ConnectorTask {
  /**
   * Works until `stopping` is aborted; then finishes what is under way, frees what it holds, and resolves. After it has settled nothing
   * of it runs any more.
   *
   * A rejection is the task's failure: the worker tries a retriable one again after a pause (`isRetriable`), and leaves any other FAILED with its stack
   * until somebody restarts it. A task that waits for a broker or a database on its own need not fail for it.
   */
  run(stopping: AbortSignal): Promise<void>;
}

/** A kind of connector. */
export interface ConnectorPlugin {
  /** What `connector.class` says to have it, in kebab-case. */
  readonly name: string;
  readonly type: 'source' | 'sink';
  readonly version: string;
  /** Besides those of every connector (`commonFields`). */
  readonly fields: readonly ConfigField[];
  /** Names that are not in `fields` and nevertheless allowed, such as `tables.<name>.topic`. */
  readonly allows?: (name: string) => boolean;
  /** What is wrong beyond single fields. Called with defaults filled in, when each field is as it should be. Touches no network. */
  validate?(config: ConnectorConfig): readonly ConfigProblem[];
  /** The tasks' configurations, from 1 to `maxTasks`. */
  taskConfigs(config: ConnectorConfig, maxTasks: number): readonly ConnectorConfig[];
  createTask(context: TaskContext): ConnectorTask;
  /** How far it is, for `GET …/offsets`. */
  offsets(context: ConnectorContext): Promise<readonly ConnectorOffset[]>;
  /** Forgets how far it is, so that it begins anew; only while it is STOPPED. @throws {ConnectorError} when it cannot be done */
  resetOffsets?(context: ConnectorContext): Promise<void>;
}

/** A failure with a stable code that says whether another attempt may do. */
export class ConnectorError extends Error {
  override readonly name = 'ConnectorError';

  constructor(
    /** SCREAMING_SNAKE_CASE. */
    readonly code: string,
    message: string,
    readonly retriable: boolean,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Whether a task that failed so is tried again on its own: what says so itself. */
export function isRetriable(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'retriable' in error && error.retriable === true;
}
