/** A record that its handler could not process, on its way to what its subscription's policy says. */
import type { RawRecord } from '../client/index.ts';
import type { ParkedPartition } from '../parking/index.ts';

/** The partition that a piece of work belongs to, in one generation of the group. */
export interface WorkPlace {
  readonly partition: number;
  /** Where the subscription parks keys. */
  readonly parked: ParkedPartition | undefined;
  /** The partition is of a topic of the group's own, whose records carry their origin. */
  readonly secondHand: boolean;
}

export interface FailedRecord {
  readonly place: WorkPlace;
  readonly record: RawRecord;
  /** How often it was tried, this time. */
  readonly attempts: number;
  readonly error: unknown;
  /** Resolves when the handler ends that went on beyond its deadline. */
  readonly running: Promise<void> | undefined;
}

/**
 * `settled`: the record is finished. `stale`: the generation ended first; the record is not finished, and comes again. `again`: the
 * policy cannot be carried out now, and the record is to be tried again.
 */
export type Settled = 'settled' | 'stale' | 'again';

/** Carries a policy out. Keeps trying while what it needs (broker, database) is away; never rejects. */
export type SettleFailure = (failed: FailedRecord, stale: AbortSignal) => Promise<Settled>;

/** The class or code of an error. */
export function errorNameOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return typeof error;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error instanceof Error ? error.name : 'object';
}

/** Long enough to tell, short enough for a header. */
const maxReasonLength = 2_000;

export function reasonOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, maxReasonLength);
}
