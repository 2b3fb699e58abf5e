import type { Figure } from '../contest.ts';
import type { Target } from '../target.ts';

/** The figures of `latencySample`. The target, if any, is of the 99th percentile. */
export function latencyFigures(target?: Target): Figure[] {
  const figure = { unit: 'ms', better: 'less' } as const;
  return [
    { ...figure, suffix: '/p50' },
    { ...figure, suffix: '/p99', ...(target && { target }) },
    { ...figure, suffix: '/max' },
  ];
}
