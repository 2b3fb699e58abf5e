/**
 * Entries of a changelog as bytes, for a store of millions of keys: keys and values lie in few large chunks, and what finds them is a few
 * runs of numbers, so that an entry costs its bytes and some twenty more, and the garbage collector has nothing to walk.
 *
 *     chunk: (key length uint32 | value length uint32 | key | value, padded to 8) …      address: chunk number * unitsPerChunk + offset / 8
 *     slots: (hash | number + 1) …, open addressing with linear probing, filled to seven tenths; zero is an empty one
 *
 * An entry has a number as long as it is there. Bytes are written once: a value that is replaced is written anew, so that a view stays
 * what it is, for whoever still writes it somewhere. When more than half of the chunks is garbage, what lives is copied together.
 */
import { randomBytes } from 'node:crypto';
import { type KeyIdentity } from '../codec/index.ts';

const unitBytes = 8;
const chunkBytes = 1024 * 1024;
const unitsPerChunk = chunkBytes / unitBytes;
const headerBytes = 8;
const leastGarbageBytes = 4 * chunkBytes;
const leastSlots = 64;
const fullest = 0.7;
/** Where an entry is that is no more. No address is as great. */
const nowhere = 0xffff_ffff;

/** A part of a buffer. */
export interface Bytes {
  readonly source: Buffer;
  readonly start: number;
  readonly end: number;
}

export class EntryTable {
  size = 0;
  private slots = new Uint32Array(2 * leastSlots);
  /** By entry number. */
  private addresses = new Uint32Array(leastSlots);
  private marks = new Uint8Array(leastSlots);
  private numbers = 0;
  private free: number[] = [];
  private chunks: Buffer[] = [];
  private at = chunkBytes;
  private heldBytes = 0;
  private garbageBytes = 0;

  /** @param identityOf of a key's bytes, the very one that `find` is asked for. */
  constructor(private readonly identityOf: (key: Buffer) => KeyIdentity) {}

  /** The number of the key's entry; -1 when there is none. */
  find(identity: KeyIdentity): number {
    const hash = hashOf(identity);
    const mask = this.slots.length / 2 - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const number = this.slots[2 * slot + 1]! - 1;
      if (number < 0) return -1;
      if (this.slots[2 * slot] === hash && this.identityOf(this.keyOf(number)) === identity) return number;
    }
  }

  has(number: number): boolean {
    return number >= 0 && number < this.numbers && this.addresses[number] !== nowhere;
  }

  /** What the owner noted of an entry; 0 for a new one. */
  markOf(number: number): number {
    return this.marks[number]!;
  }

  mark(number: number, mark: number): void {
    this.marks[number] = mark;
  }

  /** A view that stays as it is. */
  keyOf(number: number): Buffer {
    const address = this.addresses[number]!;
    const chunk = this.chunkOf(address);
    const start = offsetOf(address) + headerBytes;
    return chunk.subarray(start, start + chunk.readUInt32LE(start - headerBytes));
  }

  /** A view that stays as it is. */
  valueOf(number: number): Buffer {
    const address = this.addresses[number]!;
    const chunk = this.chunkOf(address);
    const header = offsetOf(address);
    const start = header + headerBytes + chunk.readUInt32LE(header);
    return chunk.subarray(start, start + chunk.readUInt32LE(header + 4));
  }

  /** An entry whose key is not there. Answers its number. */
  add(identity: KeyIdentity, key: Bytes, value: Bytes): number {
    const number = this.free.pop() ?? this.numbers++;
    if (number >= this.addresses.length) this.makeRoom();
    this.marks[number] = 0;
    this.addresses[number] = this.append(key, value);
    this.size += 1;
    if (this.size > (this.slots.length / 2) * fullest) this.grow();
    this.occupy(hashOf(identity), number);
    return number;
  }

  replace(number: number, key: Bytes, value: Bytes): void {
    this.waste(number);
    this.addresses[number] = this.append(key, value);
    this.compactIfWorthIt();
  }

  delete(number: number): void {
    this.vacate(hashOf(this.identityOf(this.keyOf(number))), number);
    this.waste(number);
    this.addresses[number] = nowhere;
    this.free.push(number);
    this.size -= 1;
    this.compactIfWorthIt();
  }

  private makeRoom(): void {
    const room = 2 * this.addresses.length;
    const [addresses, marks] = [new Uint32Array(room), new Uint8Array(room)];
    addresses.set(this.addresses);
    marks.set(this.marks);
    [this.addresses, this.marks] = [addresses, marks];
  }

  private chunkOf(address: number): Buffer {
    return this.chunks[Math.floor(address / unitsPerChunk)]!;
  }

  private waste(number: number): void {
    this.garbageBytes += entryBytes(this.chunkOf(this.addresses[number]!), offsetOf(this.addresses[number]!));
  }

  private append(key: Bytes, value: Bytes): number {
    const keyBytes = key.end - key.start;
    const valueBytes = value.end - value.start;
    const chunk = this.reserve(paddedBytes(keyBytes, valueBytes));
    const offset = this.at;
    chunk.writeUInt32LE(keyBytes, offset);
    chunk.writeUInt32LE(valueBytes, offset + 4);
    key.source.copy(chunk, offset + headerBytes, key.start, key.end);
    value.source.copy(chunk, offset + headerBytes + keyBytes, value.start, value.end);
    return this.take(paddedBytes(keyBytes, valueBytes));
  }

  /** The chunk in which so many bytes have room at `at`. */
  private reserve(bytes: number): Buffer {
    if (this.at + bytes > chunkBytes) {
      const size = Math.max(chunkBytes, bytes);
      this.chunks.push(Buffer.allocUnsafeSlow(size));
      this.heldBytes += size;
      this.at = 0;
    }
    return this.chunks.at(-1)!;
  }

  /** The address of what was written at `at`. */
  private take(bytes: number): number {
    const address = (this.chunks.length - 1) * unitsPerChunk + this.at / unitBytes;
    this.at += bytes;
    return address;
  }

  private compactIfWorthIt(): void {
    if (this.garbageBytes <= leastGarbageBytes || this.garbageBytes <= this.heldBytes / 2) return;
    const old = this.chunks;
    this.chunks = [];
    this.at = chunkBytes;
    this.heldBytes = 0;
    this.garbageBytes = 0;
    for (let number = 0; number < this.numbers; number++) {
      const address = this.addresses[number]!;
      if (address === nowhere) continue;
      const from = old[Math.floor(address / unitsPerChunk)]!;
      const start = offsetOf(address);
      const bytes = entryBytes(from, start);
      from.copy(this.reserve(bytes), this.at, start, start + bytes);
      this.addresses[number] = this.take(bytes);
    }
  }

  private occupy(hash: number, number: number): void {
    const { slots } = this;
    const mask = slots.length / 2 - 1;
    let slot = hash & mask;
    while (slots[2 * slot + 1] !== 0) slot = (slot + 1) & mask;
    slots[2 * slot] = hash;
    slots[2 * slot + 1] = number + 1;
  }

  /** Those behind it move up, so that each stays reachable from where it begins to be looked for. */
  private vacate(hash: number, number: number): void {
    const { slots } = this;
    const mask = slots.length / 2 - 1;
    let gap = hash & mask;
    while (slots[2 * gap + 1] !== number + 1) gap = (gap + 1) & mask;
    for (let slot = (gap + 1) & mask; slots[2 * slot + 1] !== 0; slot = (slot + 1) & mask) {
      const home = slots[2 * slot]! & mask;
      if (((slot - home) & mask) < ((slot - gap) & mask)) continue;
      slots[2 * gap] = slots[2 * slot]!;
      slots[2 * gap + 1] = slots[2 * slot + 1]!;
      gap = slot;
    }
    slots[2 * gap] = slots[2 * gap + 1] = 0;
  }

  private grow(): void {
    const old = this.slots;
    this.slots = new Uint32Array(2 * old.length);
    for (let slot = 0; slot < old.length; slot += 2)
      if (old[slot + 1] !== 0) this.occupy(old[slot]!, old[slot + 1]! - 1);
  }
}

const offsetOf = (address: number): number => (address % unitsPerChunk) * unitBytes;

const paddedBytes = (keyBytes: number, valueBytes: number): number =>
  Math.ceil((headerBytes + keyBytes + valueBytes) / unitBytes) * unitBytes;

const entryBytes = (chunk: Buffer, offset: number): number =>
  paddedBytes(chunk.readUInt32LE(offset), chunk.readUInt32LE(offset + 4));

/** Of this process, so that nobody outside knows which keys would fall together. */
const seed = randomBytes(4).readUInt32LE();

/** FNV-1a, mixed at the end as MurmurHash3 does: neighbors among keys are none among slots. Unsigned, 32 bits. */
function hashOf(identity: KeyIdentity): number {
  const text = typeof identity === 'string' ? identity : String(identity);
  let hash = seed;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x0100_0193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
