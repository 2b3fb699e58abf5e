/**
 * A map from keys to bytes for a table of millions of keys: the values lie in few large chunks and a key costs one map entry, so that
 * the garbage collector has nothing to walk and memory can be told exactly.
 *
 *     chunk: (capacity uint32 | length uint32 | bytes, padded to 8) …      address: chunk number * unitsPerChunk + offset / 8
 *
 * A value that fits where the old one lay is written over it. Otherwise the old place is garbage; when more than half of the chunks is,
 * what lives is copied together.
 */
import type { KeyIdentity } from '../codec/index.ts';

const unitBytes = 8;
const chunkBytes = 1024 * 1024;
const unitsPerChunk = chunkBytes / unitBytes;
const headerBytes = 8;
const leastGarbageBytes = 4 * chunkBytes;
/** What a key costs beside its characters: a string's header and a map's entry, about. */
const keyOverheadBytes = 56;

/** A map from keys to bytes, compact in memory. */
export class ByteTable {
  private addresses = new Map<KeyIdentity, number>();
  private chunks: Buffer[] = [];
  private at = chunkBytes;
  private heldBytes = 0;
  private garbageBytes = 0;
  private keyBytes = 0;

  get size(): number {
    return this.addresses.size;
  }

  /** Memory in bytes: values exactly, keys about. */
  get bytes(): number {
    return this.heldBytes + this.keyBytes;
  }

  set(key: KeyIdentity, source: Buffer, start: number, end: number): void {
    const length = end - start;
    const old = this.addresses.get(key);
    if (old === undefined) this.keyBytes += keyBytesOf(key);
    else {
      const chunk = this.chunkOf(old);
      const offset = offsetOf(old);
      const capacity = chunk.readUInt32LE(offset);
      if (capacity >= length) {
        chunk.writeUInt32LE(length, offset + 4);
        source.copy(chunk, offset + headerBytes, start, end);
        return;
      }
      this.garbageBytes += capacity + headerBytes;
    }
    this.addresses.set(key, this.append(source, start, end));
    if (this.garbageBytes > leastGarbageBytes && this.garbageBytes > this.heldBytes / 2) this.compact();
  }

  delete(key: KeyIdentity): boolean {
    const address = this.addresses.get(key);
    if (address === undefined) return false;
    this.addresses.delete(key);
    this.keyBytes -= keyBytesOf(key);
    this.garbageBytes += this.chunkOf(address).readUInt32LE(offsetOf(address)) + headerBytes;
    if (this.garbageBytes > leastGarbageBytes && this.garbageBytes > this.heldBytes / 2) this.compact();
    return true;
  }

  /** A view, good until the next change of the table. */
  get(key: KeyIdentity): Buffer | undefined {
    const address = this.addresses.get(key);
    return address === undefined ? undefined : this.view(address);
  }

  keys(): IterableIterator<KeyIdentity> {
    return this.addresses.keys();
  }

  private view(address: number): Buffer {
    const chunk = this.chunkOf(address);
    const start = offsetOf(address) + headerBytes;
    return chunk.subarray(start, start + chunk.readUInt32LE(offsetOf(address) + 4));
  }

  private chunkOf(address: number): Buffer {
    return this.chunks[Math.floor(address / unitsPerChunk)]!;
  }

  private append(source: Buffer, start: number, end: number): number {
    const length = end - start;
    const capacity = Math.ceil(length / unitBytes) * unitBytes;
    const needed = capacity + headerBytes;
    if (this.at + needed > chunkBytes) {
      const size = Math.max(chunkBytes, needed);
      this.chunks.push(Buffer.allocUnsafeSlow(size));
      this.heldBytes += size;
      this.at = 0;
    }
    const chunkNumber = this.chunks.length - 1;
    const chunk = this.chunks[chunkNumber]!;
    const offset = this.at;
    chunk.writeUInt32LE(capacity, offset);
    chunk.writeUInt32LE(length, offset + 4);
    source.copy(chunk, offset + headerBytes, start, end);
    this.at += needed;
    return chunkNumber * unitsPerChunk + offset / unitBytes;
  }

  private compact(): void {
    const old = this.chunks;
    this.chunks = [];
    this.at = chunkBytes;
    this.heldBytes = 0;
    this.garbageBytes = 0;
    for (const [key, address] of this.addresses) {
      const chunk = old[Math.floor(address / unitsPerChunk)]!;
      const start = offsetOf(address) + headerBytes;
      this.addresses.set(key, this.append(chunk, start, start + chunk.readUInt32LE(offsetOf(address) + 4)));
    }
  }
}

const offsetOf = (address: number): number => (address % unitsPerChunk) * unitBytes;

const keyBytesOf = (key: KeyIdentity): number => keyOverheadBytes + (typeof key === 'string' ? key.length : 0);
