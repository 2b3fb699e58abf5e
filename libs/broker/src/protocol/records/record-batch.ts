import { chunksLength, sliceChunks, type Chunks } from '../chunks.ts';
import { ErrorCode } from '../error-code.ts';
import { KafkaError } from '../kafka-error.ts';
import { batchCrc } from './batch-crc.ts';
import {
  Attribute,
  BATCH_HEADER_BYTES,
  BATCH_OVERHEAD_BYTES,
  MAGIC,
  readBatchHeader,
  writeSafeInt64,
  type BatchHeader,
} from './batch-header.ts';

/** One batch: its parsed header and all its bytes, the header's included. */
export interface RecordBatch {
  readonly header: BatchHeader;
  readonly chunks: Chunks;
}

/**
 * The batches that lie one behind another in `chunks`, as views.
 *
 * An incomplete batch at the end is left out, as in the answer to a fetch that was cut at a size.
 *
 * @throws KafkaError CORRUPT_MESSAGE for a length that no batch has, UNSUPPORTED_FOR_MESSAGE_FORMAT for an older format.
 */
export function* batchesIn(chunks: Chunks): Generator<RecordBatch, void, undefined> {
  const length = chunksLength(chunks);
  let at = 0;
  while (at + BATCH_HEADER_BYTES <= length) {
    const header = readBatchHeader(chunks, at);
    checkFormat(header);
    const end = at + header.sizeBytes;
    if (end > length) return;
    yield { header, chunks: at === 0 && end === length ? chunks : sliceChunks(chunks, at, end) };
    at = end;
  }
}

/**
 * The one batch that `chunks` must be: what a Produce request holds for a partition.
 *
 * Checks everything that can be known without the records: format, sizes, CRC, compression, counts. Producer ids and
 * timestamps are the log's to judge.
 *
 * @throws KafkaError CORRUPT_MESSAGE (the bytes were damaged: a retry may help), INVALID_RECORD (they never were a batch that
 * a producer may send), UNSUPPORTED_FOR_MESSAGE_FORMAT (a format older than magic 2).
 */
export function validateBatch(chunks: Chunks): BatchHeader {
  const length = chunksLength(chunks);
  if (length < BATCH_HEADER_BYTES) {
    throw new KafkaError(ErrorCode.CORRUPT_MESSAGE, `A batch of ${length} bytes is shorter than its header`);
  }
  const header = readBatchHeader(chunks);
  checkFormat(header);
  if (header.sizeBytes > length) {
    throw new KafkaError(ErrorCode.CORRUPT_MESSAGE, `A batch of ${header.sizeBytes} bytes is cut off after ${length}`);
  }
  if (header.sizeBytes < length) {
    throw new KafkaError(ErrorCode.INVALID_RECORD, 'A Produce request must hold exactly one batch for each partition');
  }
  const crc = batchCrc(chunks, 0, length);
  if (crc !== header.crc) {
    throw new KafkaError(ErrorCode.CORRUPT_MESSAGE, `A batch says that its CRC is ${header.crc}, but it is ${crc}`);
  }
  if (header.compression > 4) {
    throw new KafkaError(ErrorCode.INVALID_RECORD, `No compression has the number ${header.compression}`);
  }
  if (header.recordCount <= 0 || header.lastOffsetDelta !== header.recordCount - 1) {
    throw new KafkaError(
      ErrorCode.INVALID_RECORD,
      `A batch of ${header.recordCount} records cannot have a last offset delta of ${header.lastOffsetDelta}`,
    );
  }
  return header;
}

/** Whether the bytes are those that the CRC was made of. */
export function hasValidCrc(batch: RecordBatch): boolean {
  return batchCrc(batch.chunks, 0, batch.header.sizeBytes) === batch.header.crc;
}

/** What a log writes into a batch that it appends. */
export interface OffsetAssignment {
  readonly baseOffset: number;
  readonly leaderEpoch: number;
  /** Set on topics with LogAppendTime: becomes the time of every record. Milliseconds since 1970. */
  readonly logAppendTimeMs?: number;
}

/**
 * The batch with its offsets, leader epoch and (LogAppendTime) time written into its header.
 *
 * The header is copied, the records are not. Offset and epoch lie outside the CRC; a new time needs a new CRC over the batch.
 *
 * @param chunks exactly one batch, at least its 61 header bytes long.
 */
export function assignOffsets(
  chunks: Chunks,
  { baseOffset, leaderEpoch, logAppendTimeMs }: OffsetAssignment,
): Buffer[] {
  const length = chunksLength(chunks);
  const header = Buffer.allocUnsafe(BATCH_HEADER_BYTES);
  let copied = 0;
  for (const chunk of chunks) {
    if (copied === BATCH_HEADER_BYTES) break;
    copied += chunk.copy(header, copied, 0, BATCH_HEADER_BYTES - copied);
  }
  writeSafeInt64(header, baseOffset, 0);
  header.writeInt32BE(leaderEpoch, 12);
  const pieces = [header, ...sliceChunks(chunks, BATCH_HEADER_BYTES, length)];
  if (logAppendTimeMs !== undefined) {
    header.writeInt16BE(header.readInt16BE(21) | Attribute.logAppendTime, 21);
    writeSafeInt64(header, logAppendTimeMs, 35);
    header.writeUInt32BE(batchCrc(pieces, 0, length), 17);
  }
  return pieces;
}

function checkFormat(header: BatchHeader): void {
  if (header.magic === 0 || header.magic === 1) {
    throw new KafkaError(
      ErrorCode.UNSUPPORTED_FOR_MESSAGE_FORMAT,
      `Message format ${header.magic} is not stored; use a client that produces format ${MAGIC} (Kafka 0.11 or later)`,
    );
  }
  if (header.magic !== MAGIC) {
    throw new KafkaError(ErrorCode.CORRUPT_MESSAGE, `No message format has the number ${header.magic}`);
  }
  if (header.batchLength < BATCH_HEADER_BYTES - BATCH_OVERHEAD_BYTES) {
    throw new KafkaError(ErrorCode.CORRUPT_MESSAGE, `A batch cannot be ${header.sizeBytes} bytes long`);
  }
}
