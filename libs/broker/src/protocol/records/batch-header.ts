/**
 * The header of a record batch (magic 2, KIP-98), 61 bytes, big-endian:
 *
 * ```
 *  0  int64   baseOffset             ┐ rewritten by the broker: outside the CRC
 *  8  int32   batchLength            │ bytes behind this field
 * 12  int32   partitionLeaderEpoch   ┘
 * 16  int8    magic                  always 2
 * 17  uint32  crc                    CRC-32C of everything behind this field
 * 21  int16   attributes             0-2 compression, 3 timestamp type, 4 transactional, 5 control, 6 delete horizon
 * 23  int32   lastOffsetDelta        last offset of the batch minus baseOffset, kept by compaction
 * 27  int64   baseTimestamp          of the first record, or the delete horizon
 * 35  int64   maxTimestamp           the append time when the timestamp type says so
 * 43  int64   producerId             -1 for none
 * 51  int16   producerEpoch          -1 for none
 * 53  int32   baseSequence           -1 for none
 * 57  int32   recordCount
 * 61          records, compressed together
 * ```
 */
import { sliceChunks, type Chunks } from '../chunks.ts';

/** Bytes of a batch before its records. */
export const BATCH_HEADER_BYTES = 61;
/** Bytes of a batch that `batchLength` does not count. */
export const BATCH_OVERHEAD_BYTES = 12;
/** The only message format that is stored. */
export const MAGIC = 2;

/** Where the bytes that the CRC covers start. */
export const CRC_START = 21;

export const Compression = { none: 0, gzip: 1, snappy: 2, lz4: 3, zstd: 4 } as const;
/** How the records of a batch are compressed; other numbers are invalid. */
export type Compression = (typeof Compression)[keyof typeof Compression];

export const Attribute = {
  compressionMask: 0x07,
  /** Set: records carry the time of the append (LogAppendTime); else the producer's (CreateTime). */
  logAppendTime: 0x08,
  transactional: 0x10,
  control: 0x20,
  deleteHorizon: 0x40,
} as const;

/** Reads the fields of a header where they lie; holds the batch's memory. */
export interface BatchHeader {
  readonly baseOffset: number;
  readonly batchLength: number;
  readonly partitionLeaderEpoch: number;
  readonly magic: number;
  readonly crc: number;
  readonly attributes: number;
  readonly lastOffsetDelta: number;
  readonly baseTimestamp: number;
  readonly maxTimestamp: number;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly baseSequence: number;
  readonly recordCount: number;
  /** Bytes of the whole batch. */
  readonly sizeBytes: number;
  readonly lastOffset: number;
  /** Sequence of the last record, wrapping after 2^31 - 1; -1 for none. */
  readonly lastSequence: number;
  /** A number of {@link Compression}, or 5 to 7, which are none. */
  readonly compression: number;
  readonly isLogAppendTime: boolean;
  readonly isTransactional: boolean;
  readonly isControl: boolean;
  readonly hasProducerId: boolean;
  /** From when on compaction may drop the batch's tombstones or marker (KIP-534); undefined before they were first cleaned. */
  readonly deleteHorizonMs: number | undefined;
}

/**
 * Parses the header at `at`. Nothing is judged: see `validateBatch`.
 *
 * @param source a buffer, or chunks with `at` counted over all of them.
 * @throws RangeError when fewer than 61 bytes are there.
 */
export function readBatchHeader(source: Buffer | Chunks, at = 0): BatchHeader {
  if (Buffer.isBuffer(source)) {
    if (at + BATCH_HEADER_BYTES > source.length) {
      throw new RangeError(`A batch header of ${BATCH_HEADER_BYTES} bytes does not fit into ${source.length - at}`);
    }
    return new ParsedBatchHeader(source, at);
  }
  const first = source[0];
  if (first !== undefined && at + BATCH_HEADER_BYTES <= first.length) return new ParsedBatchHeader(first, at);
  return new ParsedBatchHeader(Buffer.concat(sliceChunks(source, at, at + BATCH_HEADER_BYTES)), 0);
}

class ParsedBatchHeader implements BatchHeader {
  readonly baseOffset: number;
  readonly batchLength: number;
  readonly partitionLeaderEpoch: number;
  readonly magic: number;
  readonly crc: number;
  readonly attributes: number;
  readonly lastOffsetDelta: number;
  readonly baseTimestamp: number;
  readonly maxTimestamp: number;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly baseSequence: number;
  readonly recordCount: number;

  constructor(buffer: Buffer, at: number) {
    this.baseOffset = readSafeInt64(buffer, at);
    this.batchLength = buffer.readInt32BE(at + 8);
    this.partitionLeaderEpoch = buffer.readInt32BE(at + 12);
    this.magic = buffer.readInt8(at + 16);
    this.crc = buffer.readUInt32BE(at + 17);
    this.attributes = buffer.readInt16BE(at + 21);
    this.lastOffsetDelta = buffer.readInt32BE(at + 23);
    this.baseTimestamp = readSafeInt64(buffer, at + 27);
    this.maxTimestamp = readSafeInt64(buffer, at + 35);
    this.producerId = readSafeInt64(buffer, at + 43);
    this.producerEpoch = buffer.readInt16BE(at + 51);
    this.baseSequence = buffer.readInt32BE(at + 53);
    this.recordCount = buffer.readInt32BE(at + 57);
  }

  get sizeBytes(): number {
    return BATCH_OVERHEAD_BYTES + this.batchLength;
  }

  get lastOffset(): number {
    return this.baseOffset + this.lastOffsetDelta;
  }

  get lastSequence(): number {
    return this.baseSequence < 0 ? -1 : addSequence(this.baseSequence, this.lastOffsetDelta);
  }

  get compression(): number {
    return this.attributes & Attribute.compressionMask;
  }

  get isLogAppendTime(): boolean {
    return (this.attributes & Attribute.logAppendTime) !== 0;
  }

  get isTransactional(): boolean {
    return (this.attributes & Attribute.transactional) !== 0;
  }

  get isControl(): boolean {
    return (this.attributes & Attribute.control) !== 0;
  }

  get hasProducerId(): boolean {
    return this.producerId >= 0;
  }

  get deleteHorizonMs(): number | undefined {
    return (this.attributes & Attribute.deleteHorizon) === 0 ? undefined : this.baseTimestamp;
  }
}

/** Sequence numbers count from 0 to 2^31 - 1 and start again. */
export function addSequence(sequence: number, count: number): number {
  return (sequence + count) % 0x8000_0000;
}

/** An int64 as a number, saturating beyond +-(2^53 - 1). */
export function readSafeInt64(buffer: Buffer, at: number): number {
  const high = buffer.readInt32BE(at);
  if (high >= 0x20_0000) return Number.MAX_SAFE_INTEGER;
  if (high < -0x20_0000) return Number.MIN_SAFE_INTEGER;
  return Math.max(high * 0x1_0000_0000 + buffer.readUInt32BE(at + 4), Number.MIN_SAFE_INTEGER);
}

/** Writes a safe integer as an int64. */
export function writeSafeInt64(buffer: Buffer, value: number, at: number): void {
  buffer.writeInt32BE(Math.floor(value / 0x1_0000_0000), at);
  buffer.writeUInt32BE(value >>> 0, at + 4);
}
