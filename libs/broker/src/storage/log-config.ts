/**
 * The settings of one partition's log, parsed: Kafka's topic configuration names in camel case, units last.
 * Numbers are int64 in Kafka; `-1` means "no limit" where Kafka says so.
 */
export interface LogConfig {
  /** `segment.bytes`: a segment is rolled before it would grow beyond this. */
  readonly segmentBytes: number;
  /** `segment.ms`: a segment is rolled when its first batch is older than this. */
  readonly segmentMs: number;
  /** `segment.index.bytes`: largest size of `.index`; `.timeindex` gets half as many entries again. */
  readonly segmentIndexBytes: number;
  /** `index.interval.bytes`: about one index entry for so many bytes of log. */
  readonly indexIntervalBytes: number;
  /** `retention.ms`; -1 keeps for ever. */
  readonly retentionMs: number;
  /** `retention.bytes`; -1 keeps any size. */
  readonly retentionBytes: number;
  /** `max.message.bytes`: largest batch, its 12 bytes of log overhead included. */
  readonly maxMessageBytes: number;
  /** `message.timestamp.type`. */
  readonly messageTimestampType: 'CreateTime' | 'LogAppendTime';
  /** `message.timestamp.before.max.ms`: how far a producer's timestamp may lie in the past. */
  readonly messageTimestampBeforeMaxMs: number;
  /** `message.timestamp.after.max.ms`: how far a producer's timestamp may lie in the future. */
  readonly messageTimestampAfterMaxMs: number;
  /** `cleanup.policy` contains `delete`. */
  readonly cleanupDelete: boolean;
  /** `cleanup.policy` contains `compact`: every record needs a key. */
  readonly cleanupCompact: boolean;
}

/** Kafka 4's defaults. */
export const defaultLogConfig: LogConfig = {
  segmentBytes: 1024 * 1024 * 1024,
  segmentMs: 7 * 24 * 60 * 60 * 1000,
  segmentIndexBytes: 10 * 1024 * 1024,
  indexIntervalBytes: 4096,
  retentionMs: 7 * 24 * 60 * 60 * 1000,
  retentionBytes: -1,
  maxMessageBytes: 1024 * 1024 + 12,
  messageTimestampType: 'CreateTime',
  messageTimestampBeforeMaxMs: Number.MAX_SAFE_INTEGER,
  messageTimestampAfterMaxMs: 60 * 60 * 1000,
  cleanupDelete: true,
  cleanupCompact: false,
};
