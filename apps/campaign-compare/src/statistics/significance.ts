/** Whether two proportions differ by more than chance would have it. */
import jstat from 'jstat';
import type { Proportion } from './proportion.ts';

export const testMethods = ['two-proportion z', 'Fisher’s exact'] as const;

export type TestMethod = (typeof testMethods)[number];

export interface TestResult {
  readonly method: TestMethod;
  /** How likely chance alone makes a difference at least as large, two-sided. */
  readonly pValue: number;
}

/** Cochran's rule: the normal approximation is used where each of the four cells is expected to hold at least this many. */
export const leastExpected = 5;

/** The z test where the approximation is good (`leastExpected`), Fisher's exact test where it is not. Both need trials. */
export function compareProportions(one: Proportion, other: Proportion): TestResult {
  const trials = one.trials + other.trials;
  const successes = one.successes + other.successes;
  const least = (Math.min(one.trials, other.trials) * Math.min(successes, trials - successes)) / trials;
  return least >= leastExpected
    ? { method: 'two-proportion z', pValue: twoProportionZ(one, other) }
    : { method: 'Fisher’s exact', pValue: fishersExact(one, other) };
}

/** The two-sided z test with the pooled proportion; its square is Pearson's chi-squared without correction. */
export function twoProportionZ(one: Proportion, other: Proportion): number {
  const pooled = (one.successes + other.successes) / (one.trials + other.trials);
  const difference = one.successes / one.trials - other.successes / other.trials;
  if (difference === 0) return 1;
  const deviation = Math.sqrt(pooled * (1 - pooled) * (1 / one.trials + 1 / other.trials));
  return jstat.erfc(Math.abs(difference) / deviation / Math.SQRT2);
}

/** Tables whose likelihoods differ by rounding alone count as equally likely, as in R. */
const tolerance = 1 + 1e-7;

/**
 * Fisher's exact test, two-sided: the probability, all four margins given, of the tables that are no more likely than the one observed.
 * Likelihoods are relative to the most likely table's, by the ratio of neighbors, so that no factorial is needed.
 */
export function fishersExact(one: Proportion, other: Proportion): number {
  const successes = one.successes + other.successes;
  const lowest = Math.max(0, successes - other.trials);
  const highest = Math.min(successes, one.trials);
  const ratioUp = (at: number): number =>
    ((successes - at) * (one.trials - at)) / ((at + 1) * (other.trials - successes + at + 1));
  const mode = Math.min(
    highest,
    Math.max(lowest, Math.floor(((successes + 1) * (one.trials + 1)) / (one.trials + other.trials + 2))),
  );
  const likelihoods = new Map([[mode, 1]]);
  for (let at = mode, likelihood = 1; at < highest; at++) {
    likelihood *= ratioUp(at);
    likelihoods.set(at + 1, likelihood);
  }
  for (let at = mode, likelihood = 1; at > lowest; at--) {
    likelihood /= ratioUp(at - 1);
    likelihoods.set(at - 1, likelihood);
  }
  const observed = likelihoods.get(one.successes)! * tolerance;
  let all = 0;
  let asExtreme = 0;
  for (const likelihood of likelihoods.values()) {
    all += likelihood;
    if (likelihood <= observed) asExtreme += likelihood;
  }
  return Math.min(1, asExtreme / all);
}

/**
 * Holm's correction: who looks many times finds something by chance, so each p-value is raised such that the probability of one false
 * find among all of them stays below the level.
 *
 * S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6 (1979).
 * @returns the adjusted values, in the order of those given.
 */
export function holm(pValues: readonly number[]): number[] {
  const adjusted = new Array<number>(pValues.length);
  const ascending = pValues.map((pValue, index) => ({ pValue, index })).sort((one, other) => one.pValue - other.pValue);
  let greatest = 0;
  for (const [rank, { pValue, index }] of ascending.entries()) {
    greatest = Math.max(greatest, Math.min(1, pValue * (pValues.length - rank)));
    adjusted[index] = greatest;
  }
  return adjusted;
}
