/** What the group room takes from the broker's configuration; names and defaults are Kafka's, units last. */
export interface GroupConfig {
  /** `group.initial.rebalance.delay.ms`: how long the first rebalance of an empty group waits for more members. Ours 0, Kafka's 3000. */
  readonly initialRebalanceDelayMs: number;
  /** `group.min.session.timeout.ms`. */
  readonly minSessionTimeoutMs: number;
  /** `group.max.session.timeout.ms`. */
  readonly maxSessionTimeoutMs: number;
  /** `group.max.size`: members of one group. */
  readonly maxSize: number;
  /** Of next-generation groups (KIP-848). */
  readonly consumer: ConsumerGroupConfig;
  /** `offset.metadata.max.bytes`: the text that a consumer may store with an offset. */
  readonly offsetMetadataMaxBytes: number;
  /** `offsets.retention.minutes`, in milliseconds: offsets of a group that has been empty for so long are forgotten. */
  readonly offsetsRetentionMs: number;
  /** `offsets.retention.check.interval.ms`. */
  readonly offsetsRetentionCheckIntervalMs: number;
  /** `offsets.topic.num.partitions`. */
  readonly offsetsTopicPartitions: number;
  /** `offsets.topic.segment.bytes`. */
  readonly offsetsTopicSegmentBytes: number;
}

export interface ConsumerGroupConfig {
  /** `group.consumer.session.timeout.ms`. */
  readonly sessionTimeoutMs: number;
  /** `group.consumer.heartbeat.interval.ms`: what members are told. */
  readonly heartbeatIntervalMs: number;
  /** `group.consumer.max.size`: members of one group. */
  readonly maxSize: number;
  /** `group.consumer.assignors`: names, the first for groups whose members name none. */
  readonly assignors: readonly string[];
  /** `group.consumer.migration.policy`: which groups may change their protocol while they have members. */
  readonly migrationPolicy: MigrationPolicy;
  /** `group.consumer.assignment.interval.ms`: between two target assignments of a group. Ours 0, Kafka's 1000. */
  readonly assignmentIntervalMs: number;
}

/** `upgrade` is from the classic protocol to the consumer protocol. */
export type MigrationPolicy = 'bidirectional' | 'upgrade' | 'downgrade' | 'disabled';

export const defaultGroupConfig: GroupConfig = {
  initialRebalanceDelayMs: 0,
  minSessionTimeoutMs: 6000,
  maxSessionTimeoutMs: 30 * 60 * 1000,
  maxSize: 2 ** 31 - 1,
  consumer: {
    sessionTimeoutMs: 45_000,
    heartbeatIntervalMs: 5000,
    maxSize: 2 ** 31 - 1,
    assignors: ['uniform', 'range'],
    migrationPolicy: 'bidirectional',
    assignmentIntervalMs: 0,
  },
  offsetMetadataMaxBytes: 4096,
  offsetsRetentionMs: 7 * 24 * 60 * 60 * 1000,
  offsetsRetentionCheckIntervalMs: 10 * 60 * 1000,
  offsetsTopicPartitions: 50,
  offsetsTopicSegmentBytes: 100 * 1024 * 1024,
};
