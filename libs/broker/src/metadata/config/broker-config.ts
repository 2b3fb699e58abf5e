/** The broker's configuration as the rooms use it, made of Kafka's `server.properties` names and values. */
import { KafkaError } from '../../protocol/index.ts';
import type { SnapshotPolicy } from '../../state-machine/index.ts';
import type { CleanerSettings, LogConfig } from '../../storage/index.ts';
import { brokerConfigCatalog } from './broker-config-catalog.ts';
import { parseConfigValue, type ConfigValue } from './config-definition.ts';
import { effectiveBrokerConfig, type BrokerSettings } from './settings.ts';
import { topicConfigOf } from './topic-config.ts';
import { topicConfigCatalog } from './topic-config-catalog.ts';
import { isTakenWithoutEffect } from './without-effect.ts';

/** Parsed: Kafka's names in camel case, units last. */
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
  /** `max.connections.per.ip`. */
  readonly maxConnectionsPerIp: number;
  /** `max.incremental.fetch.session.cache.slots`. */
  readonly maxIncrementalFetchSessionCacheSlots: number;
  /** `advertised.listeners`, its first address; undefined: the address it listens on. */
  readonly advertisedListener: { readonly host: string; readonly port: number } | undefined;
  /** `request.timeout.ms`. */
  readonly requestTimeoutMs: number;
  /** `log.retention.check.interval.ms`. */
  readonly logRetentionCheckIntervalMs: number;
  /** `log.flush.offset.checkpoint.interval.ms`. */
  readonly logFlushOffsetCheckpointIntervalMs: number;
  /** `producer.id.expiration.ms`. */
  readonly producerIdExpirationMs: number;
  /** When the metadata log is snapshotted: `metadata.log.max.record.bytes.between.snapshots`, `metadata.log.max.snapshot.interval.ms`. */
  readonly metadataSnapshots: SnapshotPolicy;
  /** `log.cleaner.*`, of compaction. */
  readonly cleaner: CleanerSettings;
  /** Of the group room, by the field names of its `GroupConfig`. */
  readonly group: {
    readonly initialRebalanceDelayMs: number;
    readonly minSessionTimeoutMs: number;
    readonly maxSessionTimeoutMs: number;
    readonly maxSize: number;
    readonly consumer: ConsumerGroupSettings;
    readonly offsetMetadataMaxBytes: number;
    readonly offsetsRetentionMs: number;
    readonly offsetsRetentionCheckIntervalMs: number;
    readonly offsetsTopicPartitions: number;
    readonly offsetsTopicSegmentBytes: number;
  };
  /** Of the transaction room. */
  readonly transaction: {
    readonly maxTimeoutMs: number;
    readonly abortCheckIntervalMs: number;
    readonly expirationCheckIntervalMs: number;
    readonly verifiesPartitions: boolean;
    readonly transactionalIdExpirationMs: number;
    readonly stateLogPartitions: number;
    readonly stateLogSegmentBytes: number;
  };
  /** Of a topic that sets nothing itself. */
  readonly log: LogConfig;
}

/** Of groups of the consumer protocol. */
export interface ConsumerGroupSettings {
  readonly sessionTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  readonly maxSize: number;
  readonly assignors: readonly string[];
  readonly migrationPolicy: 'bidirectional' | 'upgrade' | 'downgrade' | 'disabled';
  readonly assignmentIntervalMs: number;
}

/** A setting that cannot be used; the message names the key, the value and what is allowed. */
export class BrokerConfigError extends Error {
  override readonly name = 'BrokerConfigError';
}

/** Parses `server.properties` names and values. @throws BrokerConfigError for an unknown name or a value out of range. */
export function parseBrokerConfig(properties: Readonly<Record<string, string>>): BrokerConfig {
  const fixed = new Map<string, string>();
  for (const [name, value] of Object.entries(properties)) {
    checkBrokerSetting(name, value);
    fixed.set(name, value);
  }
  return brokerConfigOf({ dynamicBroker: new Map(), dynamicDefault: new Map(), fixed });
}

/** The configuration that these settings, checked before, make. */
export function brokerConfigOf(settings: BrokerSettings): BrokerConfig {
  const read = (name: string): ConfigValue => {
    const definition = brokerConfigCatalog.get(name)!;
    return parseConfigValue(definition, effectiveBrokerConfig(definition, settings).value);
  };
  const number = (name: string): number => read(name) as number;
  const isNodeIdSet = settings.fixed.has('node.id');
  return {
    nodeId: number(!isNodeIdSet && settings.fixed.has('broker.id') ? 'broker.id' : 'node.id'),
    autoCreateTopicsEnable: read('auto.create.topics.enable') as boolean,
    numPartitions: number('num.partitions'),
    deleteTopicEnable: read('delete.topic.enable') as boolean,
    socketRequestMaxBytes: number('socket.request.max.bytes'),
    fetchMaxBytes: number('fetch.max.bytes'),
    connectionsMaxIdleMs: number('connections.max.idle.ms'),
    queuedMaxRequestBytes: number('queued.max.request.bytes'),
    maxConnections: number('max.connections'),
    maxConnectionsPerIp: number('max.connections.per.ip'),
    maxIncrementalFetchSessionCacheSlots: number('max.incremental.fetch.session.cache.slots'),
    advertisedListener: firstAddress(read('advertised.listeners') as readonly string[] | null),
    requestTimeoutMs: number('request.timeout.ms'),
    logRetentionCheckIntervalMs: number('log.retention.check.interval.ms'),
    logFlushOffsetCheckpointIntervalMs: number('log.flush.offset.checkpoint.interval.ms'),
    producerIdExpirationMs: number('producer.id.expiration.ms'),
    metadataSnapshots: {
      everyBytes: number('metadata.log.max.record.bytes.between.snapshots'),
      everyMs: number('metadata.log.max.snapshot.interval.ms') || Number.POSITIVE_INFINITY,
    },
    cleaner: {
      enabled: read('log.cleaner.enable') as boolean,
      backoffMs: number('log.cleaner.backoff.ms'),
      mapBytes: number('log.cleaner.dedupe.buffer.size'),
      bytesPerSecond: number('log.cleaner.io.max.bytes.per.second'),
    },
    group: {
      initialRebalanceDelayMs: number('group.initial.rebalance.delay.ms'),
      minSessionTimeoutMs: number('group.min.session.timeout.ms'),
      maxSessionTimeoutMs: number('group.max.session.timeout.ms'),
      maxSize: number('group.max.size'),
      consumer: {
        sessionTimeoutMs: number('group.consumer.session.timeout.ms'),
        heartbeatIntervalMs: number('group.consumer.heartbeat.interval.ms'),
        maxSize: number('group.consumer.max.size'),
        assignors: read('group.consumer.assignors') as readonly string[],
        migrationPolicy: (
          read('group.consumer.migration.policy') as string
        ).toLowerCase() as ConsumerGroupSettings['migrationPolicy'],
        assignmentIntervalMs: number('group.consumer.assignment.interval.ms'),
      },
      offsetMetadataMaxBytes: number('offset.metadata.max.bytes'),
      offsetsRetentionMs: number('offsets.retention.minutes') * 60 * 1000,
      offsetsRetentionCheckIntervalMs: number('offsets.retention.check.interval.ms'),
      offsetsTopicPartitions: number('offsets.topic.num.partitions'),
      offsetsTopicSegmentBytes: number('offsets.topic.segment.bytes'),
    },
    transaction: {
      maxTimeoutMs: number('transaction.max.timeout.ms'),
      abortCheckIntervalMs: number('transaction.abort.timed.out.transaction.cleanup.interval.ms'),
      expirationCheckIntervalMs: number('transaction.remove.expired.transaction.cleanup.interval.ms'),
      verifiesPartitions: read('transaction.partition.verification.enable') as boolean,
      transactionalIdExpirationMs: number('transactional.id.expiration.ms'),
      stateLogPartitions: number('transaction.state.log.num.partitions'),
      stateLogSegmentBytes: number('transaction.state.log.segment.bytes'),
    },
    log: topicConfigOf(new Map(), settings).log,
  };
}

function checkBrokerSetting(name: string, value: string): void {
  const definition = brokerConfigCatalog.get(name);
  if (definition === undefined) {
    if (isTakenWithoutEffect(name)) return;
    throw new BrokerConfigError(`Unknown broker configuration ${name}=${value}${hintFor(name)}`);
  }
  try {
    parseConfigValue(definition, value);
  } catch (error) {
    if (error instanceof KafkaError) throw new BrokerConfigError(error.message, { cause: error });
    throw error;
  }
}

function hintFor(name: string): string {
  const brokerName = topicConfigCatalog.get(name)?.brokerNames[0];
  if (brokerName !== undefined)
    return `: it is a topic's configuration; the broker's default for all topics is ${brokerName}`;
  const near = [...brokerConfigCatalog.keys()].find((known) => differsByOne(known, name));
  return near === undefined ? '' : `; did you mean ${near}?`;
}

/** Whether one inserted, left out or changed character makes the one the other. */
function differsByOne(left: string, right: string): boolean {
  if (Math.abs(left.length - right.length) > 1) return false;
  let start = 0;
  while (start < left.length && left[start] === right[start]) start++;
  let end = 0;
  while (end < Math.min(left.length, right.length) - start && left.at(-1 - end) === right.at(-1 - end)) end++;
  return Math.max(left.length, right.length) - start - end <= 1;
}

function firstAddress(listeners: readonly string[] | null): { host: string; port: number } | undefined {
  const match = /^[^:/]+:\/\/(.*):(\d+)$/.exec(listeners?.[0] ?? '');
  if (match === null) return undefined;
  return { host: match[1]!.replace(/^\[(.*)\]$/, '$1'), port: Number(match[2]) };
}
