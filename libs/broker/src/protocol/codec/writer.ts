import type { Chunks } from '../chunks.ts';
import { writeUuid } from '../uuid.ts';

const TWO_TO_32 = 0x1_0000_0000;
const INITIAL_BYTES = 512;
/** Up to this length a string of ASCII is faster written here than by the runtime. */
const SHORT_STRING = 64;

/**
 * Writes the primitive types of the protocol into pieces: small values into a buffer that grows by doubling, record data by
 * reference. {@link finish} returns the pieces in order.
 */
export class Writer {
  /** The field being written, for errors; set by the codecs. */
  field = '';
  #buffer: Buffer;
  #at = 0;
  /** Start of what is in the buffer and not yet among the pieces. */
  #start = 0;
  readonly #pieces: Buffer[] = [];
  #piecesLength = 0;

  constructor(initialBytes = INITIAL_BYTES) {
    this.#buffer = Buffer.allocUnsafe(initialBytes);
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#piecesLength + this.#at - this.#start;
  }

  writeBool(value: boolean): void {
    this.writeInt8(value ? 1 : 0);
  }

  writeInt8(value: number): void {
    this.#ensure(1);
    this.#buffer[this.#at++] = value;
  }

  writeInt16(value: number): void {
    this.#ensure(2);
    const buffer = this.#buffer;
    buffer[this.#at++] = value >> 8;
    buffer[this.#at++] = value;
  }

  writeInt32(value: number): void {
    this.#ensure(4);
    this.#putInt32(value);
  }

  /** A safe integer. */
  writeInt64(value: number): void {
    this.#ensure(8);
    this.#putInt32(Math.floor(value / TWO_TO_32));
    this.#putInt32(value);
  }

  writeFloat64(value: number): void {
    this.#ensure(8);
    this.#at = this.#buffer.writeDoubleBE(value, this.#at);
  }

  writeUuid(uuid: string): void {
    this.#ensure(16);
    writeUuid(uuid, this.#buffer, this.#at);
    this.#at += 16;
  }

  /** An integer from 0 to 2^32 - 1 in base 128, low digits first. */
  writeUnsignedVarint(value: number): void {
    this.#ensure(5);
    let rest = value >>> 0;
    while (rest > 0x7f) {
      this.#buffer[this.#at++] = rest | 0x80;
      rest >>>= 7;
    }
    this.#buffer[this.#at++] = rest;
  }

  /** The text in UTF-8 after its length in bytes, as an int16 or (compact) as a varint of length + 1. */
  writeString(text: string, compact: boolean): void {
    if (text.length <= SHORT_STRING && this.#writeShortAscii(text, compact)) return;
    const length = Buffer.byteLength(text);
    if (compact) this.writeUnsignedVarint(length + 1);
    else if (length > 0x7fff) throw new RangeError(`A string of ${length} bytes is longer than the protocol's 32767`);
    else this.writeInt16(length);
    this.#ensure(length);
    this.#buffer.write(text, this.#at, length, 'utf8');
    this.#at += length;
  }

  /** Copies the bytes. */
  writeBytes(bytes: Uint8Array): void {
    this.#ensure(bytes.length);
    this.#buffer.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  /** Takes the pieces by reference; they must not change until they were sent. */
  writeChunks(chunks: Chunks): void {
    this.#cut();
    for (const chunk of chunks) {
      if (chunk.length === 0) continue;
      this.#pieces.push(chunk);
      this.#piecesLength += chunk.length;
    }
  }

  /** Writes what `write` writes behind its length as a varint. It must not write chunks. */
  writeSized(write: (writer: Writer) => void): void {
    const pieceCount = this.#pieces.length;
    const from = this.#at - this.#start;
    write(this);
    if (this.#pieces.length !== pieceCount) throw new Error('A tagged field cannot hold records');
    const start = this.#start + from;
    const length = this.#at - start;
    let prefix = 1;
    for (let rest = length >>> 7; rest > 0; rest >>>= 7) prefix++;
    this.#ensure(prefix + 5);
    const moved = this.#start + from;
    this.#buffer.copyWithin(moved + prefix, moved, this.#at);
    const end = this.#at + prefix;
    this.#at = moved;
    this.writeUnsignedVarint(length);
    this.#at = end;
  }

  /** The pieces in order. The writer must not be used afterwards. */
  finish(): Buffer[] {
    this.#cut();
    return this.#pieces;
  }

  #putInt32(value: number): void {
    const buffer = this.#buffer;
    const at = this.#at;
    buffer[at] = value >>> 24;
    buffer[at + 1] = value >>> 16;
    buffer[at + 2] = value >>> 8;
    buffer[at + 3] = value;
    this.#at = at + 4;
  }

  #writeShortAscii(text: string, compact: boolean): boolean {
    const length = text.length;
    this.#ensure(length + 2);
    const buffer = this.#buffer;
    let at = this.#at;
    if (compact) buffer[at++] = length + 1;
    else {
      buffer[at++] = 0;
      buffer[at++] = length;
    }
    for (let index = 0; index < length; index++) {
      const code = text.charCodeAt(index);
      if (code > 0x7f) return false;
      buffer[at++] = code;
    }
    this.#at = at;
    return true;
  }

  /** Makes what is in the buffer a piece; later writes go on behind it in the same memory. */
  #cut(): void {
    if (this.#at === this.#start) return;
    this.#pieces.push(this.#buffer.subarray(this.#start, this.#at));
    this.#piecesLength += this.#at - this.#start;
    this.#start = this.#at;
  }

  #ensure(count: number): void {
    if (this.#at + count <= this.#buffer.length) return;
    const used = this.#at - this.#start;
    const grown = Buffer.allocUnsafe(Math.max(INITIAL_BYTES, 2 * used, used + count));
    this.#buffer.copy(grown, 0, this.#start, this.#at);
    this.#buffer = grown;
    this.#start = 0;
    this.#at = used;
  }
}
