import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { RecencyLists } from './recency-lists.ts';

const compareIds = (one: number, other: number): number => one - other;

const commands = fc.array(
  fc.record({
    list: fc.nat(40),
    id: fc.nat(60),
    seconds: fc.nat(30),
    amount: fc.nat(255),
    act: fc.constantFrom('add', 'add', 'add', 'remove', 'clear'),
  }),
  { maxLength: 400 },
);

describe('lists by recency', () => {
  it('hold what a list of objects would, through growing, shrinking and being emptied', () => {
    fc.assert(
      fc.property(commands, fc.integer({ min: 1, max: 20 }), (given, most) => {
        const lists = new RecencyLists(most, compareIds);
        const plain = new Map<number, { id: number; seconds: number; amount: number }[]>();
        for (const { list, id, seconds, amount, act } of given) {
          const entries = plain.get(list) ?? [];
          const known = entries.findIndex((entry) => entry.id === id);
          expect(lists.find(list, id)).toBe(known);
          if (act === 'clear') {
            lists.clear(list);
            entries.length = 0;
          } else if (known >= 0) {
            lists.removeAt(list, known);
            entries.splice(known, 1);
          } else if (act === 'add') {
            entries.push({ id, seconds, amount });
            entries.sort((one, other) => one.seconds - other.seconds || one.id - other.id);
            expect(lists.add(list, id, seconds, amount)).toEqual(entries.length > most ? entries.shift() : undefined);
          }
          plain.set(list, entries);
        }
        for (const [list, entries] of plain) {
          const held = Array.from({ length: lists.count(list) }, (_, place) => ({
            id: lists.idAt(list, place),
            seconds: lists.secondsAt(list, place),
            amount: lists.amountAt(list, place),
          }));
          expect(held).toEqual(entries);
        }
        expect(lists.size).toBe([...plain.values()].reduce((sum, { length }) => sum + length, 0));
      }),
    );
  });

  it('use the place of lists that were emptied again', () => {
    const lists = new RecencyLists(1_000, compareIds);
    const fill = (list: number): void => {
      for (let id = 0; id < 1_000; id++) lists.add(list, id, id, 1);
    };
    for (let list = 0; list < 100; list++) fill(list);
    const { bytes } = lists;
    for (let round = 0; round < 3; round++)
      for (let list = 0; list < 100; list++) {
        lists.clear(list);
        fill(list);
      }
    expect(lists.bytes).toBe(bytes);
  });
});
