import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sharePartitions } from './copartitioned-assigner.ts';

describe('the assigner of partition numbers', () => {
  it('shares evenly, gives each number to one member, and lets members keep what they have as far as that allows', () => {
    const members = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { minLength: 1 });
    fc.assert(
      fc.property(members, members, fc.integer({ min: 1, max: 24 }), (before, after, count) => {
        const first = sharePartitions(
          before.map((memberId) => ({ memberId, generation: -1, partitions: [] })),
          count,
        );
        const claims = after.map((memberId) => ({ memberId, generation: 1, partitions: first.get(memberId) ?? [] }));
        const second = sharePartitions(claims, count);
        const all = [...second.values()].flat().sort((one, other) => one - other);
        expect(all).toEqual(Array.from({ length: count }, (_, partition) => partition));
        const sizes = [...second.values()].map(({ length }) => length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        for (const { memberId, partitions } of claims) {
          const kept = second.get(memberId)!.filter((partition) => partitions.includes(partition)).length;
          expect(kept).toBeGreaterThanOrEqual(Math.min(partitions.length, Math.floor(count / after.length)));
        }
      }),
    );
  });

  it('believes the claim of the newest generation', () => {
    const shares = sharePartitions(
      [
        { memberId: 'old', generation: 3, partitions: [0, 1] },
        { memberId: 'new', generation: 7, partitions: [0, 1] },
      ],
      4,
    );
    expect(shares).toEqual(
      new Map([
        ['new', [0, 1]],
        ['old', [2, 3]],
      ]),
    );
  });
});
