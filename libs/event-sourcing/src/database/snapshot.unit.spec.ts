import { describe, expect, it } from '@jest/globals';
import { Snapshot } from './snapshot.ts';

const EPOCH = 2 ** 32;

describe('a snapshot', () => {
  it('sees what was committed before it, and nothing that was open or came later', () => {
    const snapshot = Snapshot.parse('10:20:10,14,15');
    expect([9, 11, 13, 16, 19].map((id) => snapshot.sees(id))).toEqual([true, true, true, true, true]);
    expect([10, 14, 15, 20, 21].map((id) => snapshot.sees(id))).toEqual([false, false, false, false, false]);
    expect(Snapshot.parse('7:7:').sees(6)).toBe(true);
    expect(Snapshot.parse('7:7:').sees(7)).toBe(false);
  });

  it('finds the epoch of a number that has only its lower half', () => {
    const snapshot = Snapshot.parse(`${3 * EPOCH - 2}:${3 * EPOCH + 5}:${3 * EPOCH - 2},${3 * EPOCH + 3}`);
    expect([EPOCH - 3, EPOCH - 1, 3, 4].map((id) => snapshot.sees(id))).toEqual([true, true, false, true]);
    expect([EPOCH - 2, 5, 6].map((id) => snapshot.sees(id))).toEqual([false, false, false]);
  });

  it('is compared with another by what each sees', () => {
    const other = Snapshot.parse('10:20:10,14');
    expect(Snapshot.parse('10:20:10,14').seesAllOf(other)).toBe(true);
    expect(Snapshot.parse('25:30:25').seesAllOf(other)).toBe(true);
    expect(Snapshot.parse('10:20:10,14,15').seesAllOf(other)).toBe(false);
    expect(Snapshot.parse('10:19:10,14').seesAllOf(other)).toBe(false);
    expect(Snapshot.parse('10:14:10').seesAllOf(Snapshot.parse('10:15:10,14'))).toBe(true);
  });
});
