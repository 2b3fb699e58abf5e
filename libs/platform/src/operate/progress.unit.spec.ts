import { describe, expect, it } from '@jest/globals';
import { progressLine } from './projections/progress-line.ts';
import { durationText, textTable } from './text-table.ts';

describe('what operators read', () => {
  it('is aligned, numbers to the right', () => {
    expect(
      textTable(
        ['name', 'count'],
        [
          ['a', 1],
          ['long name', 12_345],
        ],
      ),
    ).toBe('name        count\na               1\nlong name  12,345\n');
  });

  it.each([
    [85.4, '85 ms'],
    [12_000, '12 s'],
    [180_000, '3 min'],
    [18_000_000, '5 h'],
    [200_000_000, '2 d'],
  ])('says %d ms as %s', (milliseconds, text) => {
    expect(durationText(milliseconds)).toBe(text);
  });

  it('shows a rebuild by tenths where lines cannot be written over', () => {
    const lines: string[] = [];
    const show = progressLine({ write: (text) => lines.push(text) });
    for (const events of [0, 50, 100, 500, 1000]) {
      show({ state: 'running', version: 1, events, totalEvents: 1000, startedAt: new Date() });
    }
    show(undefined);
    expect(lines.map((line) => /(\d+%) +(.+? events)/.exec(line)?.slice(1))).toEqual([
      ['0%', '0 of 1,000 events'],
      ['10%', '100 of 1,000 events'],
      ['50%', '500 of 1,000 events'],
      ['100%', '1,000 of 1,000 events'],
    ]);
  });
});
