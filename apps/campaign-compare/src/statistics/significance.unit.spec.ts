import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compareProportions, fishersExact, holm, twoProportionZ } from './index.ts';

const of = (successes: number, trials: number) => ({ successes, trials });

/** n over k. */
function binomial(n: number, k: number): bigint {
  let product = 1n;
  for (let factor = 1; factor <= k; factor++) product = (product * BigInt(n - factor + 1)) / BigInt(factor);
  return product;
}

/** The definition, in whole numbers. */
function fisherByDefinition(a: number, ofA: number, b: number, ofB: number): number {
  const likelihood = (at: number): bigint => binomial(ofA, at) * binomial(ofB, a + b - at);
  const observed = likelihood(a);
  let [all, asExtreme] = [0n, 0n];
  for (let at = Math.max(0, a + b - ofB); at <= Math.min(a + b, ofA); at++) {
    all += likelihood(at);
    if (likelihood(at) <= observed) asExtreme += likelihood(at);
  }
  return Number((asExtreme * 10n ** 15n) / all) / 1e15;
}

describe('Fisher’s exact test', () => {
  it('of the lady tasting tea, and of Dorn’s twins, is as textbooks tell it', () => {
    // R. A. Fisher, The Design of Experiments (1935): three of four cups right, two-sided 34/70.
    expect(fishersExact(of(3, 4), of(1, 4))).toBeCloseTo(34 / 70, 12);
    // R. A. Fisher, Statistical Methods for Research Workers: 2 of 17 dizygotic and 10 of 13 monozygotic twins; R: fisher.test, 0.0005367.
    expect(fishersExact(of(2, 17), of(10, 13))).toBeCloseTo(0.0005367, 7);
  });

  it('is its definition', () => {
    const trials = fc.integer({ min: 1, max: 60 });
    fc.assert(
      fc.property(trials, trials, fc.nat(), fc.nat(), (ofA, ofB, first, second) => {
        const [a, b] = [first % (ofA + 1), second % (ofB + 1)];
        expect(fishersExact(of(a, ofA), of(b, ofB))).toBeCloseTo(fisherByDefinition(a, ofA, b, ofB), 9);
      }),
    );
  });

  it('stands large counts', () => {
    expect(fishersExact(of(3, 900_000_000), of(2, 100_000_000))).toBeCloseTo(0.08146, 4);
    expect(fishersExact(of(0, 1_000_000), of(0, 1_000_000))).toBe(1);
  });
});

describe('the test of two proportions', () => {
  it('is z with the pooled proportion where enough is expected in each cell', () => {
    // Pearson's chi-squared of 69/10,000 and 46/10,000 is 4.627, of one degree of freedom.
    const test = compareProportions(of(69, 10_000), of(46, 10_000));
    expect(test.method).toBe('two-proportion z');
    expect(test.pValue).toBeCloseTo(0.03147, 4);
    expect(twoProportionZ(of(46, 10_000), of(46, 10_000))).toBe(1);
  });

  it('is Fisher’s where fewer than five are', () => {
    expect(compareProportions(of(2, 6), of(1, 4)).method).toBe('Fisher’s exact');
    expect(compareProportions(of(5, 100), of(5, 100)).method).toBe('two-proportion z');
    expect(compareProportions(of(5, 100), of(4, 100)).method).toBe('Fisher’s exact');
    expect(compareProportions(of(100, 100), of(100, 100))).toEqual({ method: 'Fisher’s exact', pValue: 1 });
  });

  it('agrees with Fisher’s where both may be used', () => {
    const clicks = fc.integer({ min: 60, max: 140 });
    fc.assert(
      fc.property(clicks, clicks, (a, b) => {
        const [one, other] = [of(a, 10_000), of(b, 10_000)];
        expect(Math.abs(twoProportionZ(one, other) - fishersExact(one, other))).toBeLessThan(0.08);
      }),
    );
  });
});

describe('Holm’s correction', () => {
  it('raises the smallest most, and keeps the order', () => {
    // S. Holm's steps: 4 × 0.005, 3 × 0.01, 2 × 0.03, then not below the one before. R: p.adjust(c(…), "holm").
    const adjusted = holm([0.01, 0.04, 0.03, 0.005]);
    for (const [index, expected] of [0.03, 0.06, 0.06, 0.02].entries())
      expect(adjusted[index]).toBeCloseTo(expected, 12);
    expect(holm([0.9, 0.8])).toEqual([1, 1]);
    expect(holm([])).toEqual([]);
  });
});
