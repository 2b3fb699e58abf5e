import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DueNumbers } from './due-numbers.ts';
import { EntryTable, type Bytes } from './entry-table.ts';

const steps = fc.array(
  fc.record({
    key: fc.integer({ min: 0, max: 200 }).map((number) => `key-${number}`),
    // Some larger than a chunk.
    length: fc.oneof({ weight: 20, arbitrary: fc.nat({ max: 40 }) }, fc.nat({ max: 1_200_000 })),
    isDeletion: fc.boolean(),
  }),
  { maxLength: 400 },
);

const bytesOf = (source: Buffer): Bytes => ({ source, start: 0, end: source.length });
const keyOf = (key: string): Bytes => bytesOf(Buffer.from(key));

function assertHolds(table: EntryTable, expected: ReadonlyMap<string, Buffer>): void {
  expect(table.size).toBe(expected.size);
  const wrong = [...expected].filter(([key, value]) => {
    const number = table.find(key);
    return !table.has(number) || table.keyOf(number).toString() !== key || !table.valueOf(number).equals(value);
  });
  expect(wrong).toEqual([]);
}

describe('a table of entries', () => {
  it('holds what a map holds, through replacing, deleting and copying together; views stay what they are', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const table = new EntryTable((key) => key.toString());
        const expected = new Map<string, Buffer>();
        const views: { view: Buffer; value: Buffer }[] = [];
        for (const [index, { key, length, isDeletion }] of all.entries()) {
          const number = table.find(key);
          expect(number >= 0).toBe(expected.has(key));
          if (isDeletion) {
            if (number >= 0) table.delete(number);
            expect(table.has(number)).toBe(false);
            expected.delete(key);
            continue;
          }
          const value = Buffer.alloc(length, index);
          if (number >= 0) table.replace(number, keyOf(key), bytesOf(value));
          else table.add(key, keyOf(key), bytesOf(value));
          expected.set(key, value);
          views.push({ view: table.valueOf(table.find(key)), value });
        }
        assertHolds(table, expected);
        for (const { view, value } of views) expect(view.equals(value)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  it('finds each of many, and none that is not there', () => {
    const table = new EntryTable((key) => key.toString());
    const expected = new Map<string, Buffer>();
    for (let index = 0; index < 20_000; index++) {
      const [key, value] = [`impression-${index}`, Buffer.from(String(index))];
      table.add(key, keyOf(key), bytesOf(value));
      expected.set(key, value);
    }
    for (let index = 0; index < 20_000; index += 2) {
      table.delete(table.find(`impression-${index}`));
      expected.delete(`impression-${index}`);
    }
    assertHolds(table, expected);
    expect(table.find('impression-0')).toBe(-1);
    expect(table.find('impression')).toBe(-1);
  });
});

describe('a queue of numbers', () => {
  it('gives them by when they are due, and in the order of their coming among equals', () => {
    const dues = fc.array(fc.oneof(fc.nat({ max: 20 }), fc.constant<'take'>('take')), { maxLength: 300 });
    fc.assert(
      fc.property(dues, (all) => {
        const queue = new DueNumbers();
        let expected: { dueMs: number; number: number }[] = [];
        for (const [number, due] of all.entries()) {
          if (due !== 'take') {
            queue.add(due, number);
            expected.push({ dueMs: due, number });
          } else if (expected.length > 0) {
            expected = expected.toSorted((one, other) => one.dueMs - other.dueMs);
            const next = expected.shift()!;
            expect(queue.nextMs).toBe(next.dueMs);
            expect(queue.take()).toBe(next.number);
          }
          expect(queue.size).toBe(expected.length);
        }
        expect(queue.nextMs).toBe(Math.min(...expected.map(({ dueMs }) => dueMs)));
      }),
    );
  });
});
