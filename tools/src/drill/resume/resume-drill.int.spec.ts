import { expect, it, jest } from '@jest/globals';
import { longestMs, runInShort, seed, thorough } from '../short-form.fixture.ts';
import { resumeDrill } from './resume-drill.ts';

jest.setTimeout(longestMs);

it(`no acknowledged position is lost, whatever becomes of the instances (seed ${seed})`, async () => {
  const summary = await runInShort(resumeDrill, { rounds: thorough });
  expect(summary['reports acknowledged']).toBeGreaterThan(0);
});
