import { expect, it, jest } from '@jest/globals';
import { longestMs, runInShort, seed, thorough } from '../short-form.fixture.ts';
import { bankDrill } from './bank-drill.ts';

jest.setTimeout(longestMs);

it(`MyBank alerts about each large payment once, and captures every penny, whatever is killed (seed ${seed})`, async () => {
  const summary = await runInShort(bankDrill, { rounds: thorough, payments: 3_000 });
  expect(summary).toMatchObject({ 'processes killed': 5 * thorough });
  expect(summary['alerts, each once']).toBeGreaterThan(10);
});
