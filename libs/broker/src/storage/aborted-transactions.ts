import type { AbortedTransaction } from './partition-log.ts';
import type { SegmentList } from './segment-list.ts';

/** Aborted transactions with records from `from` on and below `to`: a transaction stands in the segment of its marker, or a later one. */
export function findAborted(segments: SegmentList, from: number, to: number): AbortedTransaction[] {
  const found: AbortedTransaction[] = [];
  for (let index = segments.indexOf(from); ; index++) {
    const segment = segments.at(index);
    if (!segment) return found;
    for (const { producerId, firstOffset, lastStableOffset } of segment.abortedIndex.from(from)) {
      if (firstOffset < to) found.push({ producerId, firstOffset });
      // Every transaction that begins below was over by then.
      if (lastStableOffset >= to) return found;
    }
  }
}
