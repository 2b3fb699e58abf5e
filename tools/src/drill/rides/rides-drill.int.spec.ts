import { expect, it, jest } from '@jest/globals';
import { longestMs, runInShort, seed, thorough } from '../short-form.fixture.ts';
import { ridesDrill } from './rides-drill.ts';

jest.setTimeout(longestMs);

it(`no taxi has two riders, every ride ends and all of it is told, whatever is killed (seed ${seed})`, async () => {
  const summary = await runInShort(ridesDrill, { rounds: thorough, rides: 60 * thorough, taxis: 10, riders: 15 });
  expect(summary).toMatchObject({ 'processes killed': 4 * thorough, rides: 60 * thorough });
  expect(summary['events, equal in store and topic']).toBeGreaterThan(120);
});
