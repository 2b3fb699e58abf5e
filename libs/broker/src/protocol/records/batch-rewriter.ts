/**
 * Makes a stored batch anew: with some of its records left out (compaction), or with another compression. Offsets, producer,
 * sequence and leader epoch stay: the base offset and the last offset delta of the header are kept even when the records that
 * had them are gone, so that the last sequence can still be told from them.
 *
 * A record's bytes are copied as they are. Only when a delete horizon is set are they written again: it takes the place of the
 * base timestamp (KIP-534), which their timestamps count from.
 */
import { crc32c } from '@node-rs/crc32';
import { joinChunks } from '../chunks.ts';
import {
  Attribute,
  BATCH_HEADER_BYTES,
  BATCH_OVERHEAD_BYTES,
  type Compression,
  CRC_START,
  writeSafeInt64,
} from './batch-header.ts';
import { compress } from './compression.ts';
import type { RecordBatch } from './record-batch.ts';
import { RecordCursor, recordBytes } from './record-reader.ts';
import { RecordWriter } from './record-writer.ts';

/** What a batch that is made anew says in its header, where it differs from the old one. */
interface HeaderChange {
  readonly attributes: number;
  readonly baseTimestamp: number;
  readonly maxTimestamp: number;
  readonly recordCount: number;
}

/**
 * Walks over a batch's records, one at a time and without an object for each, and makes a batch of those that were kept.
 *
 * @throws KafkaError CORRUPT_MESSAGE, from the constructor or from `next`, when the bytes are not records.
 */
export class BatchRewriter {
  /** The records, decompressed. */
  readonly bytes: Buffer;
  /** Of the current record. */
  offset = -1;
  timestampMs = -1;
  /** Where the current record's key lies in `bytes`; -1 when it has none. */
  keyStart = -1;
  keyEnd = -1;
  /** The current record is no tombstone. */
  hasValue = false;
  keptCount = 0;
  /** A tombstone was kept. */
  keptTombstone = false;
  readonly #batch: RecordBatch;
  readonly #cursor: RecordCursor;
  #index = 0;
  #start = 0;
  #end = 0;
  #maxTimestampMs = -1;
  /** Start and end in `bytes` of runs of records that were kept. */
  readonly #runs: number[] = [];

  constructor(batch: RecordBatch) {
    this.#batch = batch;
    this.bytes = recordBytes(batch);
    this.#cursor = new RecordCursor(this.bytes);
  }

  /** Moves to the next record; false after the last. */
  next(): boolean {
    const { header } = this.#batch;
    const cursor = this.#cursor;
    if (this.#index++ >= header.recordCount) {
      cursor.expectEnd();
      return false;
    }
    this.#start = cursor.at;
    this.#end = cursor.readRecordEnd();
    cursor.skip(1);
    const timestampDelta = cursor.readVarlong();
    this.timestampMs = header.isLogAppendTime ? header.maxTimestamp : header.baseTimestamp + timestampDelta;
    this.offset = header.baseOffset + cursor.readVarint();
    const keyBytes = cursor.readVarint();
    this.keyStart = keyBytes < 0 ? -1 : cursor.at;
    this.keyEnd = keyBytes < 0 ? -1 : cursor.at + keyBytes;
    if (keyBytes > 0) cursor.skip(keyBytes);
    if (cursor.at >= this.#end) cursor.fail(`a key of ${keyBytes} bytes`);
    this.hasValue = cursor.readVarint() >= 0;
    cursor.at = this.#end;
    return true;
  }

  /** The current record goes into the new batch. */
  keep(): void {
    if (this.#runs.length > 0 && this.#runs.at(-1) === this.#start) this.#runs[this.#runs.length - 1] = this.#end;
    else this.#runs.push(this.#start, this.#end);
    this.keptCount++;
    if (!this.hasValue) this.keptTombstone = true;
    if (this.timestampMs > this.#maxTimestampMs) this.#maxTimestampMs = this.timestampMs;
  }

  /** The new batch, compressed as the old one. `deleteHorizonMs` sets a delete horizon; without it, one that is there stays. */
  encode(deleteHorizonMs?: number): Buffer {
    const { header } = this.#batch;
    const records = deleteHorizonMs === undefined ? this.#joinRuns() : this.#retime(deleteHorizonMs);
    return assemble(this.#batch, compress(header.compression as Compression, records), {
      attributes: header.attributes | (deleteHorizonMs === undefined ? 0 : Attribute.deleteHorizon),
      baseTimestamp: deleteHorizonMs ?? header.baseTimestamp,
      maxTimestamp: header.isLogAppendTime ? header.maxTimestamp : this.#maxTimestampMs,
      recordCount: this.keptCount,
    });
  }

  #joinRuns(): Buffer {
    if (this.#runs.length === 2) return this.bytes.subarray(this.#runs[0], this.#runs[1]);
    const pieces: Buffer[] = [];
    for (let run = 0; run < this.#runs.length; run += 2) {
      pieces.push(this.bytes.subarray(this.#runs[run], this.#runs[run + 1]));
    }
    return Buffer.concat(pieces);
  }

  #retime(baseTimestampMs: number): Buffer {
    const writer = new RecordWriter(0);
    const { header } = this.#batch;
    const shift = header.baseTimestamp - baseTimestampMs;
    const cursor = new RecordCursor(this.bytes);
    for (let run = 0; run < this.#runs.length; run += 2) {
      for (cursor.at = this.#runs[run]!; cursor.at < this.#runs[run + 1]!;) {
        const end = cursor.readRecordEnd();
        const attributes = this.bytes[cursor.at]!;
        cursor.skip(1);
        const delta = header.isLogAppendTime ? 0 : cursor.readVarlong() + shift;
        if (header.isLogAppendTime) cursor.readVarlong();
        writer.writeRetimedRecord(attributes, delta, this.bytes.subarray(cursor.at, end));
        cursor.at = end;
      }
    }
    return writer.finish();
  }
}

/** A batch without records in the place of another: it keeps offsets, producer and sequence. */
export function encodeEmptyBatch(batch: RecordBatch): Buffer {
  const { header } = batch;
  return assemble(batch, Buffer.alloc(0), {
    attributes: header.attributes & (Attribute.logAppendTime | Attribute.transactional | Attribute.control),
    baseTimestamp: -1,
    maxTimestamp: header.maxTimestamp,
    recordCount: 0,
  });
}

/** A batch without records or producer, that says only that the log goes up to `lastOffset`. */
export function encodeFillerBatch({ header }: RecordBatch): Buffer {
  const filler = Buffer.alloc(BATCH_HEADER_BYTES);
  filler.writeBigInt64BE(-1n, 43);
  filler.writeInt16BE(-1, 51);
  filler.writeInt32BE(-1, 53);
  const from = { baseOffset: header.baseOffset, lastOffsetDelta: header.lastOffsetDelta };
  writeSafeInt64(filler, from.baseOffset, 0);
  filler.writeInt32BE(header.partitionLeaderEpoch, 12);
  filler.writeInt8(header.magic, 16);
  filler.writeInt32BE(from.lastOffsetDelta, 23);
  return seal(filler, { attributes: 0, baseTimestamp: -1, maxTimestamp: -1, recordCount: 0 });
}

/** The batch with its records compressed otherwise, by a level of the library; all else stays. @throws KafkaError CORRUPT_MESSAGE. */
export function recompressBatch(batch: RecordBatch, compression: Compression, level?: number): Buffer {
  const { header } = batch;
  return assemble(batch, compress(compression, recordBytes(batch), level), {
    attributes: (header.attributes & ~Attribute.compressionMask) | compression,
    baseTimestamp: header.baseTimestamp,
    maxTimestamp: header.maxTimestamp,
    recordCount: header.recordCount,
  });
}

function assemble({ chunks }: RecordBatch, records: Buffer, change: HeaderChange): Buffer {
  const batch = Buffer.allocUnsafe(BATCH_HEADER_BYTES + records.length);
  const [first] = chunks;
  (first!.length >= BATCH_HEADER_BYTES ? first! : joinChunks(chunks)).copy(batch, 0, 0, BATCH_HEADER_BYTES);
  records.copy(batch, BATCH_HEADER_BYTES);
  return seal(batch, change);
}

function seal(batch: Buffer, { attributes, baseTimestamp, maxTimestamp, recordCount }: HeaderChange): Buffer {
  batch.writeInt32BE(batch.length - BATCH_OVERHEAD_BYTES, 8);
  batch.writeInt16BE(attributes, 21);
  writeSafeInt64(batch, baseTimestamp, 27);
  writeSafeInt64(batch, maxTimestamp, 35);
  batch.writeInt32BE(recordCount, 57);
  batch.writeUInt32BE(crc32c(batch.subarray(CRC_START)), 17);
  return batch;
}
