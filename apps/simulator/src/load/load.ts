import { type Trace, type TraceEvent } from '../replay/trace.ts';

export interface LoadOptions {
  readonly users: number;
  readonly seed: number;
  /** How many things a request may carry. */
  readonly batchSize: number;
}

/** Synthetic load on a case. The same options make the same load. */
export interface Load {
  /** What the load consists of, in the plural: `positions`. */
  readonly things: string;
  readonly services: readonly string[];
  /** What must be there before: shows, accounts. */
  readonly preparation: Trace;
  /** The next request, with the time that it tells. */
  readonly next: (nowMs: number) => TraceEvent;
}
