/**
 * Fixed-size entries of an index, in memory, in the very bytes of its file.
 *
 * Entries are appended in memory and reach the file at `flush`: an index can always be made anew from its log, so nothing
 * waits for it. `flushedCount` entries of the file are as in memory; entries beyond are stale or missing there until the flush.
 */
import type { FileSystem } from '../file-system/file-system.ts';

/** How an index is written. */
export interface FlushOptions {
  readonly sync: boolean;
}

/** One for all: of the indexes of many partitions most are empty. */
const noBytes = Buffer.alloc(0);

export class EntryBuffer {
  readonly path: string;
  readonly entryBytes: number;
  #bytes: Buffer;
  #count: number;
  #flushedCount: number;
  /** The file may hold more than `flushedCount` entries. */
  #fileIsLonger: boolean;
  #exists: boolean;
  /** Bytes of the file may be lost to a power cut. */
  #unsynced = false;

  private constructor(path: string, entryBytes: number, bytes: Buffer | undefined) {
    this.path = path;
    this.entryBytes = entryBytes;
    this.#bytes = bytes ?? noBytes;
    this.#count = Math.floor(this.#bytes.length / entryBytes);
    this.#flushedCount = this.#count;
    this.#fileIsLonger = this.#bytes.length % entryBytes !== 0;
    this.#exists = bytes !== undefined;
  }

  /** An index without entries; what its file may hold is replaced at the flush. */
  static empty(path: string, entryBytes: number): EntryBuffer {
    const entries = new EntryBuffer(path, entryBytes, undefined);
    entries.#fileIsLonger = true;
    return entries;
  }

  /** Reads the file; undefined when there is none. */
  static load(fileSystem: FileSystem, path: string, entryBytes: number): EntryBuffer | undefined {
    const bytes = fileSystem.readFile(path);
    return bytes && new EntryBuffer(path, entryBytes, bytes);
  }

  get count(): number {
    return this.#count;
  }

  get sizeBytes(): number {
    return this.#bytes.length;
  }

  get dirty(): boolean {
    return this.#flushedCount < this.#count || this.#fileIsLonger || !this.#exists;
  }

  /** The bytes of all entries; valid until the next append. */
  get bytes(): Buffer {
    return this.#bytes;
  }

  /** Room for one more entry; returns its position in `bytes`. */
  append(): number {
    const at = this.#count * this.entryBytes;
    if (at + this.entryBytes > this.#bytes.length) {
      const larger = Buffer.alloc(Math.max(this.entryBytes * 8, at * 2));
      this.#bytes.copy(larger, 0, 0, at);
      this.#bytes = larger;
    }
    this.#count++;
    return at;
  }

  truncate(count: number): void {
    if (count >= this.#count) return;
    this.#count = count;
    if (count < this.#flushedCount) {
      this.#flushedCount = count;
      this.#fileIsLonger = true;
    }
  }

  /** Number of entries, from the first on, for which `holds` is true; it must not turn true again after it was false. */
  countWhile(holds: (at: number) => boolean): number {
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (holds(middle * this.entryBytes)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Writes what the file lacks; with `sync` it is durable then, as is what earlier flushes wrote. */
  async flush(fileSystem: FileSystem, { sync }: FlushOptions): Promise<void> {
    if (!this.dirty && !(sync && this.#unsynced)) return;
    const from = this.#flushedCount * this.entryBytes;
    const count = this.#count;
    const added = Buffer.from(this.#bytes.subarray(from, count * this.entryBytes));
    const file = fileSystem.open(this.path, 'write');
    try {
      if (this.#fileIsLonger) file.truncate(from);
      if (added.length > 0) await file.write([added], from);
      if (sync) await file.sync();
      this.#unsynced = !sync;
      // The index may have been cut while it was written: then the file is longer again.
      this.#fileIsLonger = this.#count < count;
      this.#flushedCount = Math.min(count, this.#count);
      this.#exists = true;
    } finally {
      file.close();
    }
  }
}
