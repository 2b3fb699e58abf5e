import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { median, percentile, spread } from './statistics.ts';

describe('statistics of rounds', () => {
  it('take the middle, or between the two in the middle', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });

  it('say how far the rounds lie apart, as a share of the median', () => {
    expect(spread([90, 100, 110])).toBeCloseTo(0.1);
    expect(spread([5])).toBe(0);
    expect(spread([0, 0])).toBe(0);
  });

  it('give percentiles by the nearest rank', () => {
    const values = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect(percentile(values, 0.5)).toBe(50);
    expect(percentile(values, 0.99)).toBe(99);
    expect(percentile(values, 1)).toBe(100);
    expect(percentile([7], 0.99)).toBe(7);
  });

  it('find a percentile that so many values do not exceed', () => {
    const values = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1 });
    fc.assert(
      fc.property(values, fc.double({ min: 0.01, max: 1, noNaN: true }), (given, share) => {
        const limit = percentile(given, share);
        expect(given).toContain(limit);
        expect(given.filter((value) => value <= limit).length).toBeGreaterThanOrEqual(share * given.length);
      }),
    );
  });

  it('refuse to speak of nothing', () => {
    expect(() => median([])).toThrow();
  });
});
