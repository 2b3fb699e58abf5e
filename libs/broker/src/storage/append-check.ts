/**
 * What a log demands of a batch beyond its form: sizes, timestamps, keys. Records are not decoded, but for the keys of a
 * compacted topic; a batch's timestamps are judged by its header.
 */
import {
  allRecordsHaveKeys,
  type BatchHeader,
  type Chunks,
  ErrorCode,
  KafkaError,
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
  const sizeBytes = header.sizeBytes;
  // A transaction must end, whatever the limit.
  if (sizeBytes > config.maxMessageBytes && !header.isControl) {
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
  if (origin === 'client') checkClientBatch(records, header, { config, nowMs, where });
  return header;
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
  if (config.cleanupCompact && !allRecordsHaveKeys({ header, chunks: records })) {
    throw new KafkaError(ErrorCode.INVALID_RECORD, `Each record of ${where} needs a key: the topic is compacted`);
  }
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
