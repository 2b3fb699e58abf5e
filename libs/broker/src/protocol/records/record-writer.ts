import type { RecordInput } from './batch-encoder.ts';

const INITIAL_BYTES = 1024;
/** Attributes, the longest numbers and three lengths, without key, value and headers. */
const RECORD_OVERHEAD_BYTES = 1 + 10 + 5 + 5 + 5 + 5;

/** Writes records one behind another into one growing buffer, behind `reserved` bytes for a header. */
export class RecordWriter {
  #buffer: Buffer;
  #at: number;

  constructor(reserved: number) {
    this.#buffer = Buffer.allocUnsafe(INITIAL_BYTES);
    this.#at = reserved;
  }

  writeRecord(record: RecordInput, timestampDelta: number, offsetDelta: number): void {
    const { key, value, headers = [] } = record;
    let length =
      1 +
      varlongSize(timestampDelta) +
      varintSize(offsetDelta) +
      nullableSize(key) +
      nullableSize(value) +
      varintSize(headers.length);
    for (const header of headers) {
      const keyBytes = Buffer.byteLength(header.key);
      length += varintSize(keyBytes) + keyBytes + nullableSize(header.value);
    }
    this.#ensure(length + RECORD_OVERHEAD_BYTES);
    this.#writeVarint(length);
    this.#buffer[this.#at++] = 0;
    this.#writeVarlong(timestampDelta);
    this.#writeVarint(offsetDelta);
    this.#writeNullable(key);
    this.#writeNullable(value);
    this.#writeVarint(headers.length);
    for (const header of headers) {
      this.#writeVarint(Buffer.byteLength(header.key));
      this.#at += this.#buffer.write(header.key, this.#at, 'utf8');
      this.#writeNullable(header.value);
    }
  }

  /**
   * Writes a record again with another time: `rest` is all that follows its timestamp delta, as it was.
   */
  writeRetimedRecord(attributes: number, timestampDelta: number, rest: Buffer): void {
    const length = 1 + varlongSize(timestampDelta) + rest.length;
    this.#ensure(length + RECORD_OVERHEAD_BYTES);
    this.#writeVarint(length);
    this.#buffer[this.#at++] = attributes;
    this.#writeVarlong(timestampDelta);
    this.#at += rest.copy(this.#buffer, this.#at);
  }

  finish(): Buffer {
    return this.#buffer.subarray(0, this.#at);
  }

  #writeNullable(bytes: Buffer | null): void {
    if (bytes === null) {
      this.#writeVarint(-1);
      return;
    }
    this.#writeVarint(bytes.length);
    bytes.copy(this.#buffer, this.#at);
    this.#at += bytes.length;
  }

  #writeVarint(value: number): void {
    let rest = ((value << 1) ^ (value >> 31)) >>> 0;
    while (rest > 0x7f) {
      this.#buffer[this.#at++] = rest | 0x80;
      rest >>>= 7;
    }
    this.#buffer[this.#at++] = rest;
  }

  #writeVarlong(value: number): void {
    let rest = zigzag(value);
    while (rest > 0x7f) {
      this.#buffer[this.#at++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    this.#buffer[this.#at++] = rest;
  }

  #ensure(count: number): void {
    if (this.#at + count <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafe(Math.max(2 * this.#buffer.length, this.#at + count));
    this.#buffer.copy(grown, 0, 0, this.#at);
    this.#buffer = grown;
  }
}

/** Folds the sign into the lowest digit; exact within +-2^52. */
function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value;
}

function varlongSize(value: number): number {
  let size = 1;
  for (let rest = zigzag(value); rest > 0x7f; rest = Math.floor(rest / 128)) size++;
  return size;
}

function varintSize(value: number): number {
  let size = 1;
  for (let rest = ((value << 1) ^ (value >> 31)) >>> 0; rest > 0x7f; rest >>>= 7) size++;
  return size;
}

function nullableSize(bytes: Buffer | null): number {
  return bytes === null ? varintSize(-1) : varintSize(bytes.length) + bytes.length;
}
