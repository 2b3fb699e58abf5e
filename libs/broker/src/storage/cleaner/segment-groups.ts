import type { LogSegment } from '../log-segment.ts';
import type { SegmentList } from '../segment-list.ts';

/** Segments that one cleaned segment takes the place of. */
export interface SegmentGroup {
  readonly segments: readonly LogSegment[];
  /** Where the segment behind them begins. */
  readonly endOffset: number;
}

const largestOffsetSpan = 2 ** 31 - 1;

/**
 * The segments that hold offsets below `endOffset`, in groups that together are no larger than a segment may be; so the small segments
 * that earlier cleanings left are joined. The last segment of a log, which takes the appends, is never among them.
 */
export function groupSegments(list: SegmentList, endOffset: number, segmentBytes: number): SegmentGroup[] {
  const groups: { segments: LogSegment[]; endOffset: number; sizeBytes: number }[] = [];
  const all = list.all();
  for (const [index, segment] of all.entries()) {
    const next = all[index + 1];
    if (!next || segment.baseOffset >= endOffset) break;
    const group = groups.at(-1);
    const fits =
      group !== undefined &&
      group.sizeBytes + segment.sizeBytes <= segmentBytes &&
      next.baseOffset - 1 - group.segments[0]!.baseOffset <= largestOffsetSpan;
    if (fits) {
      group.segments.push(segment);
      group.endOffset = next.baseOffset;
      group.sizeBytes += segment.sizeBytes;
    } else {
      groups.push({ segments: [segment], endOffset: next.baseOffset, sizeBytes: segment.sizeBytes });
    }
  }
  return groups;
}
