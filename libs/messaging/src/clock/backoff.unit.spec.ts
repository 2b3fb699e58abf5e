import { describe, expect, it } from '@jest/globals';
import { pauseMs } from './index.ts';

describe('a backoff', () => {
  it('doubles its pauses up to the longest', () => {
    const backoff = { firstMs: 100, maxMs: 1_000, random: () => 0 };
    expect([1, 2, 3, 4, 5, 50].map((attempt) => pauseMs(backoff, attempt))).toEqual([100, 200, 400, 800, 1_000, 1_000]);
  });

  it('shortens a pause by up to half', () => {
    expect(pauseMs({ firstMs: 100, maxMs: 1_000, random: () => 0.999999 }, 1)).toBeCloseTo(50, 2);
  });
});
