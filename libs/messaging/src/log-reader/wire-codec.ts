/** The primitive types of Kafka's wire format; those of flexible versions (KIP-482) are called compact. */

/** Builds a request's body. */
export class RequestBody {
  private buffer = Buffer.allocUnsafe(256);
  private length = 0;

  private reserve(bytes: number): number {
    const offset = this.length;
    this.length += bytes;
    if (this.length > this.buffer.length) {
      const grown = Buffer.allocUnsafe(Math.max(this.length, this.buffer.length * 2));
      this.buffer.copy(grown, 0, 0, offset);
      this.buffer = grown;
    }
    return offset;
  }

  int8(value: number): this {
    const offset = this.reserve(1);
    this.buffer.writeInt8(value, offset);
    return this;
  }

  private int8Unsigned(value: number): this {
    const offset = this.reserve(1);
    this.buffer[offset] = value;
    return this;
  }

  int16(value: number): this {
    const offset = this.reserve(2);
    this.buffer.writeInt16BE(value, offset);
    return this;
  }

  int32(value: number): this {
    const offset = this.reserve(4);
    this.buffer.writeInt32BE(value, offset);
    return this;
  }

  int64(value: number): this {
    const offset = this.reserve(8);
    this.buffer.writeBigInt64BE(BigInt(value), offset);
    return this;
  }

  string(value: string): this {
    return this.int16(Buffer.byteLength(value)).text(value);
  }

  /** Without its length. */
  text(value: string): this {
    const offset = this.reserve(Buffer.byteLength(value));
    this.buffer.write(value, offset);
    return this;
  }

  compactString(value: string): this {
    return this.uvarint(Buffer.byteLength(value) + 1).text(value);
  }

  compactBytes(bytes: Buffer): this {
    this.uvarint(bytes.length + 1);
    const offset = this.reserve(bytes.length);
    bytes.copy(this.buffer, offset);
    return this;
  }

  compactArray<Item>(items: readonly Item[], write: (item: Item) => unknown): this {
    this.uvarint(items.length + 1);
    for (const item of items) write(item);
    return this;
  }

  /** Where tagged fields may stand: none. */
  noTags(): this {
    return this.int8(0);
  }

  /** A length in flexible versions. */
  uvarint(value: number): this {
    for (; value > 0x7f; value >>>= 7) this.int8Unsigned((value & 0x7f) | 0x80);
    return this.int8Unsigned(value);
  }

  /** With its length before it. */
  bytesField(bytes: Buffer): this {
    this.int32(bytes.length);
    const offset = this.reserve(bytes.length);
    bytes.copy(this.buffer, offset);
    return this;
  }

  array<Item>(items: readonly Item[], write: (item: Item) => unknown): this {
    this.int32(items.length);
    for (const item of items) write(item);
    return this;
  }

  bytes(): Buffer {
    return this.buffer.subarray(0, this.length);
  }
}

/** Reads a response's body. Offsets and timestamps are numbers: exact up to 2^53. */
export class ResponseBody {
  constructor(
    readonly buffer: Buffer,
    private offset = 0,
  ) {}

  int8(): number {
    return this.buffer.readInt8(this.offset++);
  }

  int16(): number {
    const value = this.buffer.readInt16BE(this.offset);
    this.offset += 2;
    return value;
  }

  int32(): number {
    const value = this.buffer.readInt32BE(this.offset);
    this.offset += 4;
    return value;
  }

  int64(): number {
    const value = int64At(this.buffer, this.offset);
    this.offset += 8;
    return value;
  }

  string(): string {
    return this.nullableString() ?? '';
  }

  nullableString(): string | null {
    const length = this.int16();
    if (length < 0) return null;
    const text = this.buffer.toString('utf8', this.offset, this.offset + length);
    this.offset += length;
    return text;
  }

  uvarint(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.buffer.readUInt8(this.offset++);
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  }

  skip(bytes: number): void {
    this.offset += bytes;
  }

  /** '' for null. */
  compactString(): string {
    const length = Math.max(this.uvarint() - 1, 0);
    const text = this.buffer.toString('utf8', this.offset, this.offset + length);
    this.offset += length;
    return text;
  }

  compactArray<Item>(read: () => Item): Item[] {
    const items: Item[] = [];
    for (let count = this.uvarint() - 1; count > 0; count--) items.push(read());
    return items;
  }

  /** Tagged fields; `read` may read the value of those that it knows. */
  tags(read: (tag: number, body: ResponseBody) => unknown = () => undefined): void {
    for (let count = this.uvarint(); count > 0; count--) {
      const tag = this.uvarint();
      const end = this.uvarint() + this.offset;
      read(tag, this);
      this.offset = end;
    }
  }

  /** A view, no copy; empty for null. */
  bytes(): Buffer {
    const length = Math.max(this.int32(), 0);
    const view = this.buffer.subarray(this.offset, this.offset + length);
    this.offset += length;
    return view;
  }

  array<Item>(read: () => Item): Item[] {
    const count = this.int32();
    const items: Item[] = [];
    for (let index = 0; index < count; index++) items.push(read());
    return items;
  }
}

/** A 64-bit integer as a number, without a BigInt on the way. */
export function int64At(buffer: Buffer, offset: number): number {
  return buffer.readInt32BE(offset) * 0x1_0000_0000 + buffer.readUInt32BE(offset + 4);
}
