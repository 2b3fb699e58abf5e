/**
 * The newest offset of each key in a part of a log, in bounded memory (Kafka's SkimpyOffsetMap): keys are kept as hashes of 128 bits.
 *
 *     slot (20 bytes): hash 4 x int32 | offset - firstOffset + 1, uint32; 0 is a free slot
 *
 * Open addressing with linear probing in one table. The map is full at `loadFactor` of its slots, and for offsets more than 2^32 - 2
 * behind its first: what follows is left for another pass.
 */
import { KeyHash } from './key-hash.ts';

const wordsPerSlot = 5;
export const slotBytes = wordsPerSlot * 4;
const loadFactor = 0.7;
const largestDelta = 2 ** 32 - 2;

export class OffsetMap {
  /** Bytes of the table. */
  readonly sizeBytes: number;
  /** Everything below was offered to the map: it can say of each record there whether it is the newest of its key. */
  endOffset: number;
  readonly #firstOffset: number;
  readonly #table: Int32Array;
  readonly #slots: number;
  readonly #limit: number;
  readonly #hash: KeyHash;
  #count = 0;

  /** For offsets from `firstOffset` on; room for `keys` keys, or for as many as `maxBytes` hold. */
  constructor(firstOffset: number, keys: number, maxBytes: number, hash = new KeyHash()) {
    this.#firstOffset = firstOffset;
    this.endOffset = firstOffset;
    const wanted = Math.ceil((keys + 1) / loadFactor);
    this.#slots = Math.max(8, Math.min(wanted, Math.floor(maxBytes / slotBytes)));
    this.#limit = Math.floor(this.#slots * loadFactor);
    this.#table = new Int32Array(this.#slots * wordsPerSlot);
    this.sizeBytes = this.#table.byteLength;
    this.#hash = hash;
  }

  get count(): number {
    return this.#count;
  }

  /** Share of the keys that fit, 0 to 1. */
  get utilization(): number {
    return this.#count / this.#limit;
  }

  /** Notes the record; offsets rise from call to call. False when there is no room for it: then it is not noted. */
  put(bytes: Buffer, keyStart: number, keyEnd: number, offset: number): boolean {
    const delta = offset - this.#firstOffset;
    if (delta > largestDelta) return false;
    const at = this.#find(bytes, keyStart, keyEnd);
    if (this.#table[at + 4] === 0) {
      if (this.#count >= this.#limit) return false;
      this.#count++;
      this.#table.set(this.#hash.words, at);
    }
    this.#table[at + 4] = (delta + 1) | 0;
    return true;
  }

  /** Newest offset of the key; -1 when it does not occur. */
  get(bytes: Buffer, keyStart: number, keyEnd: number): number {
    const stored = this.#table[this.#find(bytes, keyStart, keyEnd) + 4]!;
    return stored === 0 ? -1 : this.#firstOffset + (stored >>> 0) - 1;
  }

  /** Position of the key's slot, or of the free one where it belongs. */
  #find(bytes: Buffer, keyStart: number, keyEnd: number): number {
    this.#hash.update(bytes, keyStart, keyEnd);
    const { words } = this.#hash;
    const table = this.#table;
    for (let slot = (words[0]! >>> 0) % this.#slots; ; slot = slot + 1 === this.#slots ? 0 : slot + 1) {
      const at = slot * wordsPerSlot;
      if (table[at + 4] === 0) return at;
      if (
        table[at] === words[0] &&
        table[at + 1] === words[1] &&
        table[at + 2] === words[2] &&
        table[at + 3] === words[3]
      ) {
        return at;
      }
    }
  }
}
