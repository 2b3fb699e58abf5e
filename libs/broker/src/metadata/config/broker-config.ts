import type { LogConfig } from '../../storage/index.ts';

/** The broker's configuration, parsed: Kafka's `server.properties` names in camel case, units last. */
export interface BrokerConfig {
  /** `node.id`. */
  readonly nodeId: number;
  /** `auto.create.topics.enable`. */
  readonly autoCreateTopicsEnable: boolean;
  /** `num.partitions`. */
  readonly numPartitions: number;
  /** `delete.topic.enable`. */
  readonly deleteTopicEnable: boolean;
  /** `socket.request.max.bytes`: largest request frame. */
  readonly socketRequestMaxBytes: number;
  /** `fetch.max.bytes`: largest Fetch answer. */
  readonly fetchMaxBytes: number;
  /** `connections.max.idle.ms`. */
  readonly connectionsMaxIdleMs: number;
  /** `queued.max.request.bytes`; -1 for none. */
  readonly queuedMaxRequestBytes: number;
  /** `max.connections`. */
  readonly maxConnections: number;
  /** `max.incremental.fetch.session.cache.slots`. */
  readonly maxIncrementalFetchSessionCacheSlots: number;
  /** `advertised.listeners`, its first `PLAINTEXT://host:port`; undefined: the address it listens on. */
  readonly advertisedListener: { readonly host: string; readonly port: number } | undefined;
  /** `request.timeout.ms`. */
  readonly requestTimeoutMs: number;
  /** `log.retention.check.interval.ms`. */
  readonly logRetentionCheckIntervalMs: number;
  /** `log.flush.offset.checkpoint.interval.ms`. */
  readonly logFlushOffsetCheckpointIntervalMs: number;
  /** `producer.id.expiration.ms`. */
  readonly producerIdExpirationMs: number;
  /** Of the group room, by the field names of its `GroupConfig`. */
  readonly group: {
    readonly initialRebalanceDelayMs: number;
    readonly minSessionTimeoutMs: number;
    readonly maxSessionTimeoutMs: number;
    readonly maxSize: number;
    readonly offsetMetadataMaxBytes: number;
    readonly offsetsRetentionMs: number;
    readonly offsetsRetentionCheckIntervalMs: number;
    readonly offsetsTopicPartitions: number;
    readonly offsetsTopicSegmentBytes: number;
  };
  /** Of the transaction room. */
  readonly transaction: { readonly maxTimeoutMs: number; readonly stateLogPartitions: number; readonly stateLogSegmentBytes: number };
  /** The `log.*` defaults that a topic without its own settings gets. */
  readonly log: LogConfig;
}

/** A setting that cannot be used; the message names the key, the value and what is allowed. */
export class BrokerConfigError extends Error {
  override readonly name = 'BrokerConfigError';
}

/** Parses `server.properties` names and values. @throws BrokerConfigError for an unknown name or a value out of range. */
export function parseBrokerConfig(_properties: Readonly<Record<string, string>>): BrokerConfig {
  throw new Error('The metadata room is being laid');
}
