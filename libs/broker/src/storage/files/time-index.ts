/**
 * `.timeindex`: up to which offset all records are older than a time.
 *
 *     entry (12 bytes, big-endian): timestamp int64 | relative offset int32
 *
 * An entry holds the largest timestamp so far and the last offset of the batch that has it, less the segment's base offset.
 * Both rise. An entry is written with each entry of the offset index, and once more when the segment is closed.
 */
import type { FileSystem } from '../file-system/file-system.ts';
import { EntryBuffer, type FlushOptions } from './entry-buffer.ts';

const entryBytes = 12;

export class TimeIndex {
  readonly #baseOffset: number;
  readonly #entries: EntryBuffer;

  private constructor(baseOffset: number, entries: EntryBuffer) {
    this.#baseOffset = baseOffset;
    this.#entries = entries;
  }

  static empty(path: string, baseOffset: number): TimeIndex {
    return new TimeIndex(baseOffset, EntryBuffer.empty(path, entryBytes));
  }

  /** Undefined when the file is missing or damaged. */
  static load(fileSystem: FileSystem, path: string, baseOffset: number): TimeIndex | undefined {
    const entries = EntryBuffer.load(fileSystem, path, entryBytes);
    if (!entries || entries.bytes.length % entryBytes !== 0) return undefined;
    const index = new TimeIndex(baseOffset, entries);
    for (let entry = 0; entry < entries.count; entry++) {
      if (index.#timestamp(entry) < 0 || entries.bytes.readInt32BE(entry * entryBytes + 8) < 0) return undefined;
      // What a power cut left unwritten reads as zeros; a first record of the time 0 that is alone in its batch does so, too.
      if (entry === 0 && index.#timestamp(0) === 0 && index.#offset(0) === baseOffset) return undefined;
      if (entry === 0) continue;
      if (index.#timestamp(entry) <= index.#timestamp(entry - 1)) return undefined;
      if (index.#offset(entry) <= index.#offset(entry - 1)) return undefined;
    }
    return index;
  }

  get count(): number {
    return this.#entries.count;
  }

  get sizeBytes(): number {
    return this.#entries.sizeBytes;
  }

  get dirty(): boolean {
    return this.#entries.dirty;
  }

  /** One entry is always left for the closing of the segment. */
  isFull(maxBytes: number): boolean {
    return (this.count + 2) * entryBytes > maxBytes;
  }

  get last(): { readonly timestampMs: number; readonly offset: number } | undefined {
    const count = this.count;
    return count === 0 ? undefined : { timestampMs: this.#timestamp(count - 1), offset: this.#offset(count - 1) };
  }

  /** Appends an entry unless time or offset did not rise. */
  maybeAppend(timestampMs: number, offset: number): void {
    const last = this.last;
    if (timestampMs < 0 || (last && (timestampMs <= last.timestampMs || offset <= last.offset))) return;
    const at = this.#entries.append();
    this.#entries.bytes.writeBigInt64BE(BigInt(timestampMs), at);
    this.#entries.bytes.writeInt32BE(offset - this.#baseOffset, at + 8);
  }

  /** Offset of the last entry older than `timestampMs`: no record before it is as new; the base offset when there is none. */
  lookup(timestampMs: number): number {
    const wanted = BigInt(Math.trunc(timestampMs));
    const count = this.#entries.countWhile((at) => this.#entries.bytes.readBigInt64BE(at) < wanted);
    return count === 0 ? this.#baseOffset : this.#offset(count - 1);
  }

  /** Removes the entries at and after `offset`. */
  truncateToOffset(offset: number): void {
    const relative = offset - this.#baseOffset;
    this.#entries.truncate(this.#entries.countWhile((at) => this.#entries.bytes.readInt32BE(at + 8) < relative));
  }

  flush(fileSystem: FileSystem, options: FlushOptions): Promise<void> {
    return this.#entries.flush(fileSystem, options);
  }

  #timestamp(entry: number): number {
    return Number(this.#entries.bytes.readBigInt64BE(entry * entryBytes));
  }

  #offset(entry: number): number {
    return this.#baseOffset + this.#entries.bytes.readInt32BE(entry * entryBytes + 8);
  }
}
