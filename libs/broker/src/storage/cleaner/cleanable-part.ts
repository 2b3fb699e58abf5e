/**
 * Which part of a log may be cleaned, and how much that is worth (KIP-58, KIP-354).
 *
 *     log start      first dirty         end offset        active segment
 *     |-- clean -----|-- cleanable ------|-- not yet -------|------>
 *
 * Not yet: what lies at or behind the last stable offset, the active segment, and records younger than `min.compaction.lag.ms`;
 * always whole segments.
 */
import type { LogSegment } from '../log-segment.ts';
import type { CleanableLog } from './cleanable-log.ts';

export interface CleanablePart {
  readonly firstDirtyOffset: number;
  /** Beginning of the first segment that is not cleaned. */
  readonly endOffset: number;
  readonly cleanBytes: number;
  readonly cleanableBytes: number;
  /** Dirty bytes that may not be cleaned yet, those of the active segment included. */
  readonly uncleanableBytes: number;
  /** Share of the cleanable bytes in what a cleaning reads, 0 to 1. */
  readonly dirtyRatio: number;
  /** How much longer than `max.compaction.lag.ms` the oldest dirty record has waited; 0 when none has. */
  readonly overdueMs: number;
}

/** `cleanedOffset`: up to where the log was cleaned; undefined when it never was. */
export function cleanablePart(log: CleanableLog, cleanedOffset: number | undefined, nowMs: number): CleanablePart {
  const segments = log.segments.all();
  const start = Math.max(log.logStartOffset, segments[0]!.baseOffset);
  const isUsable = cleanedOffset !== undefined && cleanedOffset >= start && cleanedOffset <= log.logEndOffset;
  const firstDirtyOffset = isUsable ? cleanedOffset : start;
  const endIndex = countCleanable(log, segments, firstDirtyOffset, nowMs);
  const bytes = { clean: 0, cleanable: 0, uncleanable: 0 };
  let oldestMs = Number.POSITIVE_INFINITY;
  const lagMs = log.config.maxCompactionLagMs;
  for (const [index, segment] of segments.entries()) {
    const next = segments[index + 1];
    const isDirty = next === undefined || next.baseOffset > firstDirtyOffset;
    bytes[isDirty ? (index < endIndex ? 'cleanable' : 'uncleanable') : 'clean'] += segment.sizeBytes;
    if (isDirty && next && lagMs < Number.MAX_SAFE_INTEGER && segment.firstTimestampMs > 0) {
      oldestMs = Math.min(oldestMs, segment.firstTimestampMs);
    }
  }
  const total = bytes.clean + bytes.cleanable;
  return {
    firstDirtyOffset,
    endOffset: segments[endIndex]!.baseOffset,
    cleanBytes: bytes.clean,
    cleanableBytes: bytes.cleanable,
    uncleanableBytes: bytes.uncleanable,
    dirtyRatio: total === 0 ? 0 : bytes.cleanable / total,
    overdueMs: Math.max(0, nowMs - lagMs - oldestMs),
  };
}

/** Whether it is time to clean the part. */
export function isWorthCleaning(log: CleanableLog, part: CleanablePart): boolean {
  if (!log.config.cleanupCompact || part.cleanableBytes === 0) return false;
  return part.overdueMs > 0 || part.dirtyRatio > log.config.minCleanableDirtyRatio;
}

/** Number of segments, from the first on, that lie wholly before all that must not be cleaned. */
function countCleanable(
  log: CleanableLog,
  segments: readonly LogSegment[],
  firstDirtyOffset: number,
  nowMs: number,
): number {
  const { minCompactionLagMs } = log.config;
  const youngestMs = nowMs - minCompactionLagMs;
  for (const [index, segment] of segments.entries()) {
    const next = segments[index + 1];
    if (!next || next.baseOffset > log.lastStableOffset) return index;
    const isTooYoung = minCompactionLagMs > 0 && next.baseOffset > firstDirtyOffset && ageBase(segment) > youngestMs;
    if (isTooYoung) return index;
  }
  return segments.length - 1;
}

function ageBase(segment: LogSegment): number {
  return segment.maxTimestampMs >= 0 ? segment.maxTimestampMs : segment.createdMs;
}
