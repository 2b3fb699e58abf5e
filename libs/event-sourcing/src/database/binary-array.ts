/**
 * Arrays as parameters in PostgreSQL's binary form, which the driver sends as it is: no text to escape here, none to take apart there.
 *
 *     dimensions(4) has nulls(4) type of the elements(4), and if it has any: count(4) lower bound(4), then of each element
 *     its size(4), -1 for null, and its bytes
 *
 * Source: PostgreSQL's `array_recv`, `jsonb_recv` (a version byte before the text).
 */
const JSONB_VERSION = 1;

/** How an element is written. */
interface ElementForm<Value> {
  /** Of its type, in pg_type. */
  readonly typeId: number;
  /** At least what it takes. */
  mostBytes(value: Value): number;
  /** @returns where it ends */
  write(into: Buffer, value: Value, at: number): number;
}

/** In UTF-8 a unit of a text takes three bytes at most. */
const UNIT_BYTES = 3;

const text: ElementForm<string> = {
  typeId: 25,
  mostBytes: (value) => UNIT_BYTES * value.length,
  write: (into, value, at) => at + into.write(value, at),
};

const jsonb: ElementForm<string> = {
  typeId: 3802,
  mostBytes: (value) => 1 + UNIT_BYTES * value.length,
  write: (into, value, at) => {
    into[at] = JSONB_VERSION;
    return at + 1 + into.write(value, at + 1);
  },
};

const integer: ElementForm<number> = {
  typeId: 23,
  mostBytes: () => 4,
  write: (into, value, at) => into.writeInt32BE(value, at),
};

const bigint: ElementForm<number> = {
  typeId: 20,
  mostBytes: () => 8,
  write: (into, value, at) => into.writeBigInt64BE(BigInt(value), at),
};

const bytea: ElementForm<Buffer> = {
  typeId: 17,
  mostBytes: (value) => value.length,
  write: (into, value, at) => at + value.copy(into, at),
};

export const textArray = (values: readonly (string | null)[]): Buffer => encode(text, values);
/** @param values JSON texts */
export const jsonbArray = (values: readonly (string | null)[]): Buffer => encode(jsonb, values);
export const integerArray = (values: readonly (number | null)[]): Buffer => encode(integer, values);
export const bigintArray = (values: readonly (number | null)[]): Buffer => encode(bigint, values);
export const byteaArray = (values: readonly (Buffer | null)[]): Buffer => encode(bytea, values);

const HEADER_BYTES = 20;
const SIZE_BYTES = 4;

function encode<Value>(form: ElementForm<Value>, values: readonly (Value | null)[]): Buffer {
  let most = HEADER_BYTES;
  for (const value of values) most += SIZE_BYTES + (value === null ? 0 : form.mostBytes(value));
  const bytes = Buffer.allocUnsafe(most);
  let at = bytes.writeInt32BE(values.length > 0 ? 1 : 0, 0);
  at = bytes.writeInt32BE(values.includes(null) ? 1 : 0, at);
  at = bytes.writeInt32BE(form.typeId, at);
  if (values.length === 0) return bytes.subarray(0, at);
  at = bytes.writeInt32BE(values.length, at);
  at = bytes.writeInt32BE(1, at);
  for (const value of values) {
    const start = at + SIZE_BYTES;
    const end = value === null ? start : form.write(bytes, value, start);
    bytes.writeInt32BE(value === null ? -1 : end - start, at);
    at = end;
  }
  return bytes.subarray(0, at);
}
