/** Turns values of one type into bytes and back; the same value gives the same bytes always. */
export interface Codec<T> {
  encode(value: T): Buffer;
  /** @param bytes a view of memory that is used again: copy what is kept. @throws when they are no such value. */
  decode(bytes: Buffer): T;
  /** The same for a part of a buffer, where a view can be saved. */
  decodeAt?(source: Buffer, start: number, end: number): T;
  prepareAt?: Prepare;
  /** As `encode`, behind so many bytes that whoever asks fills: where a copy can be saved. */
  encodeBehind?(headBytes: number, value: T): Buffer;
}

/** What must be awaited before a part of a buffer can be decoded, for example a writer's schema; undefined when nothing. */
export type Prepare = (source: Buffer, start: number, end: number) => Promise<void> | undefined;

export function decodeRange<T>(codec: Codec<T>, source: Buffer, start: number, end: number): T {
  return codec.decodeAt ? codec.decodeAt(source, start, end) : codec.decode(source.subarray(start, end));
}

export function encodeBehind<T>(codec: Codec<T>, headBytes: number, value: T): Buffer {
  if (codec.encodeBehind) return codec.encodeBehind(headBytes, value);
  const encoded = codec.encode(value);
  const bytes = Buffer.allocUnsafe(headBytes + encoded.length);
  encoded.copy(bytes, headBytes);
  return bytes;
}

/** UTF-8 text. */
export const stringCodec: Codec<string> = {
  encodeBehind(headBytes, value) {
    const bytes = Buffer.allocUnsafe(headBytes + Buffer.byteLength(value));
    bytes.write(value, headBytes);
    return bytes;
  },
  encode: (value) => Buffer.from(value),
  decode: (bytes) => bytes.toString(),
  decodeAt: (source, start, end) => source.toString('utf8', start, end),
};

/** Bytes as they are. What is decoded is a copy. */
export const bytesCodec: Codec<Buffer> = {
  encode: (value) => value,
  decode: (bytes) => Buffer.from(bytes),
};

/** A whole number as 8 bytes, big-endian, as Kafka's LongSerializer writes it; exact from -2^53 to 2^53. */
export const longCodec: Codec<number> = {
  encode(value) {
    const bytes = Buffer.allocUnsafe(8);
    writeLong(bytes, value, 0);
    return bytes;
  },
  decode: (bytes) => longAt(bytes, 0, bytes.length),
  decodeAt: longAt,
};

/** Writes 8 bytes as {@link longCodec} does. */
export function writeLong(target: Buffer, value: number, offset: number): void {
  const high = Math.floor(value / 0x1_0000_0000);
  target.writeInt32BE(high, offset);
  target.writeUInt32BE(value - high * 0x1_0000_0000, offset + 4);
}

function longAt(source: Buffer, start: number, end: number): number {
  if (end - start !== 8) throw new RangeError(`a long has 8 bytes, not ${end - start}`);
  return source.readInt32BE(start) * 0x1_0000_0000 + source.readUInt32BE(start + 4);
}

/** A number as 8 bytes, big-endian IEEE 754, as Kafka's DoubleSerializer writes it. */
export const doubleCodec: Codec<number> = {
  encode(value) {
    const bytes = Buffer.allocUnsafe(8);
    bytes.writeDoubleBE(value);
    return bytes;
  },
  decode: (bytes) => bytes.readDoubleBE(),
};

/** JSON text. The type is the caller's word; nothing checks it. */
export function jsonCodec<T>(): Codec<T> {
  return {
    encode: (value) => Buffer.from(JSON.stringify(value)),
    decode: (bytes) => JSON.parse(bytes.toString()) as T,
  };
}

/** What a Map can tell keys apart by. */
export type KeyIdentity = string | number;

/** Text and numbers are themselves; any other key is its bytes. */
export function keyIdentity<K>(codec: Codec<K>, key: K): KeyIdentity {
  return typeof key === 'string' || typeof key === 'number' ? key : codec.encode(key).toString('latin1');
}
