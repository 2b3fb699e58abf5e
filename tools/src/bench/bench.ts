import type { HotFunction } from './profile/hot-functions.ts';
import type { Judgement } from './target.ts';

/** One figure of a benchmark, as docs/benchmarks.json and `--json` hold it. */
export interface Row {
  /** For example `broker/produce/16KB/fsync`. */
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** The same work done by what it is compared with, in the same run; null when there is nothing to compare with. */
  readonly baseline: number | null;
  /** `value / baseline`. */
  readonly ratio: number | null;
  /** Which value is better: `more` (the default) per second, `less` milliseconds and MiB. */
  readonly better?: 'more' | 'less';
  /** How far the rounds lie apart: half of their range as a share of the median. */
  readonly spread?: number;
  readonly target?: Judgement;
  /** What a reader must know of this figure alone. */
  readonly note?: string;
  /** Where the broker's process was busy, for a row that is behind. */
  readonly profile?: readonly HotFunction[];
}

/** A row that was not measured, and why. */
export interface SkippedRow {
  readonly name: string;
  readonly skipped: string;
  /** It is not that something is absent: the measurement failed. */
  readonly failed?: true;
}

export interface BenchOptions {
  /** Short rounds, to see that it works; the figures are rough. */
  readonly quick: boolean;
  /** Whether rows that are behind are run once more under a profiler. */
  readonly profile: boolean;
  /** Whether a row of this name, or one that begins so, is asked for. */
  readonly wants: (name: string) => boolean;
  /** Told what is going on, one short line at a time. */
  readonly onProgress: (line: string) => void;
}

/** A benchmark: what it measures is said in its `rows`. */
export interface Bench {
  readonly name: string;
  /** For docs/benchmarks.md: what is compared with what. */
  readonly about: string;
  /** What the column of baselines is called; default `baseline`. */
  readonly baseline?: string;
  /** A chart of its ratios, as docs/benchmarks.md refers to it; none by default. */
  readonly chart?: string;
  rows(options: BenchOptions): AsyncIterable<Row | SkippedRow>;
}

/** A row with its ratio; without one where the baseline did nothing. */
export function row(name: string, value: number, unit: string, baseline: number | null): Row {
  return {
    name,
    value: rounded(value),
    unit,
    baseline: baseline === null ? null : rounded(baseline),
    ratio: baseline === null || baseline === 0 ? null : Math.round((value / baseline) * 1000) / 1000,
  };
}

function rounded(value: number): number {
  const step = value >= 100 ? 1 : value >= 10 ? 10 : 1000;
  return Math.round(value * step) / step;
}
