/**
 * One offset per partition, in one file of the log folder.
 *
 * Writes are coalesced: what is asked for while a write is under way shares the next one.
 */
import type { FileSystem } from '../file-system/file-system.ts';
import { readCheckpoint, writeCheckpoint } from './checkpoint-file.ts';

export interface PartitionOffset {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

export class OffsetCheckpoint {
  readonly #fileSystem: FileSystem;
  readonly #path: string;
  readonly #current: () => Iterable<PartitionOffset>;
  #writing: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  /** `current` gives what is to be written, asked at each write. */
  constructor(fileSystem: FileSystem, path: string, current: () => Iterable<PartitionOffset>) {
    this.#fileSystem = fileSystem;
    this.#path = path;
    this.#current = current;
  }

  /** Offsets by `topic-partition`. */
  read(): Map<string, number> {
    const offsets = new Map<string, number>();
    for (const [topic, partition, offset] of readCheckpoint(this.#fileSystem, this.#path) ?? []) {
      if (Number.isSafeInteger(Number(offset))) offsets.set(`${topic}-${partition}`, Number(offset));
    }
    return offsets;
  }

  /** Resolves when the state at the time of the call is durable. */
  write(): Promise<void> {
    if (this.#next) return this.#next;
    if (!this.#writing) return (this.#writing = this.#writeNow());
    this.#next = this.#writing.then(
      () => this.#startNext(),
      () => this.#startNext(),
    );
    return this.#next;
  }

  #startNext(): Promise<void> {
    this.#next = undefined;
    return (this.#writing = this.#writeNow());
  }

  async #writeNow(): Promise<void> {
    try {
      const entries = Array.from(this.#current(), ({ topic, partition, offset }) => [topic, partition, offset]);
      await writeCheckpoint(this.#fileSystem, this.#path, entries);
    } finally {
      this.#writing = undefined;
    }
  }
}
