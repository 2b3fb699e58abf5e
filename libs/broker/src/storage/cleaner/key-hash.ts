/**
 * 128 bits of a record's key: HalfSipHash-2-4 with 64 bits of output, twice, under two random keys.
 *
 * Compaction takes two keys with the same hash for one, and would drop a record for it. With 128 bits that does not happen by
 * chance; and because the hash's own keys are random and new for each cleaning, nobody can make up record keys that collide.
 * (Kafka takes MD5, for which collisions are known; in Node a call of it costs about five times as much as this.)
 *
 * HalfSipHash: Aumasson and Bernstein, "SipHash: a fast short-input PRF", its variant for 32-bit words.
 */
import { randomFillSync } from 'node:crypto';

export class KeyHash {
  /** The hash of the last `update`: four words. */
  readonly words = new Int32Array(4);
  readonly #keys: Uint32Array;

  /** `keys`: two keys of two words each; default random. */
  constructor(keys: Uint32Array = randomFillSync(new Uint32Array(4))) {
    this.#keys = keys;
  }

  /** Hashes the bytes from `start` to `end` (exclusive) into `words`. */
  update(bytes: Buffer, start: number, end: number): void {
    this.#half(bytes, start, end, 0);
    this.#half(bytes, start, end, 2);
  }

  /** Writes the two words from `at` on. Each step takes a word of the input in, or at the end gives a word of the output. */
  #half(bytes: Buffer, start: number, end: number, at: number): void {
    const key0 = this.#keys[at]! | 0;
    const key1 = this.#keys[at + 1]! | 0;
    let v0 = key0;
    let v1 = key1 ^ 0xee;
    let v2 = 0x6c796765 ^ key0;
    let v3 = 0x74656462 ^ key1;
    const inputs = ((end - start) >>> 2) + 1;
    for (let step = 0; step < inputs + 2; step++) {
      const isInput = step < inputs;
      const word = isInput ? wordAt(bytes, start, end, step) : 0;
      if (step === inputs) v2 ^= 0xee;
      else if (step > inputs) v1 ^= 0xdd;
      v3 ^= word;
      for (let round = isInput ? 2 : 4; round > 0; round--) {
        v0 = (v0 + v1) | 0;
        v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
        v0 = (v0 << 16) | (v0 >>> 16);
        v2 = (v2 + v3) | 0;
        v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
        v0 = (v0 + v3) | 0;
        v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
        v2 = (v2 + v1) | 0;
        v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
        v2 = (v2 << 16) | (v2 >>> 16);
      }
      v0 ^= word;
      if (!isInput) this.words[at + step - inputs] = v1 ^ v3;
    }
  }
}

/** Four bytes, the lowest first; the last word holds what is left, and the length. */
function wordAt(bytes: Buffer, start: number, end: number, index: number): number {
  const at = start + 4 * index;
  if (at + 4 <= end) return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
  let word = (end - start) << 24;
  if (at + 2 < end) word |= bytes[at + 2]! << 16;
  if (at + 1 < end) word |= bytes[at + 1]! << 8;
  if (at < end) word |= bytes[at]!;
  return word;
}
