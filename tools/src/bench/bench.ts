/** One figure of a benchmark, as `--json` writes it. */
export interface Row {
  /** For example `broker/produce/16KB/fsync`. */
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** The same work done by the bench's own minimal program in the same run; null when there is nothing to compare with. */
  readonly baseline: number | null;
  /** `value / baseline`. Above 1 is better where more is better (per second), worse where less is (ms, MB). */
  readonly ratio: number | null;
}

export interface BenchOptions {
  /** Short rounds, to see that it works; the figures are rough. */
  readonly quick: boolean;
  /** Told what is going on, one short line at a time. */
  readonly onProgress: (line: string) => void;
}

/** A benchmark: what it measures is said in its `rows`. */
export interface Bench {
  readonly name: string;
  /** One sentence for docs/benchmarks.md: what is compared with what. */
  readonly about: string;
  rows(options: BenchOptions): AsyncIterable<Row>;
}

/** A row with its ratio. */
export function row(name: string, value: number, unit: string, baseline: number | null): Row {
  return {
    name,
    value: rounded(value),
    unit,
    baseline: baseline === null ? null : rounded(baseline),
    ratio: baseline === null ? null : Math.round((value / baseline) * 1000) / 1000,
  };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function rounded(value: number): number {
  return value >= 100 ? Math.round(value) : Math.round(value * 10) / 10;
}
