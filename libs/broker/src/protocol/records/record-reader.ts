/**
 * Records of a batch (magic 2): each is a length and
 *
 * ```
 * attributes int8 (unused) | timestampDelta varlong | offsetDelta varint | key | value | headerCount varint | { key | value } ...
 * ```
 *
 * with every length and number as a zigzag varint; a length of -1 is null.
 */
import { ErrorCode } from '../error-code.ts';
import { KafkaError } from '../kafka-error.ts';
import { joinChunks, sliceChunks } from '../chunks.ts';
import { BATCH_HEADER_BYTES } from './batch-header.ts';
import { decompress, DEFAULT_MAX_DECOMPRESSED_BYTES } from './compression.ts';
import type { RecordBatch } from './record-batch.ts';

export interface RecordHeader {
  readonly key: string;
  readonly value: Buffer | null;
}

/** A record with its place in the log. Buffers are views of the batch, or of its decompressed records. */
export interface DecodedRecord {
  readonly offset: number;
  /** Milliseconds since 1970, -1 for none. */
  readonly timestampMs: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly RecordHeader[];
}

export interface DecodeOptions {
  /** Refuses a batch whose records are larger when decompressed; default 100 MiB. */
  readonly maxDecompressedBytes?: number;
}

const NO_HEADERS: readonly RecordHeader[] = Object.freeze([]);

/**
 * The records of a batch, in order.
 *
 * @throws KafkaError CORRUPT_MESSAGE, before the first or between records, when the bytes are not records.
 */
export function* decodeRecords(
  batch: RecordBatch,
  options: DecodeOptions = {},
): Generator<DecodedRecord, void, undefined> {
  const { header } = batch;
  const cursor = new RecordCursor(recordBytes(batch, options));
  for (let index = 0; index < header.recordCount; index++) {
    const end = cursor.readRecordEnd();
    cursor.skip(1);
    const timestampDelta = cursor.readVarlong();
    const offsetDelta = cursor.readVarint();
    const key = cursor.readNullable(end);
    const value = cursor.readNullable(end);
    const headers = readHeaders(cursor, end);
    if (cursor.at !== end) cursor.fail(`a record ends ${cursor.at - end} bytes off its length`);
    yield {
      offset: header.baseOffset + offsetDelta,
      timestampMs: header.isLogAppendTime ? header.maxTimestamp : header.baseTimestamp + timestampDelta,
      key,
      value,
      headers,
    };
  }
  cursor.expectEnd();
}

/** What a log judges of a record: its place in the batch from 0, the offset that the batch gives it, its time, whether it has a key. */
export type RecordVisitor = (index: number, offset: number, timestampMs: number, hasKey: boolean) => void;

/**
 * Calls `visit` for each record, in order. Reads only what it must and makes no object for a record.
 *
 * @throws KafkaError CORRUPT_MESSAGE when the bytes are not records.
 */
export function visitRecords(batch: RecordBatch, visit: RecordVisitor, options: DecodeOptions = {}): void {
  const { header } = batch;
  const cursor = new RecordCursor(recordBytes(batch, options));
  for (let index = 0; index < header.recordCount; index++) {
    const end = cursor.readRecordEnd();
    cursor.skip(1);
    const timestampDelta = cursor.readVarlong();
    const offset = header.baseOffset + cursor.readVarint();
    visit(index, offset, header.baseTimestamp + timestampDelta, cursor.readVarint() >= 0);
    cursor.at = end;
  }
  cursor.expectEnd();
}

/** The records of a batch, decompressed. @throws KafkaError CORRUPT_MESSAGE. */
export function recordBytes({ header, chunks }: RecordBatch, options: DecodeOptions = {}): Buffer {
  const stored = joinChunks(sliceChunks(chunks, BATCH_HEADER_BYTES, header.sizeBytes));
  return decompress(header.compression, stored, options.maxDecompressedBytes ?? DEFAULT_MAX_DECOMPRESSED_BYTES);
}

function readHeaders(cursor: RecordCursor, end: number): readonly RecordHeader[] {
  const count = cursor.readVarint();
  if (count === 0) return NO_HEADERS;
  if (count < 0 || count > (end - cursor.at) / 2) cursor.fail(`${count} headers in a record`);
  const headers: RecordHeader[] = [];
  for (let index = 0; index < count; index++) {
    const key = cursor.readNullable(end);
    if (key === null) return cursor.fail('a header without a key');
    headers.push({ key: key.toString('utf8'), value: cursor.readNullable(end) });
  }
  return headers;
}

/** Reads the numbers and fields of records where they lie. */
export class RecordCursor {
  at = 0;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  fail(reason: string): never {
    throw new KafkaError(ErrorCode.CORRUPT_MESSAGE, `The records of a batch are damaged at byte ${this.at}: ${reason}`);
  }

  expectEnd(): void {
    if (this.at !== this.#bytes.length) this.fail(`${this.#bytes.length - this.at} bytes behind the last record`);
  }

  /** The length of a record, as the position of its end. */
  readRecordEnd(): number {
    const length = this.readVarint();
    const end = this.at + length;
    if (length < 0 || end > this.#bytes.length) this.fail(`a record of ${length} bytes`);
    return end;
  }

  skip(count: number): void {
    this.at += count;
  }

  readNullable(end: number): Buffer | null {
    const length = this.readVarint();
    if (length === -1) return null;
    const start = this.at;
    if (length < 0 || start + length > end) this.fail(`a field of ${length} bytes`);
    this.at = start + length;
    return this.#bytes.subarray(start, this.at);
  }

  /** A signed 32-bit number. */
  readVarint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (value >>> 1) ^ -(value & 1);
    }
    return this.fail('a varint of more than 32 bits');
  }

  /** A signed 64-bit number, exact within +-2^52. */
  readVarlong(): number {
    let value = 0;
    for (let scale = 1; scale < 2 ** 70; scale *= 128) {
      const byte = this.#byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
    }
    return this.fail('a varint of more than 64 bits');
  }

  #byte(): number {
    const byte = this.#bytes[this.at++];
    if (byte === undefined) this.fail('the records end here');
    return byte;
  }
}
