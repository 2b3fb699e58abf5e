import { describe, expect, it } from '@jest/globals';
import { row } from './bench.ts';
import { type BenchResult, mergeResults } from './results.ts';

const machine = { cpu: 'cpu', cores: 2, memoryGiB: 24, platform: 'linux x64', node: 'v24' };

function resultOf(bench: string, on: string, values: Record<string, number>): BenchResult {
  const rows = Object.entries(values).map(([name, value]) => row(name, value, 'MB/s', null));
  return { bench, taken: { on, machine }, rows };
}

const valuesOf = ({ rows }: BenchResult) => rows.map((each) => ('value' in each ? [each.name, each.value] : []));

describe('results of benches', () => {
  const earlier = [resultOf('one', '2026-01-01', { a: 1, b: 2, c: 3 }), resultOf('two', '2026-01-01', { d: 4 })];

  it('of other benches stay when one ran', () => {
    const merged = mergeResults(earlier, [resultOf('two', '2026-02-02', { e: 5 })], true);
    expect(merged.map(valuesOf)).toEqual([
      [
        ['a', 1],
        ['b', 2],
        ['c', 3],
      ],
      [['e', 5]],
    ]);
    expect(merged[1]?.taken.on).toBe('2026-02-02');
  });

  it('of other rows stay when some rows ran, each in its place', () => {
    const [one] = mergeResults(earlier, [resultOf('one', '2026-02-02', { x: 9, b: 20 })], false);
    expect(valuesOf(one!)).toEqual([
      ['a', 1],
      ['b', 20],
      ['c', 3],
      ['x', 9],
    ]);
  });

  it('stay where a row could not be measured again', () => {
    const again = resultOf('one', '2026-02-02', { a: 10 });
    const skipped = { name: 'b', skipped: 'Java is absent' };
    const [one] = mergeResults(earlier, [{ ...again, rows: [...again.rows, skipped] }], false);
    expect(valuesOf(one!)).toEqual([
      ['a', 10],
      ['b', 2],
      ['c', 3],
    ]);
  });

  it('of a new bench come last', () => {
    const merged = mergeResults(earlier, [resultOf('three', '2026-02-02', { f: 6 })], true);
    expect(merged.map(({ bench }) => bench)).toEqual(['one', 'two', 'three']);
  });
});

describe('a row', () => {
  it('has no ratio without a baseline, or with one that did nothing', () => {
    expect(row('a', 3, 'MB/s', 2).ratio).toBe(1.5);
    expect(row('a', 3, 'MB/s', null).ratio).toBeNull();
    expect(row('a', 3, 'MB/s', 0).ratio).toBeNull();
  });

  it('keeps small figures exact and large ones short', () => {
    expect([0.20904, 12.345, 1234.5].map((value) => row('a', value, 'ms', null).value)).toEqual([0.209, 12.3, 1235]);
  });
});
