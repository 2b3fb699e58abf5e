/**
 * Which leader epoch began at which offset, in `leader-epoch-checkpoint` (KIP-101).
 *
 * Entries rise in epoch and in start offset. The file is written when an epoch begins, before the records of that epoch are
 * acknowledged, and made durable before the recovery point moves over it: a recovery finds the epochs behind that in the batches.
 */
import { join } from 'node:path';
import type { FileSystem } from '../file-system/file-system.ts';
import type { FlushOptions } from './entry-buffer.ts';
import { readCheckpoint, writeCheckpoint } from './checkpoint-file.ts';

interface EpochStart {
  readonly epoch: number;
  readonly startOffset: number;
}

export class LeaderEpochs {
  readonly #fileSystem: FileSystem;
  readonly #path: string;
  #entries: EpochStart[] = [];
  #dirty = false;
  #unsynced = false;

  constructor(fileSystem: FileSystem, directory: string) {
    this.#fileSystem = fileSystem;
    this.#path = join(directory, 'leader-epoch-checkpoint');
  }

  load(): void {
    const entries = (readCheckpoint(this.#fileSystem, this.#path) ?? []).map(([epoch, startOffset]) => ({
      epoch: Number(epoch),
      startOffset: Number(startOffset),
    }));
    this.#entries = entries.filter(
      (entry, at) =>
        at === 0 || (entry.epoch > entries[at - 1]!.epoch && entry.startOffset >= entries[at - 1]!.startOffset),
    );
  }

  /** -1 when no record was written yet. */
  get latest(): number {
    return this.#entries.at(-1)?.epoch ?? -1;
  }

  get dirty(): boolean {
    return this.#dirty;
  }

  /** Notes that records from `startOffset` on are written in `epoch`; does nothing when that epoch is running. */
  assign(epoch: number, startOffset: number): void {
    if (epoch <= this.latest) return;
    // An epoch in which nothing was written leaves no trace.
    while (this.#entries.at(-1)?.startOffset === startOffset) this.#entries.pop();
    this.#entries.push({ epoch, startOffset });
    this.#dirty = true;
  }

  /** Forgets the epochs that began at or after `endOffset`. */
  truncateFromEnd(endOffset: number): void {
    while ((this.#entries.at(-1)?.startOffset ?? -1) >= endOffset) {
      this.#entries.pop();
      this.#dirty = true;
    }
  }

  /** Forgets the epochs that ended before `startOffset`; the one that holds it begins there. */
  truncateFromStart(startOffset: number): void {
    while (this.#entries.length > 1 && this.#entries[1]!.startOffset <= startOffset) {
      this.#entries.shift();
      this.#dirty = true;
    }
    const first = this.#entries[0];
    if (first && first.startOffset < startOffset) {
      this.#entries[0] = { epoch: first.epoch, startOffset };
      this.#dirty = true;
    }
  }

  /** End (exclusive) of the largest epoch at or below `epoch`; -1/-1 when it is not known. */
  endOffsetFor(epoch: number, logEndOffset: number): { readonly leaderEpoch: number; readonly endOffset: number } {
    if (epoch < 0 || epoch > this.latest) return { leaderEpoch: -1, endOffset: -1 };
    const after = this.#entries.findIndex((entry) => entry.epoch > epoch);
    if (after === -1) return { leaderEpoch: this.latest, endOffset: logEndOffset };
    // Asked for an epoch older than the log: it ended where the log begins.
    if (after === 0) return { leaderEpoch: epoch, endOffset: this.#entries[0]!.startOffset };
    return { leaderEpoch: this.#entries[after - 1]!.epoch, endOffset: this.#entries[after]!.startOffset };
  }

  async flush({ sync }: FlushOptions): Promise<void> {
    if (!this.#dirty && !(sync && this.#unsynced)) return;
    this.#dirty = false;
    this.#unsynced = !sync;
    try {
      await writeCheckpoint(
        this.#fileSystem,
        this.#path,
        this.#entries.map(({ epoch, startOffset }) => [epoch, startOffset]),
        { sync },
      );
    } catch (error) {
      this.#dirty = true;
      throw error;
    }
  }
}
