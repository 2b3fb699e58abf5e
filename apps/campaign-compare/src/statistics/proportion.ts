/** Intervals of proportions, and of the difference of two. */
import jstat from 'jstat';

/** `successes` of `trials`; whole numbers, successes at most trials. */
export interface Proportion {
  readonly successes: number;
  readonly trials: number;
}

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** How many standard deviations a two-sided interval reaches: 1.96 for a confidence of 0.95. */
export function quantileOf(confidence: number): number {
  return jstat.normal.inv((1 + confidence) / 2, 0, 1);
}

/**
 * Wilson's score interval, without continuity correction. It keeps its confidence where successes are rare, as clicks are; the textbook's
 * p ± z√(p(1-p)/n) is [0, 0] for no success.
 *
 * E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927).
 * @param confidence between 0 and 1.
 * @returns from 0 to 1 where there are no trials: nothing is known.
 */
export function wilsonInterval({ successes, trials }: Proportion, confidence: number): Interval {
  if (trials === 0) return { low: 0, high: 1 };
  const z = quantileOf(confidence);
  const share = successes / trials;
  const center = 2 * successes + z * z;
  const reach = z * Math.sqrt(z * z + 4 * successes * (1 - share));
  const scale = 2 * (trials + z * z);
  // At the ends they are exactly 0 and 1, which rounding would miss.
  const low = successes === 0 ? 0 : (center - reach) / scale;
  const high = successes === trials ? 1 : (center + reach) / scale;
  return { low, high };
}

/**
 * Newcombe's hybrid score interval of a difference of two independent proportions, one minus other: from the Wilson intervals of both.
 *
 * R. G. Newcombe, "Interval estimation for the difference between independent proportions: comparison of eleven methods", Statistics in
 * Medicine 17 (1998): method 10.
 */
export function newcombeInterval(one: Proportion, other: Proportion, confidence: number): Interval {
  if (one.trials === 0 || other.trials === 0) return { low: -1, high: 1 };
  const first = one.successes / one.trials;
  const second = other.successes / other.trials;
  const ofFirst = wilsonInterval(one, confidence);
  const ofSecond = wilsonInterval(other, confidence);
  const difference = first - second;
  return {
    low: difference - Math.hypot(first - ofFirst.low, ofSecond.high - second),
    high: difference + Math.hypot(ofFirst.high - first, second - ofSecond.low),
  };
}
