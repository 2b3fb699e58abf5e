import avro from 'avsc';
import type { Tap } from './avsc-protocol.ts';

/** Where avsc's arithmetic is exact: it doubles a number on the way (zigzag), and below this loses its last bit, sign included. */
const exactLimit = 2 ** 52;

function readExactly(tap: Tap, start: number): number {
  let folded = 0n;
  for (let at = start, shift = 0n; at < tap.pos; at++, shift += 7n) folded |= BigInt(tap.buf[at]! & 0x7f) << shift;
  const value = Number(folded & 1n ? -((folded + 1n) >> 1n) : folded >> 1n);
  if (!Number.isSafeInteger(value)) throw new RangeError('a long beyond 2^53 is not exact as a number');
  return value;
}

function writeExactly(tap: Tap, value: number): void {
  let folded = value < 0 ? -BigInt(value) * 2n - 1n : BigInt(value) * 2n;
  for (; folded > 0x7fn; folded >>= 7n) tap.buf[tap.pos++] = Number(folded & 0x7fn) | 0x80;
  tap.buf[tap.pos++] = Number(folded);
}

/** A `long` as a number, exact in all of its range (about ±2^53); avsc's own gives other numbers below -2^52. */
export class SafeLong extends avro.types.LongType {
  // Called by avsc, also as a function of its resolvers: it must do without `this`.
  protected _read(tap: Tap): number {
    const start = tap.pos;
    const value = tap.readLong();
    return value > -exactLimit && value < exactLimit ? value : readExactly(tap, start);
  }

  protected _write(tap: Tap, value: unknown): void {
    if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw new Error('not a long');
    if (value > -exactLimit && value < exactLimit) tap.writeLong(value);
    else writeExactly(tap, value);
  }
}
