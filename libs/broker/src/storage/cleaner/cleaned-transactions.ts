/**
 * What compaction knows of the transactions that it walks over, from the log's start on: a producer's transactions follow one another,
 * so one note for each producer is enough.
 *
 * All of them are over: nothing at or behind the last stable offset is cleaned.
 */
import type { BatchHeader } from '../../protocol/index.ts';
import type { AbortedEntry } from '../files/aborted-index.ts';

/** What becomes of a marker. */
export interface MarkerVerdict {
  /** No batch of its transaction stands any more. */
  readonly isObsolete: boolean;
  /** Entry of the index of aborted transactions that must stay with the marker. */
  readonly aborted: AbortedEntry | undefined;
}

export class CleanedTransactions {
  /** Producers with a batch between the last marker of theirs and here. */
  readonly #open = new Set<number>();
  /** Aborted transactions of the segment that is read now, by producer. */
  #aborted = new Map<number, AbortedEntry[]>();

  /** Moves on to a segment with these aborted transactions. */
  enter(aborted: readonly AbortedEntry[]): void {
    this.#aborted = Map.groupBy(aborted, ({ producerId }) => producerId);
  }

  /** Takes a batch of records in; whether its transaction was aborted. */
  isAborted(header: BatchHeader): boolean {
    if (!header.isTransactional) return false;
    this.#open.add(header.producerId);
    const entries = this.#aborted.get(header.producerId) ?? [];
    return entries.some(
      ({ firstOffset, lastOffset }) => firstOffset <= header.baseOffset && header.lastOffset < lastOffset,
    );
  }

  /** Takes a marker in. */
  judgeMarker(header: BatchHeader): MarkerVerdict {
    if (!this.#open.delete(header.producerId)) return { isObsolete: true, aborted: undefined };
    const entries = this.#aborted.get(header.producerId) ?? [];
    return { isObsolete: false, aborted: entries.find(({ lastOffset }) => lastOffset === header.baseOffset) };
  }
}
