import { expect, it, jest } from '@jest/globals';
import { longestMs, runInShort, seed, thorough } from '../short-form.fixture.ts';
import { launchDayDrill } from './launch-day-drill.ts';

jest.setTimeout(longestMs);

it(`every like of the launch day is counted once, whatever is killed (seed ${seed})`, async () => {
  const summary = await runInShort(launchDayDrill, {
    likes: 6_000 * thorough,
    posts: 100,
    rate: 3_000,
    kills: thorough,
  });
  expect(summary).toMatchObject({ 'processes killed': 4 * thorough, 'posts compared': 100 });
  expect(summary['likes that count']).toBeGreaterThan(1_000);
});
