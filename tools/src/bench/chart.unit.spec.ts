import { describe, expect, it } from '@jest/globals';
import { row } from './bench.ts';
import { ratioChart } from './chart.ts';

/** Width of the bars of a kind, in the order of their rows. */
function bars(svg: string | undefined, kind: 'ahead' | 'behind'): number[] {
  return [...(svg ?? '').matchAll(new RegExp(`class="${kind}" x="[\\d.]+" y="[\\d.]+" width="([\\d.]+)"`, 'g'))].map(
    ([, width]) => Number(width),
  );
}

describe('the chart of ratios', () => {
  it('has a bar for each row, as long for double as for half', () => {
    const svg = ratioChart([row('k/a', 2, 'MB/s', 1), row('k/b', 1, 'MB/s', 2), row('k/c', 4, 'MB/s', 1)]);
    const [double, fourfold] = bars(svg, 'ahead');
    const [half] = bars(svg, 'behind');
    expect(double).toBeCloseTo(half!, 0);
    expect(fourfold).toBeCloseTo(2 * double!, 0);
  });

  it('counts less as better where a row says so', () => {
    const svg = ratioChart([{ ...row('k/start', 100, 'ms', 1000), better: 'less' }]);
    expect(bars(svg, 'ahead')).toHaveLength(1);
    expect(svg).toContain('×10');
  });

  it('escapes names, and is absent without ratios', () => {
    expect(ratioChart([row('k/a<b', 2, 'MB/s', 1)])).toContain('a&lt;b');
    expect(ratioChart([row('k/a', 2, 'MB/s', null)])).toBeUndefined();
  });
});
