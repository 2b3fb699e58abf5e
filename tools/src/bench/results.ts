/**
 * What the benches gave so far, as docs/benchmarks.json holds it: a run of some rows replaces these and leaves the others, so that
 * docs/benchmarks.md, made from it, never loses a section.
 */
import type { Row, SkippedRow } from './bench.ts';
import type { MachineFacts } from './machine.ts';

/** One bench and what it gave. */
export interface BenchResult {
  readonly bench: string;
  /** Date and machine of the newest of its rows. */
  readonly taken: Taken;
  readonly rows: readonly (Row | SkippedRow)[];
}

export interface Taken {
  /** As `2026-11-21`. */
  readonly on: string;
  readonly machine: MachineFacts;
}

/**
 * Adds what a run gave. A bench that ran whole replaces what there was of it; of one that ran in part, rows of the same name are
 * replaced in their places and new ones come last; one that could not be measured this time leaves the figure that there is.
 */
export function mergeResults(
  earlier: readonly BenchResult[],
  later: readonly BenchResult[],
  isWhole: boolean,
): BenchResult[] {
  const merged = earlier.map((old) => {
    const fresh = later.find(({ bench }) => bench === old.bench);
    if (fresh === undefined) return old;
    return isWhole ? fresh : { ...fresh, rows: mergeRows(old.rows, fresh.rows) };
  });
  return [...merged, ...later.filter(({ bench }) => !earlier.some((old) => old.bench === bench))];
}

function mergeRows(earlier: readonly (Row | SkippedRow)[], later: readonly (Row | SkippedRow)[]): (Row | SkippedRow)[] {
  const fresh = new Map(later.map((row) => [row.name, row]));
  const kept = earlier.map((row) => {
    const replacement = fresh.get(row.name);
    fresh.delete(row.name);
    return replacement === undefined || 'skipped' in replacement ? row : replacement;
  });
  return [...kept, ...fresh.values()];
}
