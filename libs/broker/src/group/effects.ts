import type { GroupRecord } from './group-record.ts';

/** What a step on a group brings about, beside its own soft changes. */
export interface Effects {
  readonly records: readonly GroupRecord[];
  /** Runs after the records were replayed. */
  readonly onApplied?: (() => void) | undefined;
  /** Runs when the records are durable. */
  readonly onDurable?: (() => void) | undefined;
}

export const noEffects: Effects = { records: [] };
