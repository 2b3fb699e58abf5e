import { describe, expect, it } from '@jest/globals';
import { LatencyHistogram } from './latency-histogram.ts';

describe('a latency histogram', () => {
  it('gives percentiles within its bucket width of 2 %', () => {
    const histogram = new LatencyHistogram();
    for (let ms = 1; ms <= 1000; ms += 1) histogram.record(ms);
    for (const percent of [1, 50, 90, 99]) {
      const ratio = histogram.percentileMs(percent) / (percent * 10);
      expect(ratio).toBeGreaterThanOrEqual(1);
      expect(ratio).toBeLessThan(1.021);
    }
    expect(histogram.percentileMs(100)).toBe(1000);
    expect(histogram.maxMs).toBe(1000);
  });

  it('takes any duration, from none to hours', () => {
    const histogram = new LatencyHistogram();
    expect(histogram.percentileMs(99)).toBe(0);
    histogram.record(0);
    histogram.record(1e9);
    expect(histogram.count).toBe(2);
    expect(histogram.percentileMs(50)).toBeLessThanOrEqual(0.01);
  });
});
