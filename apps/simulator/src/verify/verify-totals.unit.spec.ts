import { describe, expect, it } from '@jest/globals';
import { type PostTotals } from '../replay/trace.ts';
import { verifyTotals } from './verify-totals.ts';

const EXPECTED = new Map<string, PostTotals>([
  ['1', { likes: 2, comments: 1 }],
  ['2', { likes: 0, comments: 0 }],
]);

/** A feed whose answers change with time: the last entry whose time has come holds. */
function feed(history: Readonly<Record<string, readonly [fromMs: number, totals: PostTotals | undefined][]>>) {
  let nowMs = 0;
  const clock = {
    nowMs: () => nowMs,
    sleep: (durationMs: number) => {
      nowMs += durationMs;
      return Promise.resolve();
    },
  };
  const readTotals = (postId: string): Promise<PostTotals | undefined> =>
    Promise.resolve(history[postId]?.findLast(([fromMs]) => fromMs <= nowMs)?.[1]);
  return { expected: EXPECTED, clock, readTotals, patienceMs: 2000, concurrency: 2 };
}

describe('the comparison of totals', () => {
  it('waits for a feed that is behind', async () => {
    const comparison = await verifyTotals(
      feed({
        1: [
          [0, undefined],
          [1500, { likes: 1, comments: 0 }],
          [3000, { likes: 2, comments: 1 }],
        ],
        2: [[0, { likes: 0, comments: 0 }]],
      }),
    );
    expect(comparison).toEqual({
      posts: 2,
      equal: 2,
      differences: [],
      expected: { likes: 2, comments: 1 },
      actual: { likes: 2, comments: 1 },
    });
  });

  it('reports what still differs when nothing changes any more', async () => {
    const comparison = await verifyTotals(feed({ 1: [[0, { likes: 3, comments: 1 }]] }));
    expect(comparison.equal).toBe(0);
    expect(comparison.differences).toEqual([
      { postId: '1', expected: { likes: 2, comments: 1 }, actual: { likes: 3, comments: 1 } },
      { postId: '2', expected: { likes: 0, comments: 0 }, actual: undefined },
    ]);
  });

  it('finds a total that was equal for a while and then counted on', async () => {
    const comparison = await verifyTotals(
      feed({
        1: [
          [0, { likes: 2, comments: 1 }],
          [500, { likes: 3, comments: 1 }],
        ],
        2: [
          [0, undefined],
          [1000, { likes: 0, comments: 0 }],
        ],
      }),
    );
    expect(comparison.differences.map((difference) => difference.postId)).toEqual(['1']);
  });
});
