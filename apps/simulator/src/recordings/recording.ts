import { type Trace } from '../replay/trace.ts';
import { type Check } from '../verify/check.ts';

/** A recording that was read: what is to be sent, and what the services must say when all of it has arrived. */
export interface Recording {
  readonly trace: Trace;
  readonly checks: readonly Check[];
}

/** A kind of recorded data and the case that it is replayed into. */
export interface RecordingKind {
  /** Whose data it is. */
  readonly title: string;
  /** A folder that holds all of these is of this kind. */
  readonly files: readonly string[];
  /** @throws SimulatorError for a wrong row, with its file and line */
  readonly read: (folder: string) => Promise<Recording>;
}
