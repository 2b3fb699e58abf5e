import { describe, expect, it } from '@jest/globals';
import { type Facts } from './check.ts';
import { verifyAnswers } from './verify-answers.ts';

const EXPECTED = new Map<string, Facts>([
  ['1', { likes: 2, comments: 1 }],
  ['2', { likes: 0, comments: 0 }],
]);

/** A feed whose answers change with time: the last entry whose time has come holds. */
function feed(history: Readonly<Record<string, readonly [fromMs: number, totals: Facts | undefined][]>>) {
  let nowMs = 0;
  const clock = {
    nowMs: () => nowMs,
    sleep: (durationMs: number) => {
      nowMs += durationMs;
      return Promise.resolve();
    },
  };
  const read = (postId: string): Promise<Facts | undefined> =>
    Promise.resolve(history[postId]?.findLast(([fromMs]) => fromMs <= nowMs)?.[1]);
  const check = { title: 'totals', things: 'posts', service: 'social-feed', expected: EXPECTED, concurrency: 2, read };
  return { check, get: () => Promise.resolve(undefined), clock, patienceMs: 2000 };
}

describe('the comparison of answers', () => {
  it('waits for a feed that is behind', async () => {
    const comparison = await verifyAnswers(
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
      things: 2,
      differences: [],
      expected: { likes: 2, comments: 1 },
      actual: { likes: 2, comments: 1 },
    });
  });

  it('reports what still differs when nothing changes any more', async () => {
    const comparison = await verifyAnswers(feed({ 1: [[0, { likes: 3, comments: 1 }]] }));
    expect(comparison.differences).toEqual([
      { thing: '1', expected: { likes: 2, comments: 1 }, actual: { likes: 3, comments: 1 } },
      { thing: '2', expected: { likes: 0, comments: 0 }, actual: undefined },
    ]);
  });

  it('finds a total that was equal for a while and then counted on', async () => {
    const comparison = await verifyAnswers(
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
    expect(comparison.differences.map((difference) => difference.thing)).toEqual(['1']);
  });

  it('compares texts too, and adds up numbers only', async () => {
    const list = new Map([['ada', { shows: 2, list: 'a b' }]]);
    const options = feed({});
    const check = { ...options.check, expected: list, read: () => Promise.resolve({ shows: 2, list: 'b a' }) };
    expect(await verifyAnswers({ ...options, check })).toMatchObject({
      differences: [{ thing: 'ada', actual: { list: 'b a' } }],
      expected: { shows: 2 },
      actual: { shows: 2 },
    });
  });
});
