import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { applyListChange, listChange } from './list-change.ts';

interface Entry {
  readonly key: string;
  readonly value: number;
}
const keyOf = (entry: Entry): string => entry.key;
const entries = (...pairs: readonly (readonly [string, number])[]): Entry[] =>
  pairs.map(([key, value]) => ({ key, value }));

describe('the change between two lists', () => {
  it('is none when they are equal', () => {
    expect(listChange(entries(['a', 1], ['b', 2]), entries(['a', 1], ['b', 2]), keyOf)).toBeUndefined();
  });

  it('names only what differs', () => {
    expect(listChange(entries(['a', 1], ['b', 2]), entries(['a', 1], ['b', 3], ['c', 4]), keyOf)).toEqual({
      set: entries(['b', 3], ['c', 4]),
    });
    expect(listChange(entries(['a', 1], ['b', 2]), entries(['b', 2]), keyOf)).toEqual({ removed: ['a'] });
  });

  it('tells the order when the receiver could not know it', () => {
    expect(listChange(entries(['a', 1]), entries(['b', 2], ['a', 1]), keyOf)).toEqual({
      set: entries(['b', 2]),
      order: ['b', 'a'],
    });
  });

  it('turns the one into the other, whatever they are', () => {
    const list = fc.uniqueArray(fc.record({ key: fc.constantFrom('a', 'b', 'c', 'd', 'e'), value: fc.nat(2) }), {
      selector: keyOf,
    });
    fc.assert(
      fc.property(list, list, (before, after) => {
        const change = listChange(before, after, keyOf);
        expect(change === undefined ? before : applyListChange(before, change, keyOf)).toEqual(after);
      }),
    );
  });
});
