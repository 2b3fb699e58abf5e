/**
 * What a log demands of a batch beyond its form: sizes, timestamps, keys. Records are not decoded, but for the keys of a
 * compacted topic; a batch's timestamps are judged by its header.
 */
import {
  type BatchHeader,
  type Chunks,
  Compression,
  ErrorCode,
  KafkaError,
  readBatchHeader,
  recompressBatch,
  recordsWithoutKey,
  validateBatch,
} from '../protocol/index.ts';
import type { LogConfig } from './log-config.ts';

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
  if (config.messageTimestampType === 'CreateTime') checkTimestamps(header, config, nowMs, where);
  if (config.cleanupCompact) checkKeys(records, header, where);
}

/** Kafka's words. */
function checkKeys(records: Chunks, header: BatchHeader, where: string): void {
  const message = `Compacted topic cannot accept message without key in topic partition ${where}`;
  const recordErrors = recordsWithoutKey({ header, chunks: records }).map((batchIndex) => ({ batchIndex, message }));
  if (recordErrors.length === 0) return;
  const shown = recordErrors
    .slice(0, 3)
    .map((error) => `RecordError(batchIndex=${error.batchIndex}, message='${message}')`);
  throw new KafkaError(
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
  const recompressed = recompressBatch({ header, chunks: records }, compression);
  checkSize(recompressed.length, config, where);
  return { records: [recompressed], header: readBatchHeader(recompressed) };
}

function checkTimestamps(header: BatchHeader, config: LogConfig, nowMs: number, where: string): void {
  if (header.maxTimestamp - nowMs > config.messageTimestampAfterMaxMs) {
    throw new KafkaError(
      ErrorCode.INVALID_TIMESTAMP,
      `A batch for ${where} has timestamp ${header.maxTimestamp}, more than message.timestamp.after.max.ms ` +
        `(${config.messageTimestampAfterMaxMs}) after the broker's ${nowMs}`,
    );
  }
  if (header.baseTimestamp >= 0 && nowMs - header.baseTimestamp > config.messageTimestampBeforeMaxMs) {
    throw new KafkaError(
      ErrorCode.INVALID_TIMESTAMP,
      `A batch for ${where} has timestamp ${header.baseTimestamp}, more than message.timestamp.before.max.ms ` +
        `(${config.messageTimestampBeforeMaxMs}) before the broker's ${nowMs}`,
    );
  }
}
