import { expect, it, jest } from '@jest/globals';
import { longestMs, runInShort, seed, thorough } from '../short-form.fixture.ts';
import { campaignDrill } from './campaign-drill.ts';

jest.setTimeout(longestMs);

it(`every count is that of the log, whatever becomes of the instances (seed ${seed})`, async () => {
  const summary = await runInShort(campaignDrill, { rounds: thorough });
  expect(summary['impressions']).toBeGreaterThan(0);
});
