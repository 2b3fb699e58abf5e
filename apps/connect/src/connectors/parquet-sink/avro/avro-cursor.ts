/**
 * Avro's binary encoding, read in place (Avro specification 1.12, Binary Encoding). Longs beyond ±2^52 come as exact as the others: a
 * lake keeps what was written, also what no number of JavaScript holds.
 */

/** The bytes are not what their schema says. */
export class AvroBytesError extends Error {
  override readonly name = 'AvroBytesError';
}

/** Factors below this leave sums exact. */
const exactLimit = 2 ** 45;

export class AvroCursor {
  at = 0;
  private end = 0;
  private bytes: Buffer = Buffer.alloc(0);

  /** Goes to the start of a body. */
  open(bytes: Buffer, start: number, end: number): void {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
  }

  get isAtEnd(): boolean {
    return this.at === this.end;
  }

  /** Bytes that are not read yet. */
  get left(): number {
    return this.end - this.at;
  }

  private byte(): number {
    if (this.at >= this.end) throw new AvroBytesError('the value ends before its last field');
    return this.bytes[this.at++]!;
  }

  boolean(): boolean {
    const byte = this.byte();
    if (byte > 1) throw new AvroBytesError(`${byte} is no boolean`);
    return byte === 1;
  }

  /** An int, or a long that is a length or an index. */
  int(): number {
    const value = this.long();
    if (typeof value === 'number' && value >= -2_147_483_648 && value <= 2_147_483_647) return value;
    throw new AvroBytesError(`${value} is no int`);
  }

  long(): bigint | number {
    const start = this.at;
    let folded = 0;
    let factor = 1;
    for (;;) {
      const byte = this.byte();
      folded += (byte & 0x7f) * factor;
      if (byte < 0x80) break;
      factor *= 128;
      if (factor > exactLimit) return this.longLong(start);
    }
    return folded % 2 === 0 ? folded / 2 : -(folded + 1) / 2;
  }

  private longLong(start: number): bigint {
    this.at = start;
    let folded = 0n;
    for (let shift = 0n; ; shift += 7n) {
      if (shift > 63n) throw new AvroBytesError('a long has more than ten bytes');
      const byte = this.byte();
      folded |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    return BigInt.asIntN(64, folded & 1n ? -((folded + 1n) >> 1n) : folded >> 1n);
  }

  float(): number {
    const at = this.skip(4);
    return this.bytes.readFloatLE(at);
  }

  double(): number {
    const at = this.skip(8);
    return this.bytes.readDoubleLE(at);
  }

  string(): string {
    const length = this.length();
    const at = this.skip(length);
    return this.bytes.toString('utf8', at, at + length);
  }

  /** An own copy: what it is read from is used again. */
  blob(): Buffer {
    return this.fixed(this.length());
  }

  fixed(size: number): Buffer {
    const at = this.skip(size);
    return Buffer.from(this.bytes.subarray(at, at + size));
  }

  private length(): number {
    const length = this.int();
    if (length < 0) throw new AvroBytesError(`a length of ${length}`);
    return length;
  }

  /** The items of an array or a map, in blocks. @param read reads one item. */
  blocks(read: () => void): void {
    for (;;) {
      let count = this.int();
      if (count === 0) return;
      if (count < 0) {
        count = -count;
        this.long();
      }
      // An item may take no byte; more of those than the value has bytes are no honest array.
      if (count > this.left + 1_000_000) throw new AvroBytesError(`a block of ${count} items in ${this.left} bytes`);
      for (; count > 0; count--) read();
    }
  }

  private skip(count: number): number {
    const start = this.at;
    if (start + count > this.end) throw new AvroBytesError('the value ends before its last field');
    this.at += count;
    return start;
  }
}
