import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ByteTable } from './index.ts';

const steps = fc.array(
  fc.record({
    key: fc.integer({ min: 0, max: 30 }).map((number) => `key-${number}`),
    // Some larger than a chunk.
    length: fc.oneof(fc.nat({ max: 40 }), fc.nat({ max: 1_200_000 })),
    isDeletion: fc.boolean(),
  }),
  { maxLength: 60 },
);

describe('a table of bytes', () => {
  it('holds what a map holds, through overwriting, deleting and copying together', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const table = new ByteTable();
        const expected = new Map<string, Buffer>();
        for (const [index, { key, length, isDeletion }] of all.entries()) {
          if (isDeletion) {
            expect(table.delete(key)).toBe(expected.delete(key));
            continue;
          }
          const value = Buffer.alloc(length, index);
          table.set(key, value, 0, length);
          expected.set(key, value);
        }
        expect([...table.keys()].sort()).toEqual([...expected.keys()].sort());
        for (const [key, value] of expected) expect(table.get(key)?.equals(value)).toBe(true);
        const values = [...expected.values()].reduce((sum, { length }) => sum + length, 0);
        // What lives, as much garbage at most, and what is let lie before it is worth copying.
        expect(table.bytes).toBeLessThan(2 * values + 8 * 1024 * 1024);
      }),
      { numRuns: 60 },
    );
  });
});
