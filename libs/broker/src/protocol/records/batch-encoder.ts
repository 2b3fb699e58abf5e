import { crc32c } from '@node-rs/crc32';
import {
  Attribute,
  BATCH_HEADER_BYTES,
  BATCH_OVERHEAD_BYTES,
  Compression,
  CRC_START,
  MAGIC,
  writeSafeInt64,
} from './batch-header.ts';
import { compress } from './compression.ts';
import { RecordWriter } from './record-writer.ts';
import type { RecordHeader } from './record-reader.ts';

/** A record to put into a batch. */
export interface RecordInput {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** Milliseconds since 1970. */
  readonly timestampMs: number;
  readonly headers?: readonly RecordHeader[];
  /** Offset relative to the batch's first; default: one more than the record before. Gaps are what compaction leaves. */
  readonly offsetDelta?: number;
}

/** What a batch is made of. */
export interface BatchInput {
  /** Default 0; a log assigns its own. */
  readonly baseOffset?: number;
  readonly records: readonly RecordInput[];
  /** Default none. */
  readonly compression?: Compression;
  /** Default -1: unknown. */
  readonly partitionLeaderEpoch?: number;
  /** Default -1: not idempotent. */
  readonly producerId?: number;
  readonly producerEpoch?: number;
  readonly baseSequence?: number;
  readonly transactional?: boolean;
  readonly control?: boolean;
}

/** One batch with its CRC. @throws RangeError for no records. */
export function encodeBatch(input: BatchInput): Buffer {
  const { records, compression = Compression.none } = input;
  const first = records[0];
  if (first === undefined) throw new RangeError('A batch needs a record');
  const baseTimestamp = first.timestampMs;
  let maxTimestamp = baseTimestamp;
  let lastOffsetDelta = -1;
  const writer = new RecordWriter(compression === Compression.none ? BATCH_HEADER_BYTES : 0);
  for (const record of records) {
    lastOffsetDelta = record.offsetDelta ?? lastOffsetDelta + 1;
    maxTimestamp = Math.max(maxTimestamp, record.timestampMs);
    writer.writeRecord(record, record.timestampMs - baseTimestamp, lastOffsetDelta);
  }
  const written = writer.finish();
  const batch =
    compression === Compression.none
      ? written
      : Buffer.concat([Buffer.alloc(BATCH_HEADER_BYTES), compress(compression, written)]);
  writeHeader(batch, input, { baseTimestamp, maxTimestamp, lastOffsetDelta });
  batch.writeUInt32BE(crc32c(batch.subarray(CRC_START)), 17);
  return batch;
}

function writeHeader(
  batch: Buffer,
  input: BatchInput,
  counted: { readonly baseTimestamp: number; readonly maxTimestamp: number; readonly lastOffsetDelta: number },
): void {
  const attributes =
    (input.compression ?? Compression.none) |
    (input.transactional === true ? Attribute.transactional : 0) |
    (input.control === true ? Attribute.control : 0);
  writeSafeInt64(batch, input.baseOffset ?? 0, 0);
  batch.writeInt32BE(batch.length - BATCH_OVERHEAD_BYTES, 8);
  batch.writeInt32BE(input.partitionLeaderEpoch ?? -1, 12);
  batch.writeInt8(MAGIC, 16);
  batch.writeInt16BE(attributes, 21);
  batch.writeInt32BE(counted.lastOffsetDelta, 23);
  writeSafeInt64(batch, counted.baseTimestamp, 27);
  writeSafeInt64(batch, counted.maxTimestamp, 35);
  writeSafeInt64(batch, input.producerId ?? -1, 43);
  batch.writeInt16BE(input.producerEpoch ?? -1, 51);
  batch.writeInt32BE(input.baseSequence ?? -1, 53);
  batch.writeInt32BE(input.records.length, 57);
}
