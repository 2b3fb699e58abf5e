/**
 * Record batches (magic 2, KIP-98) as a fetch returns them, read in place.
 *
 * A fetch may begin inside of a batch and may end in the middle of one: records before the wanted offset are passed over, and what
 * is incomplete is left for the next fetch. Control batches hold no records of a user. When reading committed, a batch of a producer
 * is left out from the first offset of its aborted transaction to the transaction's abort marker.
 *
 *     baseOffset int64 | length int32 | leaderEpoch int32 | magic int8 | crc uint32 | attributes int16 | lastOffsetDelta int32
 *     | baseTimestamp int64 | maxTimestamp int64 | producerId int64 | producerEpoch int16 | baseSequence int32 | count int32 | records
 */
import zlib from 'node:zlib';
import type { FetchedChunk, RawHeaders, RecordCursor } from '../client/index.ts';
import { decompressLz4, decompressSnappy } from './decompress.ts';
import { int64At } from './wire-codec.ts';

const headerBytes = 61;
const lengthAt = 8;
const magicAt = 16;
const attributesAt = 21;
const lastOffsetDeltaAt = 23;
const baseTimestampAt = 27;
const maxTimestampAt = 35;
const producerIdAt = 43;
const countAt = 57;

const compressionMask = 0b111;
const logAppendTimeFlag = 0b1000;
const transactionalFlag = 0b10000;
const controlFlag = 0b100000;

export interface AbortedTransaction {
  readonly producerId: number;
  readonly firstOffset: number;
}

/** The offset after the last complete batch; `from` when there is none. */
export function endOfBatches(batches: Buffer, from: number): number {
  let end = from;
  for (let start = 0; start + headerBytes <= batches.length;) {
    const next = start + 12 + batches.readInt32BE(start + lengthAt);
    if (next > batches.length) break;
    end = Math.max(end, int64At(batches, start) + batches.readInt32BE(start + lastOffsetDeltaAt) + 1);
    start = next;
  }
  return end;
}

export class BatchChunk implements FetchedChunk {
  readonly nextOffset: number;

  constructor(
    readonly topic: string,
    readonly partition: number,
    private readonly fetchOffset: number,
    private readonly batches: Buffer,
    private readonly aborted: readonly AbortedTransaction[],
  ) {
    this.nextOffset = endOfBatches(batches, fetchOffset);
  }

  get bytes(): number {
    return this.batches.length;
  }

  records(): RecordCursor {
    return new BatchCursor(this.batches, this.fetchOffset, this.aborted);
  }
}

function decompress(codec: number, records: Buffer): Buffer {
  if (codec === 1) return zlib.gunzipSync(records);
  if (codec === 2) return decompressSnappy(records);
  if (codec === 3) return decompressLz4(records);
  if (codec === 4) return zlib.zstdDecompressSync(records);
  throw new Error(`A record batch is compressed by codec ${codec}, which nobody has defined`);
}

class BatchCursor implements RecordCursor {
  offset = -1;
  timestampMs = -1;
  source: Buffer;
  keyStart = -1;
  keyEnd = -1;
  valueStart = -1;
  valueEnd = -1;
  private headersStart = 0;
  private nextBatch = 0;
  private at = 0;
  private left = 0;
  private baseOffset = 0;
  private baseTimestampMs = 0;
  private logAppendTime = false;
  private nextAborted = 0;
  private readonly aborting = new Set<number>();

  constructor(
    private readonly batches: Buffer,
    private readonly fetchOffset: number,
    private readonly aborted: readonly AbortedTransaction[],
  ) {
    this.source = batches;
  }

  next(): boolean {
    for (;;) {
      while (this.left === 0) if (!this.openBatch()) return false;
      this.left--;
      this.readRecord();
      if (this.offset >= this.fetchOffset) return true;
    }
  }

  /** Goes to the next batch, whose records may be left out; false when no complete one is left. */
  private openBatch(): boolean {
    const { batches } = this;
    const start = this.nextBatch;
    if (start + headerBytes > batches.length) return false;
    const end = start + 12 + batches.readInt32BE(start + lengthAt);
    if (end > batches.length) return false;
    this.nextBatch = end;
    const magic = batches.readInt8(start + magicAt);
    this.baseOffset = int64At(batches, start);
    if (magic !== 2)
      throw new Error(`The batch at offset ${this.baseOffset} has format ${magic}; only format 2 is read`);
    const attributes = batches.readInt16BE(start + attributesAt);
    if (!this.isReadable(start, attributes)) return true;
    const compression = attributes & compressionMask;
    this.logAppendTime = (attributes & logAppendTimeFlag) !== 0;
    this.baseTimestampMs = int64At(batches, start + (this.logAppendTime ? maxTimestampAt : baseTimestampAt));
    this.left = batches.readInt32BE(start + countAt);
    if (compression === 0) {
      this.source = batches;
      this.at = start + headerBytes;
    } else {
      this.source = decompress(compression, batches.subarray(start + headerBytes, end));
      this.at = 0;
    }
    return true;
  }

  private isReadable(start: number, attributes: number): boolean {
    const producerId = int64At(this.batches, start + producerIdAt);
    const lastOffset = this.baseOffset + this.batches.readInt32BE(start + lastOffsetDeltaAt);
    for (; this.nextAborted < this.aborted.length; this.nextAborted++) {
      const transaction = this.aborted[this.nextAborted]!;
      if (transaction.firstOffset > lastOffset) break;
      this.aborting.add(transaction.producerId);
    }
    if ((attributes & controlFlag) !== 0) {
      // Whatever the marker says, the producer's transaction ends here; a later one has an entry of its own.
      this.aborting.delete(producerId);
      return false;
    }
    return (attributes & transactionalFlag) === 0 || !this.aborting.has(producerId);
  }

  private readRecord(): void {
    const length = this.varint();
    const end = this.at + length;
    this.at++; // attributes, of which none is defined
    const timestampDelta = this.varlong();
    this.timestampMs = this.logAppendTime ? this.baseTimestampMs : this.baseTimestampMs + timestampDelta;
    this.offset = this.baseOffset + this.varint();
    const keyLength = this.varint();
    if (keyLength < 0) this.keyStart = this.keyEnd = -1;
    else {
      this.keyStart = this.at;
      this.keyEnd = this.at += keyLength;
    }
    const valueLength = this.varint();
    if (valueLength < 0) this.valueStart = this.valueEnd = -1;
    else {
      this.valueStart = this.at;
      this.valueEnd = this.at += valueLength;
    }
    this.headersStart = this.at;
    this.at = end;
  }

  headers(): RawHeaders {
    const { at } = this;
    this.at = this.headersStart;
    const headers: Record<string, Buffer | Buffer[]> = {};
    for (let left = this.varint(); left > 0; left--) {
      const name = this.bytes().toString('utf8');
      const value = this.bytes();
      const before = headers[name];
      headers[name] = before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value];
    }
    this.at = at;
    return headers;
  }

  /** Bytes after their length; a header's value that is null is empty. */
  private bytes(): Buffer {
    const length = Math.max(0, this.varint());
    const start = this.at;
    this.at += length;
    return Buffer.from(this.source.subarray(start, this.at));
  }

  private varint(): number {
    const { source } = this;
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = source[this.at++]!;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (value >>> 1) ^ -(value & 1);
      if (shift > 28) throw new Error(`A record near offset ${this.offset} is damaged: a number has no end`);
    }
  }

  private varlong(): number {
    const { source } = this;
    let value = 0;
    let factor = 1;
    for (let count = 0; ; count++) {
      const byte = source[this.at++]!;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
      factor *= 128;
      if (count > 9) throw new Error(`A record near offset ${this.offset} is damaged: a number has no end`);
    }
  }
}
