/**
 * Which segments a log may let go: whole ones, oldest first, durable in full.
 */
import type { LogConfig } from './log-config.ts';

/** What retention looks at. */
export interface RetainedSegment {
  readonly sizeBytes: number;
  /** Largest timestamp of its records; below 0 when it has none. */
  readonly maxTimestampMs: number;
  /** Offset after its last record: where the next segment begins. */
  readonly endOffset: number;
}

export interface RetentionState {
  readonly segments: readonly RetainedSegment[];
  readonly config: LogConfig;
  readonly nowMs: number;
  readonly logStartOffset: number;
}

/** Number of segments from the first on that go; may be all of them. */
export function countDeletable({ segments, config, nowMs, logStartOffset }: RetentionState): number {
  let excessBytes = Number.NEGATIVE_INFINITY;
  if (config.cleanupDelete && config.retentionBytes >= 0) {
    excessBytes = segments.reduce((sum, segment) => sum + segment.sizeBytes, 0) - config.retentionBytes;
  }
  const oldestMs =
    config.cleanupDelete && config.retentionMs >= 0 ? nowMs - config.retentionMs : Number.NEGATIVE_INFINITY;
  let count = 0;
  for (const segment of segments) {
    const belowStart = segment.endOffset <= logStartOffset;
    const tooOld = segment.maxTimestampMs >= 0 && segment.maxTimestampMs < oldestMs;
    const tooMuch = excessBytes >= segment.sizeBytes;
    if (segment.sizeBytes === 0 || !(belowStart || tooOld || tooMuch)) break;
    excessBytes -= segment.sizeBytes;
    count++;
  }
  return count;
}
