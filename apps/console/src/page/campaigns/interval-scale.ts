/** A scale on which intervals of shares are drawn, with three to six ticks at round values. */
import type { Interval } from './campaign-answers.ts';

const MOST_TICKS = 5;
const MARGIN_SHARE = 0.06;
const ROUND = [1, 2, 5, 10];

export interface Scale {
  /** Where a value lies, 0 at the left end to 1 at the right one. */
  readonly share: (value: number) => number;
  readonly ticks: readonly number[];
  readonly text: (tick: number) => string;
}

/** @param holdsZero whether 0 must lie on the scale */
export function scaleOf(intervals: readonly Interval[], holdsZero: boolean): Scale {
  const ends = [
    ...intervals.flatMap(({ low, high }) => [low, high]),
    ...(holdsZero || intervals.length === 0 ? [0] : []),
  ];
  const lowest = Math.min(...ends);
  const width = Math.max(Math.max(...ends) - lowest, 1e-6);
  const from = lowest - width * MARGIN_SHARE;
  const range = width * (1 + 2 * MARGIN_SHARE);
  const power = 10 ** Math.floor(Math.log10(range / MOST_TICKS));
  const step = power * (ROUND.find((each) => range / (each * power) <= MOST_TICKS) ?? 10);
  const ticks: number[] = [];
  for (let index = Math.ceil(from / step); index * step <= from + range; index += 1) ticks.push(index * step);
  const decimals = Math.max(0, -Math.floor(Math.log10(step * 100) + 1e-9));
  return {
    share: (value) => Math.min(Math.max((value - from) / range, 0), 1),
    ticks,
    text: (tick) => `${(tick * 100).toFixed(decimals).replace(/^-(0(\.0+)?)$/, '$1')} %`,
  };
}
