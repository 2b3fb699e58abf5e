import type { CleaningProgress } from './log-cleaning.ts';

/** What the cleaner did since the storage was opened. */
export interface CleanerTotals {
  /** Cleanings that came to their end. */
  cleanings: number;
  failures: number;
  readBytes: number;
  writtenBytes: number;
  /** Bytes by which logs became smaller. */
  freedBytes: number;
  readRecords: number;
  keptRecords: number;
  /** Time of all cleanings, in milliseconds. */
  durationMs: number;
  /** Largest share of the map's room that one cleaning used, 0 to 1. */
  maxMapUtilization: number;
}

/** A compacted log as its cleaner sees it. */
export interface CompactedLogStatus {
  readonly topic: string;
  readonly partition: number;
  /** Below this offset the log is clean. */
  readonly firstDirtyOffset: number;
  readonly cleanBytes: number;
  readonly cleanableBytes: number;
  /** Dirty bytes that may not be cleaned yet: the active segment, open transactions, `min.compaction.lag.ms`. */
  readonly uncleanableBytes: number;
  /** 0 to 1. */
  readonly dirtyRatio: number;
  /** How much longer than `max.compaction.lag.ms` the oldest dirty record has waited; 0 when none has. */
  readonly overdueMs: number;
  /** Why the log was not cleaned at the last try. */
  readonly failure?: string | undefined;
}

/** The cleaner's metrics. */
export interface CleanerStatus {
  readonly totals: Readonly<CleanerTotals>;
  /** The cleaning that runs now. */
  readonly running?: (Readonly<CleaningProgress> & { readonly topic: string; readonly partition: number }) | undefined;
  /** All compacted logs. */
  readonly logs: readonly CompactedLogStatus[];
  /** The largest of the logs' dirty ratios; 0 without any. */
  readonly maxDirtyRatio: number;
}
