import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { newcombeInterval, wilsonInterval, type Proportion } from './index.ts';

const proportions = fc
  .record({ trials: fc.integer({ min: 1, max: 100_000 }), share: fc.double({ min: 0, max: 1, noNaN: true }) })
  .map(({ trials, share }): Proportion => ({ trials, successes: Math.round(share * trials) }));

describe('Wilson’s interval', () => {
  // R. G. Newcombe, "Two-sided confidence intervals for the single proportion: comparison of seven methods", Statistics in Medicine 17
  // (1998), table I, method 3: 81/263, 15/148, 0/20, 1/29.
  it.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('of %i of %i is [%f, %f], as Newcombe tells it', (successes, trials, low, high) => {
    const interval = wilsonInterval({ successes, trials }, 0.95);
    expect(interval.low).toBeCloseTo(low, 4);
    expect(interval.high).toBeCloseTo(high, 4);
  });

  it('lies between 0 and 1, holds the proportion, and grows with the confidence', () => {
    fc.assert(
      fc.property(proportions, (proportion) => {
        const [narrow, wide] = [wilsonInterval(proportion, 0.9), wilsonInterval(proportion, 0.99)];
        const share = proportion.successes / proportion.trials;
        expect(0 <= wide.low && wide.low <= narrow.low && narrow.high <= wide.high && wide.high <= 1).toBe(true);
        expect(narrow.low <= share && share <= narrow.high).toBe(true);
      }),
    );
  });

  it('says nothing of what was never tried', () => {
    expect(wilsonInterval({ successes: 0, trials: 0 }, 0.95)).toEqual({ low: 0, high: 1 });
  });
});

describe('Newcombe’s interval of a difference', () => {
  // R. G. Newcombe, "Interval estimation for the difference between independent proportions: comparison of eleven methods", Statistics in
  // Medicine 17 (1998), table II, method 10: contrasts a to h.
  it.each([
    [56, 70, 48, 80, 0.0524, 0.3339],
    [9, 10, 3, 10, 0.1705, 0.809],
    [6, 7, 2, 7, 0.0582, 0.8062],
    [5, 56, 0, 29, -0.0381, 0.1926],
    [0, 10, 0, 20, -0.1611, 0.2775],
    [0, 10, 0, 10, -0.2775, 0.2775],
    [10, 10, 0, 20, 0.6791, 1],
    [10, 10, 0, 10, 0.6075, 1],
  ])('of %i/%i and %i/%i is [%f, %f], as he tells it', (a, ofA, b, ofB, low, high) => {
    const interval = newcombeInterval({ successes: a, trials: ofA }, { successes: b, trials: ofB }, 0.95);
    expect(interval.low).toBeCloseTo(low, 4);
    expect(interval.high).toBeCloseTo(high, 4);
  });

  it('turns its sign with the sides', () => {
    fc.assert(
      fc.property(proportions, proportions, (one, other) => {
        const [forth, back] = [newcombeInterval(one, other, 0.95), newcombeInterval(other, one, 0.95)];
        expect(forth.low).toBeCloseTo(-back.high, 12);
        expect(forth.high).toBeCloseTo(-back.low, 12);
      }),
    );
  });
});
