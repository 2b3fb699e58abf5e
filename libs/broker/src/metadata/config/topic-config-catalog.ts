import type { ConfigDefinition, ConfigRange, ConfigType } from './config-definition.ts';

/** A topic's configuration entry. */
export interface TopicConfigDefinition extends ConfigDefinition {
  /** Broker entries that give the value when the topic has none, the strongest first; empty when there is none. */
  readonly brokerNames: readonly string[];
  /** Whether the broker heeds it; what it does not heed is checked, kept and shown. */
  readonly hasEffect: boolean;
}

const withoutEffect: ReadonlySet<string> = new Set([
  'compression.lz4.level',
  'file.delete.delay.ms',
  'flush.messages',
  'flush.ms',
  'follower.replication.throttled.replicas',
  'leader.replication.throttled.replicas',
  'local.retention.bytes',
  'local.retention.ms',
  'preallocate',
  'remote.log.copy.disable',
  'remote.log.delete.on.disable',
  'remote.storage.enable',
  'unclean.leader.election.enable',
]);

const largestLong = '9223372036854775807';
const weekMs = String(7 * 24 * 60 * 60 * 1000);

/** All topic configuration of Apache Kafka 4.3, by name. Entries of replication and tiered storage are kept and shown, and change nothing on one node. */
export const topicConfigCatalog: ReadonlyMap<string, TopicConfigDefinition> = new Map(
  [
    entry(
      'cleanup.policy',
      'list',
      'delete',
      ['log.cleanup.policy'],
      { oneOf: ['compact', 'delete'] },
      'What happens to old records: delete removes whole segments by age and size, compact keeps the last record of each key; both may be given.',
    ),
    entry(
      'compression.gzip.level',
      'int',
      '-1',
      ['compression.gzip.level'],
      { atLeast: 1, atMost: 9, orEqualTo: -1 },
      'Level used when compression.type is gzip; -1 is the default of the library.',
    ),
    entry(
      'compression.lz4.level',
      'int',
      '9',
      ['compression.lz4.level'],
      { atLeast: 1, atMost: 17 },
      'Level when compression.type is lz4. Not heeded: the library has one level.',
    ),
    entry(
      'compression.type',
      'string',
      'producer',
      ['compression.type'],
      { oneOf: ['uncompressed', 'zstd', 'lz4', 'snappy', 'gzip', 'producer'] },
      'Compression of the stored batches; producer keeps each batch as it was sent.',
    ),
    entry(
      'compression.zstd.level',
      'int',
      '3',
      ['compression.zstd.level'],
      { atLeast: -131072, atMost: 22 },
      'Level used when compression.type is zstd.',
    ),
    entry(
      'delete.retention.ms',
      'long',
      '86400000',
      ['log.cleaner.delete.retention.ms'],
      { atLeast: 0 },
      'How long a compacted topic keeps tombstones, so that a reader from the start still sees the deletion.',
    ),
    entry(
      'file.delete.delay.ms',
      'long',
      '60000',
      ['log.segment.delete.delay.ms'],
      { atLeast: 0 },
      'How long a deleted segment stays on disk under another name; here it goes at once.',
    ),
    entry(
      'flush.messages',
      'long',
      largestLong,
      ['log.flush.interval.messages'],
      { atLeast: 1 },
      'Number of records after which the log is synced to disk; here every acknowledged write is synced unless the broker was started with flush=os.',
    ),
    entry(
      'flush.ms',
      'long',
      largestLong,
      ['log.flush.interval.ms'],
      { atLeast: 0 },
      'Time after which the log is synced to disk; see flush.messages.',
    ),
    entry(
      'follower.replication.throttled.replicas',
      'list',
      '',
      [],
      throttled('follower.replication.throttled.replicas'),
      'Replicas whose replication is throttled on the follower; without effect on one node.',
    ),
    entry(
      'index.interval.bytes',
      'int',
      '4096',
      ['log.index.interval.bytes'],
      { atLeast: 0 },
      'Bytes of log between two entries of its offset index.',
    ),
    entry(
      'leader.replication.throttled.replicas',
      'list',
      '',
      [],
      throttled('leader.replication.throttled.replicas'),
      'Replicas whose replication is throttled on the leader; without effect on one node.',
    ),
    entry(
      'local.retention.bytes',
      'long',
      '-2',
      ['log.local.retention.bytes'],
      { atLeast: -2 },
      'Bytes kept locally under tiered storage, which this broker does not have; -2 follows retention.bytes.',
    ),
    entry(
      'local.retention.ms',
      'long',
      '-2',
      ['log.local.retention.ms'],
      { atLeast: -2 },
      'Time kept locally under tiered storage, which this broker does not have; -2 follows retention.ms.',
    ),
    entry(
      'max.compaction.lag.ms',
      'long',
      largestLong,
      ['log.cleaner.max.compaction.lag.ms'],
      { atLeast: 1 },
      'Longest time that a record of a compacted topic stays uncompacted.',
    ),
    entry(
      'max.message.bytes',
      'int',
      '1048588',
      ['message.max.bytes'],
      { atLeast: 0 },
      'Largest record batch, after compression, that the topic takes.',
    ),
    entry(
      'message.timestamp.after.max.ms',
      'long',
      '3600000',
      ['log.message.timestamp.after.max.ms'],
      { atLeast: 0 },
      'How far a record’s timestamp may lie ahead of the broker’s clock.',
    ),
    entry(
      'message.timestamp.before.max.ms',
      'long',
      largestLong,
      ['log.message.timestamp.before.max.ms'],
      { atLeast: 0 },
      'How far a record’s timestamp may lie behind the broker’s clock.',
    ),
    entry(
      'message.timestamp.type',
      'string',
      'CreateTime',
      ['log.message.timestamp.type'],
      { oneOf: ['CreateTime', 'LogAppendTime'] },
      'Whether a record carries the producer’s time or the time of its append.',
    ),
    entry(
      'min.cleanable.dirty.ratio',
      'double',
      '0.5',
      ['log.cleaner.min.cleanable.ratio'],
      { atLeast: 0, atMost: 1 },
      'Share of uncompacted bytes from which on a log is compacted.',
    ),
    entry(
      'min.compaction.lag.ms',
      'long',
      '0',
      ['log.cleaner.min.compaction.lag.ms'],
      { atLeast: 0 },
      'Shortest time that a record of a compacted topic stays uncompacted.',
    ),
    entry(
      'min.insync.replicas',
      'int',
      '1',
      ['min.insync.replicas'],
      { atLeast: 1 },
      'Replicas that must have a record before acks=all is answered; with more than one, this one-node broker refuses acks=all.',
    ),
    entry(
      'preallocate',
      'boolean',
      'false',
      ['log.preallocate'],
      undefined,
      'Whether a new segment’s file is allocated at its full size; here it always grows.',
    ),
    entry(
      'remote.log.copy.disable',
      'boolean',
      'false',
      [],
      undefined,
      'Stops copying to tiered storage, which this broker does not have.',
    ),
    entry(
      'remote.log.delete.on.disable',
      'boolean',
      'false',
      [],
      undefined,
      'Deletes tiered data when tiered storage is switched off; this broker has none.',
    ),
    entry('remote.storage.enable', 'boolean', 'false', [], undefined, 'Tiered storage; this broker has none.'),
    entry(
      'retention.bytes',
      'long',
      '-1',
      ['log.retention.bytes'],
      undefined,
      'Bytes that a partition keeps under the delete policy; -1 for no limit.',
    ),
    entry(
      'retention.ms',
      'long',
      weekMs,
      ['log.retention.ms', 'log.retention.minutes', 'log.retention.hours'],
      { atLeast: -1 },
      'Time that a record is kept under the delete policy; -1 for ever.',
    ),
    entry(
      'segment.bytes',
      'int',
      '1073741824',
      ['log.segment.bytes'],
      { atLeast: 1048576 },
      'Size from which on a new segment file is begun.',
    ),
    entry(
      'segment.index.bytes',
      'int',
      '10485760',
      ['log.index.size.max.bytes'],
      { atLeast: 4 },
      'Largest size of a segment’s offset index.',
    ),
    entry(
      'segment.jitter.ms',
      'long',
      '0',
      ['log.roll.jitter.ms', 'log.roll.jitter.hours'],
      { atLeast: 0 },
      'Largest random time taken off segment.ms, so that segments do not roll all at once.',
    ),
    entry(
      'segment.ms',
      'long',
      weekMs,
      ['log.roll.ms', 'log.roll.hours'],
      { atLeast: 1 },
      'Age from which on a new segment file is begun.',
    ),
    entry(
      'unclean.leader.election.enable',
      'boolean',
      'false',
      ['unclean.leader.election.enable'],
      undefined,
      'Whether a replica that is behind may lead; without effect on one node.',
    ),
  ].map((definition) => [definition.name, definition]),
);

function entry(
  name: string,
  type: ConfigType,
  defaultValue: string,
  brokerNames: readonly string[],
  range: ConfigRange | undefined,
  documentation: string,
): TopicConfigDefinition {
  const hasEffect = !withoutEffect.has(name);
  return { name, type, defaultValue, brokerNames, documentation, hasEffect, ...(range === undefined ? {} : { range }) };
}

function throttled(name: string): ConfigRange {
  return {
    matches: /^(\*|\d+:\d+(,\d+:\d+)*)?$/,
    expectation: `${name} must be the literal '*' or a list of replicas in the following format: [partitionId]:[brokerId],[partitionId]:[brokerId],...`,
  };
}
