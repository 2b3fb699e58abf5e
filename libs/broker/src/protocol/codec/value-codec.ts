import type { Chunks } from '../chunks.ts';
import { ZERO_UUID } from '../uuid.ts';
import type { PrimitiveType } from './definition.ts';
import type { Reader } from './reader.ts';
import type { Writer } from './writer.ts';

/** Reads and writes one type in one version. */
export interface ValueCodec {
  /** The fewest bytes that a value takes; bounds the count of an array before it is read. */
  readonly minBytes: number;
  /** The value of a field without a `default` where the wire does not carry it. */
  readonly empty: unknown;
  read(reader: Reader): unknown;
  write(writer: Writer, value: unknown): void;
}

/** How lengths are written (flexible versions are compact) and whether -1 or 0 may say null. */
export interface Encoding {
  readonly compact: boolean;
  readonly nullable: boolean;
}

const EMPTY_BYTES = Buffer.alloc(0);
const EMPTY_CHUNKS: Chunks = [];

/** The codecs below are handed values whose types the definitions have fixed; `T` is that type. */
function codec<T>(
  minBytes: number,
  empty: T,
  read: (reader: Reader) => T | null,
  write: (writer: Writer, value: T) => void,
): ValueCodec {
  return { minBytes, empty, read, write: write };
}

const fixed = {
  bool: codec(
    1,
    false,
    (reader) => reader.readBool(),
    (writer, value) => writer.writeBool(value),
  ),
  int8: codec(
    1,
    0,
    (reader) => reader.readInt8(),
    (writer, value) => writer.writeInt8(value),
  ),
  int16: codec(
    2,
    0,
    (reader) => reader.readInt16(),
    (writer, value) => writer.writeInt16(value),
  ),
  uint16: codec(
    2,
    0,
    (reader) => reader.readInt16() & 0xffff,
    (writer, value) => writer.writeInt16(value),
  ),
  int32: codec(
    4,
    0,
    (reader) => reader.readInt32(),
    (writer, value) => writer.writeInt32(value),
  ),
  int64: codec(
    8,
    0,
    (reader) => reader.readInt64(),
    (writer, value) => writer.writeInt64(value),
  ),
  float64: codec(
    8,
    0,
    (reader) => reader.readFloat64(),
    (writer, value) => writer.writeFloat64(value),
  ),
  uuid: codec(
    16,
    ZERO_UUID,
    (reader) => reader.readUuid(),
    (writer, value) => writer.writeUuid(value),
  ),
};

/** A count or length: an int32, or (compact) a varint of it plus one; -1 is null. */
export function readLength(reader: Reader, { compact, nullable }: Encoding): number {
  const length = compact ? reader.readUnsignedVarint() - 1 : reader.readInt32();
  if (length < (nullable ? -1 : 0))
    reader.fail(length === -1 ? 'null where a value is required' : `a length of ${length}`);
  return length;
}

export function writeLength(writer: Writer, length: number, compact: boolean): void {
  if (compact) writer.writeUnsignedVarint(length + 1);
  else writer.writeInt32(length);
}

/** Strings are at most 32,767 bytes, in compact form too; only their length's own size differs from other lengths. */
function stringCodec(encoding: Encoding): ValueCodec {
  const { compact, nullable } = encoding;
  return codec<string>(
    compact ? 1 : 2,
    '',
    (reader) => {
      const length = compact ? reader.readUnsignedVarint() - 1 : reader.readInt16();
      if (length >= 0 && length <= 0x7fff) return reader.readString(length);
      if (length === -1 && nullable) return null;
      return reader.fail(length === -1 ? 'null where a string is required' : `a string of ${length} bytes`);
    },
    (writer, value) => writer.writeString(value, compact),
  );
}

function bytesCodec(encoding: Encoding): ValueCodec {
  return codec<Buffer>(
    encoding.compact ? 1 : 4,
    EMPTY_BYTES,
    (reader) => {
      const length = readLength(reader, encoding);
      return length < 0 ? null : reader.readBytes(length);
    },
    (writer, value) => {
      writeLength(writer, value.length, encoding.compact);
      writer.writeBytes(value);
    },
  );
}

function recordsCodec(encoding: Encoding): ValueCodec {
  return codec<Chunks>(
    encoding.compact ? 1 : 4,
    EMPTY_CHUNKS,
    (reader) => {
      const length = readLength(reader, encoding);
      return length < 0 ? null : reader.readChunks(length);
    },
    (writer, value) => {
      let length = 0;
      for (const chunk of value) length += chunk.length;
      writeLength(writer, length, encoding.compact);
      writer.writeChunks(value);
    },
  );
}

function withNull(inner: ValueCodec, writeNull: (writer: Writer) => void): ValueCodec {
  return {
    ...inner,
    write: (writer, value) => {
      if (value === null) writeNull(writer);
      else inner.write(writer, value);
    },
  };
}

/** The codec of a primitive type. Numbers, booleans and uuids are never null. */
export function primitiveCodec(type: PrimitiveType, encoding: Encoding): ValueCodec {
  if (type === 'string') {
    const strings = stringCodec(encoding);
    return encoding.nullable
      ? withNull(strings, (writer) => (encoding.compact ? writer.writeUnsignedVarint(0) : writer.writeInt16(-1)))
      : strings;
  }
  if (type === 'bytes' || type === 'records') {
    const inner = type === 'bytes' ? bytesCodec(encoding) : recordsCodec(encoding);
    return encoding.nullable ? withNull(inner, (writer) => writeLength(writer, -1, encoding.compact)) : inner;
  }
  return fixed[type];
}

const EMPTY_ARRAY: readonly unknown[] = Object.freeze([]);

/** An array of `element`s. Its count is checked against what the remaining bytes can hold before anything is read. */
export function arrayCodec(element: ValueCodec, encoding: Encoding): ValueCodec {
  const minElementBytes = Math.max(element.minBytes, 1);
  const arrays = codec<readonly unknown[]>(
    encoding.compact ? 1 : 4,
    EMPTY_ARRAY,
    (reader) => {
      const count = readLength(reader, encoding);
      if (count < 0) return null;
      if (count === 0) return EMPTY_ARRAY;
      reader.checkElements(count, minElementBytes);
      const values: unknown[] = [];
      for (let index = 0; index < count; index++) values.push(element.read(reader));
      return values;
    },
    (writer, values) => {
      writeLength(writer, values.length, encoding.compact);
      for (const value of values) element.write(writer, value);
    },
  );
  return encoding.nullable ? withNull(arrays, (writer) => writeLength(writer, -1, encoding.compact)) : arrays;
}

/** A struct that may be null: a byte of 1 before it, or -1 alone. */
export function nullableStructCodec(struct: ValueCodec): ValueCodec {
  return {
    minBytes: 1,
    empty: null,
    read: (reader) => (reader.readInt8() < 0 ? null : struct.read(reader)),
    write: (writer, value) => {
      writer.writeInt8(value === null ? -1 : 1);
      if (value !== null) struct.write(writer, value);
    },
  };
}
