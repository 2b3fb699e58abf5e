import { describe, expect, it } from '@jest/globals';
import { judge, ratioAtLeast, ratioAtMost, valueAtMost } from './target.ts';

describe('a target', () => {
  it('of a ratio is met from its limit on', () => {
    expect(judge(ratioAtLeast(1.5), 300, 1.5, 'MB/s')).toEqual({ text: 'ratio ≥ 1.5', met: true });
    expect(judge(ratioAtLeast(1.5), 300, 1.49, 'MB/s')?.met).toBe(false);
    expect(judge(ratioAtMost(0.25), 90, 0.2, 'MiB')).toEqual({ text: 'ratio ≤ 0.25', met: true });
    expect(judge(ratioAtMost(0.25), 90, 0.26, 'MiB')?.met).toBe(false);
  });

  it('of a value does not need a baseline', () => {
    expect(judge(valueAtMost(250), 251, null, 'MiB')).toEqual({ text: '≤ 250 MiB', met: false });
  });

  it('of a ratio says nothing without a baseline', () => {
    expect(judge(ratioAtLeast(1), 300, null, 'MB/s')).toBeUndefined();
  });
});
