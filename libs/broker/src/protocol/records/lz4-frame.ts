/**
 * Decoder of the LZ4 frame format, version 1.6.
 *
 * ```
 * frame:  magic 0x184D2204 (little-endian, as all numbers) | FLG | BD | [content size 8] | [dictionary id 4] | HC
 *         blocks | end mark 0 (4) | [content checksum 4]
 * block:  size (4; top bit: stored) | data | [block checksum 4]
 * ```
 *
 * Written here because the native decoder takes no limit: one small frame could ask for any amount of memory. Checksums are
 * passed over, because the batch's CRC covers the same bytes. Frames may follow one another.
 */
const FRAME_MAGIC = 0x184d2204;
const MIN_MATCH = 4;

/** @throws RangeError when the frame is damaged or its content is larger than `maxBytes`. */
export function decompressLz4Frames(input: Buffer, maxBytes: number): Buffer {
  const decoder = new Lz4Decoder(input, maxBytes);
  while (!decoder.atEnd) decoder.readFrame();
  return decoder.content;
}

class Lz4Decoder {
  readonly #input: Buffer;
  readonly #maxBytes: number;
  #at = 0;
  #output: Buffer = Buffer.allocUnsafe(0);
  #length = 0;

  constructor(input: Buffer, maxBytes: number) {
    this.#input = input;
    this.#maxBytes = maxBytes;
  }

  get atEnd(): boolean {
    return this.#at >= this.#input.length;
  }

  get content(): Buffer {
    return this.#output.subarray(0, this.#length);
  }

  readFrame(): void {
    if (this.#uint32() !== FRAME_MAGIC) throw new RangeError('not an LZ4 frame');
    const flags = this.#byte();
    const blockDescriptor = this.#byte();
    if (flags >> 6 !== 1) throw new RangeError(`version ${flags >> 6} of the LZ4 frame format`);
    const maxBlockBytes = 1 << (8 + 2 * ((blockDescriptor >> 4) & 7));
    if (maxBlockBytes < 0x1_0000) throw new RangeError('an LZ4 block size that the format does not have');
    const independent = (flags & 0x20) !== 0;
    const blockChecksumBytes = (flags & 0x10) !== 0 ? 4 : 0;
    if ((flags & 0x08) !== 0) this.#skip(8);
    if ((flags & 0x01) !== 0) throw new RangeError('an LZ4 frame with a dictionary');
    this.#skip(1);
    const frameStart = this.#length;
    for (;;) {
      const size = this.#uint32();
      if (size === 0) break;
      const bytes = size & 0x7fff_ffff;
      const end = this.#at + bytes;
      if (end > this.#input.length) throw new RangeError('an LZ4 block that is cut off');
      const limit = Math.min(this.#length + maxBlockBytes, this.#maxBytes);
      if (size >= 0x8000_0000) this.#copyInput(end, limit);
      else this.#readBlock(end, independent ? this.#length : frameStart, limit);
      this.#skip(blockChecksumBytes);
    }
    if ((flags & 0x04) !== 0) this.#skip(4);
  }

  /** Sequences of literals and matches up to `end`; matches reach back to `from`, output stays below `limit`. */
  #readBlock(end: number, from: number, limit: number): void {
    while (this.#at < end) {
      const token = this.#byte();
      const literals = this.#extended(token >> 4, end);
      if (this.#at + literals > end) throw new RangeError('LZ4 literals that are cut off');
      this.#copyInput(this.#at + literals, limit);
      if (this.#at === end) return;
      if (this.#at + 2 > end) throw new RangeError('an LZ4 match that is cut off');
      const distance = this.#input.readUInt16LE(this.#at);
      this.#at += 2;
      const length = this.#extended(token & 0x0f, end) + MIN_MATCH;
      const source = this.#length - distance;
      if (distance === 0 || source < from) throw new RangeError('an LZ4 match before the start of the data');
      this.#copyMatch(source, length, limit);
    }
  }

  /** A length whose first digit is 15 goes on in bytes of 255 until a smaller one. */
  #extended(digit: number, end: number): number {
    if (digit < 15) return digit;
    let length = digit;
    for (let byte = 255; byte === 255;) {
      if (this.#at >= end) throw new RangeError('an LZ4 length that is cut off');
      byte = this.#byte();
      length += byte;
    }
    return length;
  }

  #copyInput(end: number, limit: number): void {
    const count = end - this.#at;
    this.#ensure(count, limit);
    this.#input.copy(this.#output, this.#length, this.#at, end);
    this.#length += count;
    this.#at = end;
  }

  /** Source and target may overlap: a match of distance 1 repeats one byte. */
  #copyMatch(source: number, count: number, limit: number): void {
    this.#ensure(count, limit);
    const output = this.#output;
    const target = this.#length;
    if (source + count <= target) output.copyWithin(target, source, source + count);
    else for (let index = 0; index < count; index++) output[target + index] = output[source + index]!;
    this.#length = target + count;
  }

  #ensure(count: number, limit: number): void {
    const needed = this.#length + count;
    if (needed > limit)
      throw new RangeError(`more than the ${this.#maxBytes} bytes allowed, or than an LZ4 block may hold`);
    if (needed <= this.#output.length) return;
    const grown = Buffer.allocUnsafe(
      Math.min(Math.max(needed, 2 * this.#output.length, 4 * this.#input.length), this.#maxBytes),
    );
    this.#output.copy(grown, 0, 0, this.#length);
    this.#output = grown;
  }

  #byte(): number {
    const byte = this.#input[this.#at++];
    if (byte === undefined) throw new RangeError('an LZ4 frame that is cut off');
    return byte;
  }

  #uint32(): number {
    if (this.#at + 4 > this.#input.length) throw new RangeError('an LZ4 frame that is cut off');
    const value = this.#input.readUInt32LE(this.#at);
    this.#at += 4;
    return value;
  }

  #skip(count: number): void {
    this.#at += count;
    if (this.#at > this.#input.length) throw new RangeError('an LZ4 frame that is cut off');
  }
}
