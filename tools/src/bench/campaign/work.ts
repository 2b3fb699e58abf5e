/** What an instance of the bench takes and prints. */
import type { Design } from './counting.ts';

export interface InstanceWork {
  readonly bootstrapServers: string;
  readonly registryUrl: string;
  readonly design: Design;
}

/** Told on the standard input when what counts begins. */
export const measureLine = 'measure\n';

export interface InstanceFigures {
  /** Processor time from then until it was told to end, in milliseconds. */
  readonly cpuMs: number;
}
