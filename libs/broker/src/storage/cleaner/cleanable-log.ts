import type { LogConfig } from '../log-config.ts';
import type { LogSegment } from '../log-segment.ts';
import type { SegmentList } from '../segment-list.ts';

/** What a log remembers of a producer's last batch. */
export interface LastBatch {
  readonly producerEpoch: number;
  /** Undefined when nothing but markers is known of the producer. */
  readonly lastOffset: number | undefined;
}

/** A log as its cleaner sees it. */
export interface CleanableLog {
  readonly topic: string;
  readonly partition: number;
  readonly config: LogConfig;
  readonly segments: SegmentList;
  readonly logStartOffset: number;
  readonly logEndOffset: number;
  readonly lastStableOffset: number;
  /** The log was closed or deleted. */
  readonly isEnded: boolean;
  lastBatchOf(producerId: number): LastBatch | undefined;
  /** Puts a cleaned segment in the place of its sources; false when they are no longer there. */
  replaceSegments(sources: readonly LogSegment[], segment: LogSegment): Promise<boolean>;
}
