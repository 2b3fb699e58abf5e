import type { ConfigDefinition } from './config-definition.ts';
import { changeableStorageSettings, storageSettings, type BrokerConfigRow } from './storage-settings.ts';
import { configsWithoutEffect, type ConfigWithoutEffect } from './without-effect.ts';

/** A broker's configuration entry. */
export interface BrokerConfigDefinition extends ConfigDefinition {
  /** Whether IncrementalAlterConfigs may change it while the broker runs; Kafka's other dynamic entries are fixed at start here. */
  readonly isDynamic: boolean;
  /** Whether DescribeConfigs names it even when nobody has set it. */
  readonly isListed: boolean;
  /** Whether the broker heeds it. */
  readonly hasEffect: boolean;
}

/** Entries with words of their own that say why they change nothing here. */
const explainedWithoutEffect: ReadonlySet<string> = new Set([
  'compression.lz4.level',
  'controlled.shutdown.enable',
  'default.replication.factor',
  'listeners',
  'log.dir',
  'log.dirs',
  'log.flush.interval.messages',
  'log.flush.interval.ms',
  'log.local.retention.bytes',
  'log.local.retention.ms',
  'log.preallocate',
  'log.segment.delete.delay.ms',
  'offsets.commit.timeout.ms',
  'offsets.topic.replication.factor',
  'process.roles',
  'request.timeout.ms',
  'transaction.state.log.min.isr',
  'transaction.state.log.replication.factor',
  'unclean.leader.election.enable',
]);

const addresses = /^([A-Za-z0-9_]+:\/\/[^,]*:\d{1,5}(,[A-Za-z0-9_]+:\/\/[^,]*:\d{1,5})*)?$/;
const largestInt = 2147483647;
const largestLong = '9223372036854775807';

const fixedAtStart: readonly BrokerConfigRow[] = [
  [
    'advertised.listeners',
    'list',
    null,
    { matches: addresses, expectation: 'Expected NAME://host:port, for example PLAINTEXT://broker:9092' },
    'Address that clients are told to connect to, when it is not the one that the broker listens on.',
  ],
  [
    'auto.create.topics.enable',
    'boolean',
    'true',
    undefined,
    'Whether asking for the metadata of an unknown topic creates it.',
  ],
  ['broker.id', 'int', null, { atLeast: 0 }, 'Older name of node.id.'],
  [
    'connections.max.idle.ms',
    'long',
    '600000',
    undefined,
    'Time without a request after which a connection is closed.',
  ],
  [
    'controlled.shutdown.enable',
    'boolean',
    'true',
    undefined,
    'Whether a node hands its partitions over before it stops; without effect on one node.',
  ],
  [
    'default.replication.factor',
    'int',
    '1',
    { atLeast: 1, atMost: 1 },
    'Replicas of a topic that names none; this broker is one node and keeps one.',
  ],
  ['delete.topic.enable', 'boolean', 'true', undefined, 'Whether topics may be deleted.'],
  ['fetch.max.bytes', 'int', '57671680', { atLeast: 1024 }, 'Largest answer to a Fetch request.'],
  [
    'group.consumer.assignment.interval.ms',
    'int',
    '0',
    { atLeast: 0 },
    'Shortest time between two target assignments of a group of the consumer protocol. Kafka waits 1,000; here the default is 0, so that tests and development start at once.',
  ],
  [
    'group.consumer.assignors',
    'list',
    'uniform,range',
    { oneOf: ['uniform', 'range'] },
    'Server-side assignors of the consumer protocol; the first one is used by groups whose members name none.',
  ],
  [
    'group.consumer.heartbeat.interval.ms',
    'int',
    '5000',
    { atLeast: 1 },
    'Heartbeat interval that members of the consumer protocol are told.',
  ],
  [
    'group.consumer.max.assignment.interval.ms',
    'int',
    '15000',
    { atLeast: 0 },
    'Largest consumer.assignment.interval.ms of a group.',
  ],
  [
    'group.consumer.max.heartbeat.interval.ms',
    'int',
    '15000',
    { atLeast: 1 },
    'Largest consumer.heartbeat.interval.ms of a group.',
  ],
  [
    'group.consumer.max.session.timeout.ms',
    'int',
    '60000',
    { atLeast: 1 },
    'Largest consumer.session.timeout.ms of a group.',
  ],
  [
    'group.consumer.max.size',
    'int',
    String(largestInt),
    { atLeast: 1 },
    'Members that one group of the consumer protocol may have.',
  ],
  [
    'group.consumer.migration.policy',
    'string',
    'bidirectional',
    {
      matches: /^(bidirectional|upgrade|downgrade|disabled)$/i,
      expectation: 'String must be one of (case insensitive): DISABLED, DOWNGRADE, UPGRADE, BIDIRECTIONAL',
    },
    'Which groups may change their protocol while they have members: upgrade is from classic to consumer.',
  ],
  [
    'group.consumer.min.assignment.interval.ms',
    'int',
    '0',
    { atLeast: 0 },
    'Smallest consumer.assignment.interval.ms of a group.',
  ],
  [
    'group.consumer.min.heartbeat.interval.ms',
    'int',
    '5000',
    { atLeast: 1 },
    'Smallest consumer.heartbeat.interval.ms of a group.',
  ],
  [
    'group.consumer.min.session.timeout.ms',
    'int',
    '45000',
    { atLeast: 1 },
    'Smallest consumer.session.timeout.ms of a group.',
  ],
  [
    'group.consumer.session.timeout.ms',
    'int',
    '45000',
    { atLeast: 1 },
    'Time after which a silent member of the consumer protocol is given up.',
  ],
  [
    'group.initial.rebalance.delay.ms',
    'int',
    '0',
    undefined,
    'How long the first rebalance of an empty group waits for more members. Kafka waits 3,000; here the default is 0, so that tests and development start at once.',
  ],
  [
    'group.max.session.timeout.ms',
    'int',
    '1800000',
    undefined,
    'Longest session timeout that a group member may ask for.',
  ],
  ['group.max.size', 'int', String(largestInt), { atLeast: 1 }, 'Members that one group may have.'],
  [
    'group.min.session.timeout.ms',
    'int',
    '6000',
    undefined,
    'Shortest session timeout that a group member may ask for.',
  ],
  [
    'listeners',
    'list',
    null,
    { matches: addresses, expectation: 'Expected NAME://host:port, for example PLAINTEXT://127.0.0.1:9092' },
    'Address that the broker listens on; given at start by an option of its own.',
  ],
  ['log.dir', 'list', null, undefined, 'Folder of the data; given at start by an option of its own.'],
  ['log.dirs', 'list', null, undefined, 'Folder of the data; given at start by an option of its own.'],
  [
    'log.flush.offset.checkpoint.interval.ms',
    'int',
    '60000',
    { atLeast: 0 },
    'Time between two notes of how far each log is known to be on disk.',
  ],
  [
    'log.retention.check.interval.ms',
    'long',
    '300000',
    { atLeast: 1 },
    'Time between two checks for segments that may be deleted.',
  ],
  ...storageSettings,
  [
    'log.retention.hours',
    'int',
    '168',
    undefined,
    'Hours that a record is kept; weaker than log.retention.minutes and log.retention.ms.',
  ],
  ['log.retention.minutes', 'int', null, undefined, 'Minutes that a record is kept; weaker than log.retention.ms.'],
  [
    'log.roll.hours',
    'int',
    '168',
    { atLeast: 1 },
    'Hours after which a new segment is begun; weaker than log.roll.ms.',
  ],
  [
    'log.roll.jitter.hours',
    'int',
    '0',
    { atLeast: 0 },
    'Largest random time, in hours, taken off log.roll.hours; weaker than log.roll.jitter.ms.',
  ],
  ['max.connections', 'int', String(largestInt), { atLeast: 0 }, 'Connections that the broker takes.'],
  [
    'max.connections.per.ip',
    'int',
    String(largestInt),
    { atLeast: 0 },
    'Connections that the broker takes from one address.',
  ],
  [
    'max.incremental.fetch.session.cache.slots',
    'int',
    '1000',
    { atLeast: 0 },
    'Incremental fetch sessions that the broker keeps.',
  ],
  ['node.id', 'int', '1', { atLeast: 0 }, 'Number of this node, as clients see it.'],
  ['num.partitions', 'int', '1', { atLeast: 1 }, 'Partitions of a topic that names none.'],
  ['offset.metadata.max.bytes', 'int', '4096', undefined, 'Longest text that a consumer may store with an offset.'],
  ['offsets.commit.timeout.ms', 'int', '5000', { atLeast: 1 }, 'Time within which a committed offset must be written.'],
  [
    'offsets.retention.check.interval.ms',
    'long',
    '600000',
    { atLeast: 1 },
    'Time between two checks for offsets that are to be forgotten.',
  ],
  [
    'offsets.retention.minutes',
    'int',
    '10080',
    { atLeast: 1 },
    'Time after which the offsets of an empty group are forgotten.',
  ],
  [
    'offsets.topic.num.partitions',
    'int',
    '50',
    { atLeast: 1 },
    'Partitions of the offsets topic; fixed once the topic exists.',
  ],
  [
    'offsets.topic.replication.factor',
    'short',
    '1',
    { atLeast: 1, atMost: 1 },
    'Replicas of the offsets topic; this broker is one node and keeps one.',
  ],
  ['offsets.topic.segment.bytes', 'int', '104857600', { atLeast: 1 }, 'Segment size of the offsets topic.'],
  [
    'process.roles',
    'list',
    'broker,controller',
    { oneOf: ['broker', 'controller'] },
    'Roles of the node; this broker always has both.',
  ],
  ['queued.max.request.bytes', 'long', '-1', undefined, 'Bytes of requests that may wait in memory; -1 for no limit.'],
  ['request.timeout.ms', 'int', '30000', { atLeast: 0 }, 'Longest time that a request waits for others.'],
  [
    'socket.request.max.bytes',
    'int',
    '104857600',
    { atLeast: 1 },
    'Largest request; a larger one closes its connection.',
  ],
  [
    'transaction.abort.timed.out.transaction.cleanup.interval.ms',
    'int',
    '10000',
    { atLeast: 1 },
    'Time between two looks for transactions whose time is up.',
  ],
  [
    'transaction.max.timeout.ms',
    'int',
    '900000',
    { atLeast: 1 },
    'Longest transaction timeout that a producer may ask for.',
  ],
  [
    'transaction.remove.expired.transaction.cleanup.interval.ms',
    'int',
    '3600000',
    { atLeast: 1 },
    'Time between two looks for transactional ids that may be forgotten.',
  ],
  [
    'transaction.state.log.min.isr',
    'int',
    '1',
    { atLeast: 1, atMost: 1 },
    'Replicas that must have a record of the transaction log; this broker is one node and keeps one.',
  ],
  [
    'transaction.state.log.num.partitions',
    'int',
    '50',
    { atLeast: 1 },
    'Partitions of the transaction log; fixed once the topic exists.',
  ],
  [
    'transaction.state.log.replication.factor',
    'short',
    '1',
    { atLeast: 1, atMost: 1 },
    'Replicas of the transaction log; this broker is one node and keeps one.',
  ],
  ['transaction.state.log.segment.bytes', 'int', '104857600', { atLeast: 1 }, 'Segment size of the transaction log.'],
  [
    'transactional.id.expiration.ms',
    'int',
    '604800000',
    { atLeast: 1 },
    'Time after which an unused transactional id is forgotten.',
  ],
];

const changeable: typeof fixedAtStart = [
  ...changeableStorageSettings,
  [
    'compression.gzip.level',
    'int',
    '-1',
    { atLeast: 1, atMost: 9, orEqualTo: -1 },
    'Level for topics whose compression.type is gzip.',
  ],
  ['compression.lz4.level', 'int', '9', { atLeast: 1, atMost: 17 }, 'Level for topics whose compression.type is lz4.'],
  [
    'compression.type',
    'string',
    'producer',
    { oneOf: ['uncompressed', 'zstd', 'lz4', 'snappy', 'gzip', 'producer'] },
    'Compression of topics that set none.',
  ],
  [
    'compression.zstd.level',
    'int',
    '3',
    { atLeast: -131072, atMost: 22 },
    'Level for topics whose compression.type is zstd.',
  ],
  [
    'log.cleaner.delete.retention.ms',
    'long',
    '86400000',
    { atLeast: 0 },
    'delete.retention.ms of topics that set none.',
  ],
  [
    'log.cleaner.max.compaction.lag.ms',
    'long',
    largestLong,
    { atLeast: 1 },
    'max.compaction.lag.ms of topics that set none.',
  ],
  [
    'log.cleaner.min.cleanable.ratio',
    'double',
    '0.5',
    { atLeast: 0, atMost: 1 },
    'min.cleanable.dirty.ratio of topics that set none.',
  ],
  ['log.cleaner.min.compaction.lag.ms', 'long', '0', { atLeast: 0 }, 'min.compaction.lag.ms of topics that set none.'],
  ['log.cleanup.policy', 'list', 'delete', { oneOf: ['compact', 'delete'] }, 'cleanup.policy of topics that set none.'],
  ['log.flush.interval.messages', 'long', largestLong, { atLeast: 1 }, 'flush.messages of topics that set none.'],
  ['log.flush.interval.ms', 'long', null, undefined, 'flush.ms of topics that set none.'],
  ['log.index.interval.bytes', 'int', '4096', { atLeast: 0 }, 'index.interval.bytes of topics that set none.'],
  ['log.index.size.max.bytes', 'int', '10485760', { atLeast: 4 }, 'segment.index.bytes of topics that set none.'],
  ['log.local.retention.bytes', 'long', '-2', { atLeast: -2 }, 'local.retention.bytes of topics that set none.'],
  ['log.local.retention.ms', 'long', '-2', { atLeast: -2 }, 'local.retention.ms of topics that set none.'],
  [
    'log.message.timestamp.after.max.ms',
    'long',
    '3600000',
    { atLeast: 0 },
    'message.timestamp.after.max.ms of topics that set none.',
  ],
  [
    'log.message.timestamp.before.max.ms',
    'long',
    largestLong,
    { atLeast: 0 },
    'message.timestamp.before.max.ms of topics that set none.',
  ],
  [
    'log.message.timestamp.type',
    'string',
    'CreateTime',
    { oneOf: ['CreateTime', 'LogAppendTime'] },
    'message.timestamp.type of topics that set none.',
  ],
  ['log.preallocate', 'boolean', 'false', undefined, 'preallocate of topics that set none.'],
  ['log.retention.bytes', 'long', '-1', undefined, 'retention.bytes of topics that set none.'],
  [
    'log.retention.ms',
    'long',
    null,
    undefined,
    'retention.ms of topics that set none; stronger than log.retention.minutes and log.retention.hours.',
  ],
  ['log.roll.jitter.ms', 'long', null, undefined, 'segment.jitter.ms of topics that set none.'],
  ['log.roll.ms', 'long', null, undefined, 'segment.ms of topics that set none; stronger than log.roll.hours.'],
  ['log.segment.bytes', 'int', '1073741824', { atLeast: 1048576 }, 'segment.bytes of topics that set none.'],
  ['log.segment.delete.delay.ms', 'long', '60000', { atLeast: 0 }, 'file.delete.delay.ms of topics that set none.'],
  ['message.max.bytes', 'int', '1048588', { atLeast: 0 }, 'max.message.bytes of topics that set none.'],
  ['min.insync.replicas', 'int', '1', { atLeast: 1 }, 'min.insync.replicas of topics that set none.'],
  [
    'producer.id.expiration.ms',
    'int',
    '86400000',
    { atLeast: 1 },
    'Time after which an idle producer’s sequence numbers are forgotten.',
  ],
  [
    'transaction.partition.verification.enable',
    'boolean',
    'true',
    undefined,
    'Whether a batch is refused whose partition is not in its producer’s transaction.',
  ],
  [
    'unclean.leader.election.enable',
    'boolean',
    'false',
    undefined,
    'unclean.leader.election.enable of topics that set none; without effect on one node.',
  ],
];

/** Every broker configuration of Apache Kafka 4.3, heeded here or not, by Kafka's names. */
export const brokerConfigCatalog: ReadonlyMap<string, BrokerConfigDefinition> = catalogOf([
  ...configsWithoutEffect.map(definitionWithoutEffect),
  ...fixedAtStart.map((row) => definitionOf(row, false)),
  ...changeable.map((row) => definitionOf(row, true)),
]);

/** By name; the last of two that share one. */
function catalogOf(definitions: readonly BrokerConfigDefinition[]): ReadonlyMap<string, BrokerConfigDefinition> {
  const byName = new Map(definitions.map((definition) => [definition.name, definition]));
  return new Map([...byName].sort(([left], [right]) => (left < right ? -1 : 1)));
}

function definitionOf(
  [name, type, defaultValue, range, documentation]: BrokerConfigRow,
  isDynamic: boolean,
): BrokerConfigDefinition {
  const hasEffect = !explainedWithoutEffect.has(name);
  const common = { name, type, defaultValue, documentation, isDynamic, isListed: true, hasEffect };
  return range === undefined ? common : { ...common, range };
}

function definitionWithoutEffect(entry: ConfigWithoutEffect): BrokerConfigDefinition {
  return { ...entry, documentation: 'Taken and shown; without effect on this broker.', hasEffect: false };
}
