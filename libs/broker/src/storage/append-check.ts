/**
 * What a log demands of a batch beyond its form: sizes, timestamps, keys. Records are looked at only where the topic is compacted or
 * limits times in the past, and where the batch's header says that one is too far in the future.
 */
import {
  type BatchHeader,
  type Chunks,
  Compression,
  ErrorCode,
  KafkaError,
  readBatchHeader,
  recompressBatch,
  type RecordError,
  validateBatch,
  visitRecords,
} from '../protocol/index.ts';
import type { LogConfig } from './log-config.ts';

/** `message.timestamp.*.max.ms` from here on limit nothing; the largest number that a configuration is read as. */
const noLimitMs = Number.MAX_SAFE_INTEGER;
const largestInt64 = 2n ** 63n - 1n;
/** A record without a time. */
const noTimestamp = -1;

export interface AppendCheck {
  readonly origin: 'client' | 'coordinator';
  readonly config: LogConfig;
  readonly nowMs: number;
  /** Names the log in messages. */
  readonly where: string;
}

/** The header of the one batch that `records` must be. @throws KafkaError, see `PartitionLog.append`. */
export function checkBatch(records: Chunks, { origin, config, nowMs, where }: AppendCheck): BatchHeader {
  const header = validateBatch(records);
  // A transaction must end, whatever the limit.
  if (!header.isControl) checkSize(header.sizeBytes, config, where);
  if (origin === 'client') checkClientBatch(records, header, { config, nowMs, where });
  return header;
}

function checkSize(sizeBytes: number, config: LogConfig, where: string): void {
  if (sizeBytes > config.maxMessageBytes) {
    throw new KafkaError(
      ErrorCode.MESSAGE_TOO_LARGE,
      `A batch of ${sizeBytes} bytes for ${where} is larger than its max.message.bytes of ${config.maxMessageBytes}`,
    );
  }
  if (sizeBytes > config.segmentBytes) {
    throw new KafkaError(
      ErrorCode.RECORD_LIST_TOO_LARGE,
      `A batch of ${sizeBytes} bytes for ${where} is larger than its segment.bytes of ${config.segmentBytes}`,
    );
  }
}

function checkClientBatch(records: Chunks, header: BatchHeader, check: Omit<AppendCheck, 'origin'>): void {
  const { config, nowMs, where } = check;
  if (header.isControl) {
    throw new KafkaError(ErrorCode.INVALID_RECORD, `A client may not write control records to ${where}`);
  }
  if (header.hasProducerId && (header.producerEpoch < 0 || header.baseSequence < 0)) {
    throw new KafkaError(
      ErrorCode.INVALID_RECORD,
      `A batch for ${where} has producer id ${header.producerId}, but epoch ${header.producerEpoch} and sequence ${header.baseSequence}`,
    );
  }
  const {
    messageTimestampType,
    messageTimestampBeforeMaxMs: beforeMaxMs,
    messageTimestampAfterMaxMs: afterMaxMs,
  } = config;
  const isTooNew = header.maxTimestamp - nowMs > afterMaxMs;
  const judgesTimes = messageTimestampType === 'CreateTime' && (isTooNew || beforeMaxMs < noLimitMs);
  if (!judgesTimes && !config.cleanupCompact) return;
  const recordErrors: RecordError[] = [];
  let hasWrongTime = false;
  visitRecords({ header, chunks: records }, (batchIndex, offset, timestampMs, hasKey) => {
    if (config.cleanupCompact && !hasKey) recordErrors.push({ batchIndex, message: withoutKey(where) });
    else if (judgesTimes && isOutOfRange(timestampMs, config, nowMs)) {
      hasWrongTime = true;
      recordErrors.push({ batchIndex, message: outOfRange(timestampMs, offset, config, nowMs) });
    }
  });
  if (recordErrors.length > 0) throw rejection(recordErrors, hasWrongTime);
  if (judgesTimes && isTooNew)
    throw new KafkaError(
      ErrorCode.INVALID_TIMESTAMP,
      `A batch for ${where} says that a record is of ${header.maxTimestamp}, and has none`,
    );
}

/** The library of lz4 knows one level only. */
function levelOf(config: LogConfig): number | undefined {
  if (config.compressionType === 'gzip') return config.compressionGzipLevel;
  return config.compressionType === 'zstd' ? config.compressionZstdLevel : undefined;
}

function isOutOfRange(timestampMs: number, config: LogConfig, nowMs: number): boolean {
  if (timestampMs === noTimestamp) return false;
  const ageMs = nowMs - timestampMs;
  return ageMs > config.messageTimestampBeforeMaxMs || -ageMs > config.messageTimestampAfterMaxMs;
}

/** Kafka's words, here and below. */
function outOfRange(timestampMs: number, offset: number, config: LogConfig, nowMs: number): string {
  const limit = (limitMs: number): bigint => (limitMs >= noLimitMs ? largestInt64 : BigInt(limitMs));
  // As Java counts: beyond its largest number come its smallest ones.
  const from = BigInt.asIntN(64, BigInt(nowMs) - limit(config.messageTimestampBeforeMaxMs));
  const to = BigInt.asIntN(64, BigInt(nowMs) + limit(config.messageTimestampAfterMaxMs));
  return `Timestamp ${timestampMs} of message with offset ${offset} is out of range. The timestamp should be within [${from}, ${to}]`;
}

function withoutKey(where: string): string {
  return `Compacted topic cannot accept message without key in topic partition ${where}`;
}

function rejection(recordErrors: readonly RecordError[], hasWrongTime: boolean): KafkaError {
  if (hasWrongTime) {
    const message = 'One or more records have been rejected due to invalid timestamp';
    return new KafkaError(ErrorCode.INVALID_TIMESTAMP, message, { recordErrors });
  }
  const shown = recordErrors
    .slice(0, 3)
    .map((error) => `RecordError(batchIndex=${error.batchIndex}, message='${error.message}')`);
  return new KafkaError(
    ErrorCode.INVALID_RECORD,
    `One or more records have been rejected due to ${recordErrors.length} record errors in total, and only showing the first ` +
      `three errors at most: [${shown.join(', ')}]`,
    { recordErrors },
  );
}

/**
 * The batch as the log stores it: with `compression.type` of the topic, whatever the producer took. `producer` leaves it as it is.
 * @throws KafkaError MESSAGE_TOO_LARGE, RECORD_LIST_TOO_LARGE, CORRUPT_MESSAGE.
 */
export function storedBatch(
  records: Chunks,
  header: BatchHeader,
  { origin, config, where }: AppendCheck,
): { readonly records: Chunks; readonly header: BatchHeader } {
  const { compressionType } = config;
  if (compressionType === 'producer' || origin !== 'client') return { records, header };
  const compression = compressionType === 'uncompressed' ? Compression.none : Compression[compressionType];
  if (header.compression === compression) return { records, header };
  const recompressed = recompressBatch({ header, chunks: records }, compression, levelOf(config));
  checkSize(recompressed.length, config, where);
  return { records: [recompressed], header: readBatchHeader(recompressed) };
}
