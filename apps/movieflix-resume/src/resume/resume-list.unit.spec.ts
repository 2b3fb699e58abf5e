import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { resumeList } from './resume-list.ts';

const positions = fc.uniqueArray(
  fc.record({
    userId: fc.constant('ann'),
    showId: fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 4 }),
    deviceId: fc.constant('tv'),
    occurredAtMs: fc.integer({ min: 1, max: 4 }),
    positionSeconds: fc.constant(1),
    durationSeconds: fc.constant(10),
    finished: fc.boolean(),
  }),
  { selector: ({ showId }) => showId, maxLength: 30 },
);

describe('the list to continue', () => {
  it('holds what is not finished, newest first, and pages put together are the list', () => {
    fc.assert(
      fc.property(positions, fc.integer({ min: 1, max: 7 }), (all, limit) => {
        const whole = resumeList(all);
        expect(new Set(whole)).toEqual(new Set(all.filter(({ finished }) => !finished)));
        for (const [index, next] of whole.slice(1).entries())
          expect(whole[index]!.occurredAtMs).toBeGreaterThanOrEqual(next.occurredAtMs);
        const paged: typeof whole = [];
        for (let page = resumeList(all).slice(0, limit); page.length > 0;) {
          paged.push(...page);
          page = resumeList(all, page.at(-1)).slice(0, limit);
        }
        expect(paged).toEqual(whole);
      }),
    );
  });
});
