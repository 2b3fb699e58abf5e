/**
 * Which segments a log may let go: whole ones, oldest first, durable in full.
 */
import type { LogConfig } from './log-config.ts';

/** What retention looks at. */
export interface RetainedSegment {
  readonly sizeBytes: number;
  /** Largest timestamp of its records; below 0 when it has none. */
  readonly maxTimestampMs: number;
  /** When its file was written; 0 or below when that is not known. Asked for only without records' times. */
  readonly modifiedMs: () => number;
  /** Offset after its last record: where the next segment begins. */
  readonly endOffset: number;
}

export interface RetentionState {
  readonly segments: readonly RetainedSegment[];
  readonly config: LogConfig;
  readonly nowMs: number;
  readonly logStartOffset: number;
}

/**
 * Number of segments from the first on that go; may be all of them. A segment without records' times (compaction may leave one without
 * a record) is no younger than the next that has them; without such a one, its file's time counts.
 */
export function countDeletable({ segments, config, nowMs, logStartOffset }: RetentionState): number {
  let excessBytes = Number.NEGATIVE_INFINITY;
  if (config.cleanupDelete && config.retentionBytes >= 0) {
    excessBytes = segments.reduce((sum, segment) => sum + segment.sizeBytes, 0) - config.retentionBytes;
  }
  const oldestMs =
    config.cleanupDelete && config.retentionMs >= 0 ? nowMs - config.retentionMs : Number.NEGATIVE_INFINITY;
  let count = 0;
  for (const [index, segment] of segments.entries()) {
    const belowStart = segment.endOffset <= logStartOffset;
    const tooOld = Number.isFinite(oldestMs) && timeOf(segments, index) < oldestMs;
    const tooMuch = excessBytes >= segment.sizeBytes;
    if (segment.sizeBytes === 0 || !(belowStart || tooOld || tooMuch)) break;
    excessBytes -= segment.sizeBytes;
    count++;
  }
  return count;
}

/** Time of the first segment from `index` on whose records have one, else of this one's file. */
function timeOf(segments: readonly RetainedSegment[], index: number): number {
  for (let at = index; at < segments.length; at++) {
    const { maxTimestampMs } = segments[at]!;
    if (maxTimestampMs >= 0) return maxTimestampMs;
  }
  const modifiedMs = segments[index]!.modifiedMs();
  return modifiedMs > 0 ? modifiedMs : Number.POSITIVE_INFINITY;
}
