import { type Trace, type TraceEvent } from '../replay/trace.ts';
import { type Check, type Facts } from '../verify/check.ts';
import { type ProfileName } from './profiles.ts';

export interface LoadOptions {
  readonly users: number;
  readonly seed: number;
  /** How many things a request may carry. */
  readonly batchSize: number;
  /** What the load presses on; the runner sees to the rate. */
  readonly profile: ProfileName;
}

/** Synthetic load on a case. The same options make the same load. */
export interface Load {
  /** What the load consists of, in the plural: `positions`. */
  readonly things: string;
  readonly services: readonly string[];
  /** What must be there before: shows, accounts. */
  readonly preparation: Trace;
  /** The next request, with the time that it tells: that of the wall clock, or an earlier one for what is sent late. */
  readonly next: (nowMs: number) => TraceEvent;
  /** What ends that was begun and would hang in the air: rides under way. */
  readonly ending?: (nowMs: number) => Trace;
  /** What the services must say when all of it has arrived, whatever was sent twice, late or broken. */
  readonly checks: readonly LoadCheck[];
}

/** A check whose expectation is known only when the last request was made. */
export interface LoadCheck extends Omit<Check, 'expected'> {
  /** Things that are asked about before the first request, because the load adds to what is there. */
  readonly asksBefore: readonly string[];
  readonly expected: (before: ReadonlyMap<string, Facts | undefined>) => ReadonlyMap<string, Facts>;
}
