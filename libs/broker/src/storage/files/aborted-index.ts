/**
 * `.txnindex`: the aborted transactions whose markers lie in a segment (Kafka's AbortedTxn, version 0).
 *
 *     entry (34 bytes, big-endian): version int16 = 0 | producerId int64 | firstOffset int64 | lastOffset int64 |
 *       lastStableOffset int64
 *
 * lastOffset is the marker's; it rises from entry to entry. A segment without aborted transactions has no file.
 */
import { dirname } from 'node:path';
import type { FileSystem } from '../file-system/file-system.ts';
import { EntryBuffer } from './entry-buffer.ts';

const version = 0;
const entryBytes = 34;

export interface AbortedEntry {
  readonly producerId: number;
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly lastStableOffset: number;
}

export class AbortedIndex {
  readonly #entries: EntryBuffer;
  #hasFile: boolean;
  /** The file's name outlasts a power cut: a file that is missing is taken for an empty one. */
  #isNamed = false;

  private constructor(entries: EntryBuffer, hasFile: boolean) {
    this.#entries = entries;
    this.#hasFile = hasFile;
  }

  static empty(path: string): AbortedIndex {
    return new AbortedIndex(EntryBuffer.empty(path, entryBytes), false);
  }

  /** Without entries; what its file holds is replaced at the flush. */
  static rewritten(path: string): AbortedIndex {
    return new AbortedIndex(EntryBuffer.empty(path, entryBytes), true);
  }

  /** Empty without a file; undefined when the file is damaged. */
  static load(fileSystem: FileSystem, path: string): AbortedIndex | undefined {
    const entries = EntryBuffer.load(fileSystem, path, entryBytes);
    if (!entries) return AbortedIndex.empty(path);
    if (entries.bytes.length % entryBytes !== 0) return undefined;
    const index = new AbortedIndex(entries, true);
    index.#isNamed = true;
    let lastOffset = -1;
    for (let at = 0; at < entries.bytes.length; at += entryBytes) {
      const entry = index.#read(at);
      const isRight = entries.bytes.readInt16BE(at) === version && entry.firstOffset <= entry.lastOffset;
      if (!isRight || entry.lastOffset <= lastOffset) return undefined;
      lastOffset = entry.lastOffset;
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
    return (this.#hasFile || this.count > 0) && this.#entries.dirty;
  }

  append(entry: AbortedEntry): void {
    const at = this.#entries.append();
    const { bytes } = this.#entries;
    bytes.writeInt16BE(version, at);
    bytes.writeBigInt64BE(BigInt(entry.producerId), at + 2);
    bytes.writeBigInt64BE(BigInt(entry.firstOffset), at + 10);
    bytes.writeBigInt64BE(BigInt(entry.lastOffset), at + 18);
    bytes.writeBigInt64BE(BigInt(entry.lastStableOffset), at + 26);
  }

  /** The entries with a marker at or after `offset`, in their order. */
  *from(offset: number): Generator<AbortedEntry, void, undefined> {
    const first = this.#countBelow(offset);
    for (let entry = first; entry < this.count; entry++) yield this.#read(entry * entryBytes);
  }

  /** Removes the entries whose markers are at or after `offset`. */
  truncateToOffset(offset: number): void {
    this.#entries.truncate(this.#countBelow(offset));
  }

  async flush(fileSystem: FileSystem): Promise<void> {
    if (!this.dirty && (this.#isNamed || !this.#hasFile)) return;
    this.#hasFile = true;
    await this.#entries.flush(fileSystem, { sync: true });
    if (this.#isNamed) return;
    await fileSystem.syncDirectory(dirname(this.#entries.path));
    this.#isNamed = true;
  }

  #countBelow(offset: number): number {
    return this.#entries.countWhile((at) => Number(this.#entries.bytes.readBigInt64BE(at + 18)) < offset);
  }

  #read(at: number): AbortedEntry {
    const { bytes } = this.#entries;
    return {
      producerId: Number(bytes.readBigInt64BE(at + 2)),
      firstOffset: Number(bytes.readBigInt64BE(at + 10)),
      lastOffset: Number(bytes.readBigInt64BE(at + 18)),
      lastStableOffset: Number(bytes.readBigInt64BE(at + 26)),
    };
  }
}
