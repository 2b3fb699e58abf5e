import { expect, it, jest } from '@jest/globals';
import { longestMs, runInShort, seed, thorough } from '../short-form.fixture.ts';
import { lakeDrill } from './lake-drill.ts';

jest.setTimeout(longestMs);

it(`each record is in the lake once, whatever becomes of the sinks (seed ${seed})`, async () => {
  const summary = await runInShort(lakeDrill, { rounds: 2 * thorough });
  expect(summary['rows in the lake']).toBe(summary['records in the topic']);
  expect(summary['rows in the lake']).toBeGreaterThan(0);
});
