/**
 * `.index`: where in the `.log` file an offset is found.
 *
 *     entry (8 bytes, big-endian): relative offset int32 | position int32
 *
 * An entry holds the last offset of a batch, less the segment's base offset, and the position of that batch's first byte.
 * Entries rise in both. The index is sparse: about one entry for `index.interval.bytes` of log, none for a segment's first batch.
 */
import type { FileSystem } from '../file-system/file-system.ts';
import { EntryBuffer, type FlushOptions } from './entry-buffer.ts';

const entryBytes = 8;

export class OffsetIndex {
  readonly #baseOffset: number;
  readonly #entries: EntryBuffer;

  private constructor(baseOffset: number, entries: EntryBuffer) {
    this.#baseOffset = baseOffset;
    this.#entries = entries;
  }

  static empty(path: string, baseOffset: number): OffsetIndex {
    return new OffsetIndex(baseOffset, EntryBuffer.empty(path, entryBytes));
  }

  /** Undefined when the file is missing or cannot be the index of a log of `logBytes` bytes. */
  static load(fileSystem: FileSystem, path: string, baseOffset: number, logBytes: number): OffsetIndex | undefined {
    const entries = EntryBuffer.load(fileSystem, path, entryBytes);
    if (!entries || entries.bytes.length % entryBytes !== 0) return undefined;
    let lastOffset = -1;
    let lastPosition = -1;
    for (let at = 0; at < entries.bytes.length; at += entryBytes) {
      const offset = entries.bytes.readInt32BE(at);
      const position = entries.bytes.readInt32BE(at + 4);
      if (offset <= lastOffset || position <= lastPosition || position >= logBytes) return undefined;
      lastOffset = offset;
      lastPosition = position;
    }
    return new OffsetIndex(baseOffset, entries);
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

  /** Entries that a file of `maxBytes` holds. */
  isFull(maxBytes: number): boolean {
    return (this.count + 1) * entryBytes > maxBytes;
  }

  append(lastOffset: number, position: number): void {
    const at = this.#entries.append();
    this.#entries.bytes.writeInt32BE(lastOffset - this.#baseOffset, at);
    this.#entries.bytes.writeInt32BE(position, at + 4);
  }

  /** Offset of the last entry; one below the base offset when there is none. */
  get lastOffset(): number {
    const count = this.count;
    return count === 0
      ? this.#baseOffset - 1
      : this.#baseOffset + this.#entries.bytes.readInt32BE((count - 1) * entryBytes);
  }

  /** Position of the last entry; 0 when there is none. */
  get lastPosition(): number {
    return this.count === 0 ? 0 : this.#entries.bytes.readInt32BE((this.count - 1) * entryBytes + 4);
  }

  /** Position from which a scan finds the batch that holds `offset`: that of the last entry at or below it, else 0. */
  lookup(offset: number): number {
    const relative = offset - this.#baseOffset;
    const count = this.#entries.countWhile((at) => this.#entries.bytes.readInt32BE(at) <= relative);
    return count === 0 ? 0 : this.#entries.bytes.readInt32BE((count - 1) * entryBytes + 4);
  }

  /** Position of the last entry that lies before `position`; 0 when there is none. */
  lastPositionBefore(position: number): number {
    const count = this.#entries.countWhile((at) => this.#entries.bytes.readInt32BE(at + 4) < position);
    return count === 0 ? 0 : this.#entries.bytes.readInt32BE((count - 1) * entryBytes + 4);
  }

  /** Removes the entries at and after `position` of the log. */
  truncateToPosition(position: number): void {
    this.#entries.truncate(this.#entries.countWhile((at) => this.#entries.bytes.readInt32BE(at + 4) < position));
  }

  flush(fileSystem: FileSystem, options: FlushOptions): Promise<void> {
    return this.#entries.flush(fileSystem, options);
  }
}
