/**
 * The settings of one partition's log, parsed: Kafka's topic configuration names in camel case, units last.
 * Numbers are int64 in Kafka; `-1` means "no limit" where Kafka says so.
 */
export interface LogConfig {
  /** `segment.bytes`: a segment is rolled before it would grow beyond this. */
  readonly segmentBytes: number;
  /** `segment.ms`: a segment is rolled when its first batch is older than this. */
  readonly segmentMs: number;
  /** `segment.jitter.ms`: each segment is rolled earlier by a random time below this, so that not all roll at once. */
  readonly segmentJitterMs: number;
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
  /** `min.cleanable.dirty.ratio`: share of uncompacted bytes from which on the log is compacted. */
  readonly minCleanableDirtyRatio: number;
  /** `min.compaction.lag.ms`: a record stays uncompacted for at least this long. */
  readonly minCompactionLagMs: number;
  /** `max.compaction.lag.ms`: a record that is older and not compacted has the log compacted, whatever its dirty ratio. */
  readonly maxCompactionLagMs: number;
  /** `delete.retention.ms`: how long tombstones and markers stay after they were first cleaned. */
  readonly deleteRetentionMs: number;
  /** `compression.type`: `producer` keeps each batch as it was sent. */
  readonly compressionType: CompressionType;
  /** `compression.gzip.level`: 1 to 9, or -1 for the library's own; where `compressionType` is gzip. */
  readonly compressionGzipLevel: number;
  /** `compression.zstd.level`: up to 22; where `compressionType` is zstd. */
  readonly compressionZstdLevel: number;
}

/** Values of `compression.type`. */
export type CompressionType = 'uncompressed' | 'zstd' | 'lz4' | 'snappy' | 'gzip' | 'producer';

/** Kafka 4's defaults. */
export const defaultLogConfig: LogConfig = {
  segmentBytes: 1024 * 1024 * 1024,
  segmentMs: 7 * 24 * 60 * 60 * 1000,
  segmentJitterMs: 0,
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
  minCleanableDirtyRatio: 0.5,
  minCompactionLagMs: 0,
  maxCompactionLagMs: Number.MAX_SAFE_INTEGER,
  deleteRetentionMs: 24 * 60 * 60 * 1000,
  compressionType: 'producer',
  compressionGzipLevel: -1,
  compressionZstdLevel: 3,
};
