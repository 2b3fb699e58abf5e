import { sliceChunks, type Chunks } from '../chunks.ts';
import { ProtocolError } from '../protocol-error.ts';
import { uuidFromBytes } from '../uuid.ts';

const TWO_TO_32 = 0x1_0000_0000;
/** High halves beyond which a 64-bit value is not a safe integer. */
const HIGH_LIMIT = 0x20_0000;

/** Where a value that spans pieces is gathered; it is taken out again before anything else can be read. */
const scratch = Buffer.alloc(16);
const EMPTY = Buffer.alloc(0);
/** Elements of all arrays of one message: an element can take 50 times the memory of its bytes. */
const MAX_ELEMENTS = 1_000_000;

/**
 * Reads the primitive types of the protocol from bytes that may lie in several pieces.
 *
 * Every read is checked against the end: a value that is cut off, or a length or count that the remaining bytes cannot hold,
 * throws {@link ProtocolError} before anything is allocated for it. A value within one piece is read in place; one that spans
 * two is first gathered into a scratch buffer.
 */
export class Reader {
  /** What is being read, for errors: `Fetch v12 request`. */
  message: string;
  /** The field being read, for errors; set by the codecs. */
  field = '';
  readonly #chunks: Chunks;
  readonly #length: number;
  #chunk: Buffer;
  #index = 0;
  /** Position in the current piece. */
  #at = 0;
  /** Bytes in the pieces before the current one. */
  #base = 0;
  #elementsLeft = MAX_ELEMENTS;

  constructor(chunks: Chunks, message: string) {
    this.#chunks = chunks;
    this.message = message;
    let length = 0;
    for (const chunk of chunks) length += chunk.length;
    this.#length = length;
    this.#chunk = chunks[0] ?? EMPTY;
  }

  /** Bytes read so far. */
  get offset(): number {
    return this.#base + this.#at;
  }

  /** Bytes not read yet. */
  get remaining(): number {
    return this.#length - this.#base - this.#at;
  }

  fail(reason: string): never {
    throw new ProtocolError(reason, { message: this.message, field: this.field, offset: this.offset });
  }

  readBool(): boolean {
    return this.readInt8() !== 0;
  }

  readInt8(): number {
    return (this.readUint8() << 24) >> 24;
  }

  readUint8(): number {
    if (this.#at >= this.#chunk.length) this.#nextChunk();
    return this.#chunk[this.#at++]!;
  }

  readInt16(): number {
    const bytes = this.#take(2);
    const at = this.#taken;
    return (((bytes[at]! << 8) | bytes[at + 1]!) << 16) >> 16;
  }

  readInt32(): number {
    const bytes = this.#take(4);
    const at = this.#taken;
    return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
  }

  /** Saturates beyond +-(2^53 - 1). */
  readInt64(): number {
    const bytes = this.#take(8);
    const at = this.#taken;
    const high = (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
    const low = ((bytes[at + 4]! << 24) | (bytes[at + 5]! << 16) | (bytes[at + 6]! << 8) | bytes[at + 7]!) >>> 0;
    if (high >= HIGH_LIMIT) return Number.MAX_SAFE_INTEGER;
    if (high < -HIGH_LIMIT) return Number.MIN_SAFE_INTEGER;
    return Math.max(high * TWO_TO_32 + low, Number.MIN_SAFE_INTEGER);
  }

  readFloat64(): number {
    const bytes = this.#take(8);
    return new DataView(bytes.buffer, bytes.byteOffset + this.#taken, 8).getFloat64(0);
  }

  readUuid(): string {
    const bytes = this.#take(16);
    return uuidFromBytes(bytes, this.#taken);
  }

  /** An unsigned number of at most 32 bits in base 128, low digits first (KIP-482). */
  readUnsignedVarint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.readUint8();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        if (shift === 28 && byte > 0x0f) break;
        return value >>> 0;
      }
    }
    return this.fail('a varint of more than 32 bits');
  }

  readString(length: number): string {
    if (length > this.remaining) this.#failLength(length);
    const start = this.#at;
    const end = start + length;
    if (end <= this.#chunk.length) {
      this.#at = end;
      return this.#chunk.toString('utf8', start, end);
    }
    return this.readBytes(length).toString('utf8');
  }

  /** A copy of the next bytes, so that a value that is kept does not keep the whole frame. */
  readBytes(length: number): Buffer {
    const copy = Buffer.allocUnsafeSlow(this.#checkLength(length));
    for (let filled = 0; filled < length;) {
      if (this.#at >= this.#chunk.length) this.#nextChunk();
      const taken = Math.min(length - filled, this.#chunk.length - this.#at);
      this.#chunk.copy(copy, filled, this.#at, this.#at + taken);
      this.#at += taken;
      filled += taken;
    }
    return copy;
  }

  /** Refuses an array that the remaining bytes cannot hold, or that makes the message too large to keep in memory. */
  checkElements(count: number, minElementBytes: number): void {
    if (count > this.remaining / minElementBytes) {
      this.fail(`${count} elements cannot fit into the ${this.remaining} bytes that remain`);
    }
    this.#elementsLeft -= count;
    if (this.#elementsLeft < 0) this.fail(`a message of more than ${MAX_ELEMENTS} array elements`);
  }

  /** The next bytes as views on the frame. */
  readChunks(length: number): Buffer[] {
    this.#checkLength(length);
    const start = this.#at;
    if (start + length <= this.#chunk.length) {
      this.#at += length;
      return length === 0 ? [] : [this.#chunk.subarray(start, start + length)];
    }
    const offset = this.offset;
    const pieces = sliceChunks(this.#chunks, offset, offset + length);
    this.skip(length);
    return pieces;
  }

  skip(length: number): void {
    this.#checkLength(length);
    let left = length;
    while (this.#at + left > this.#chunk.length) {
      left -= this.#chunk.length - this.#at;
      this.#at = this.#chunk.length;
      this.#nextChunk();
    }
    this.#at += left;
  }

  /** Where the bytes returned by the last `#take` start. */
  #taken = 0;

  /** Moves over `count` bytes and returns a buffer that holds them from `#taken` on. */
  #take(count: number): Buffer {
    const start = this.#at;
    if (start + count <= this.#chunk.length) {
      this.#at = start + count;
      this.#taken = start;
      return this.#chunk;
    }
    if (count > this.remaining) this.#failLength(count);
    for (let index = 0; index < count; index++) scratch[index] = this.readUint8();
    this.#taken = 0;
    return scratch;
  }

  #nextChunk(): void {
    while (this.#at >= this.#chunk.length) {
      const next = this.#chunks[this.#index + 1];
      if (next === undefined) this.fail('the message ends here');
      this.#base += this.#chunk.length;
      this.#index++;
      this.#chunk = next;
      this.#at = 0;
    }
  }

  #checkLength(length: number): number {
    if (length < 0 || length > this.remaining) this.#failLength(length);
    return length;
  }

  #failLength(length: number): never {
    if (length < 0) this.fail(`a length of ${length}`);
    return this.fail(`${length} bytes are needed and ${this.remaining} remain`);
  }
}
