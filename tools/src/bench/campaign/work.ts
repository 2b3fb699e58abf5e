/** What an instance of the bench takes and prints. */
import type { Design } from './counting.ts';

export interface InstanceWork {
  readonly bootstrapServers: string;
  readonly registryUrl: string;
  readonly design: Design;
}

/** In milliseconds since the epoch, where it is a moment. */
export interface InstanceFigures {
  /** When it had its first record; null when it had none. */
  readonly startedMs: number | null;
  /** Processor time from then until it was told to end. */
  readonly cpuMs: number;
  readonly records: number;
}
