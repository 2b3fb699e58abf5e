import type { Span } from './programs.ts';

/** How long a round warms up and measures. */
export function spanOf(quick: boolean, measuredMs: number): Span {
  return quick ? { warmUpMs: 100, measuredMs: 300 } : { warmUpMs: 500, measuredMs };
}
