/** A record that its handler could not process, on its way to what its subscription's policy says. */
import type { LaneItem } from './lane.ts';

export interface FailedRecord {
  readonly partition: number;
  readonly item: LaneItem;
  /** How often it was tried, this time. */
  readonly attempts: number;
  readonly error: unknown;
}

/**
 * Carries a policy out. Keeps trying while what it needs (broker, database) is away; never rejects.
 * @returns false when `stale` aborted before the record was settled: it is not finished then, and comes again.
 */
export type SettleFailure = (failed: FailedRecord, stale: AbortSignal) => Promise<boolean>;
