import type { AbortedEntry } from './files/aborted-index.ts';
import type { AbortedTransaction } from './partition-log.ts';
import type { SegmentList } from './segment-list.ts';

/** Aborted transactions with records from `from` on and below `to`. */
export function findAborted(segments: SegmentList, from: number, to: number): AbortedTransaction[] {
  return abortedEntries(segments, from, to).map(({ producerId, firstOffset }) => ({ producerId, firstOffset }));
}

/** The same as their indexes have them: a transaction stands in the segment of its marker, or a later one. */
export function abortedEntries(segments: SegmentList, from: number, to: number): AbortedEntry[] {
  const found: AbortedEntry[] = [];
  for (let index = segments.indexOf(from); ; index++) {
    const segment = segments.at(index);
    if (!segment) return found;
    for (const entry of segment.abortedIndex.from(from)) {
      if (entry.firstOffset < to) found.push(entry);
      // Every transaction that begins below was over by then.
      if (entry.lastStableOffset >= to) return found;
    }
  }
}
