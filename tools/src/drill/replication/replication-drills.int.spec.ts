import { describe, expect, it, jest } from '@jest/globals';
import { longestMs, runInShort, seed, thorough } from '../short-form.fixture.ts';
import { captureDrill } from './capture-drill.ts';
import { relayDrill } from './relay-drill.ts';

jest.setTimeout(longestMs);

/** One suspends a worker, whatever the seed. */
const rounds = 1 + thorough;

describe(`the drills of replication, in short (seed ${seed})`, () => {
  it('lose and reorder no message of an outbox, whatever becomes of its relays', async () => {
    const summary = await runInShort(relayDrill, { rounds });
    expect(summary['messages published']).toBeGreaterThan(0);
    expect(summary['times fenced']).toBeGreaterThan(0);
  });

  it('leave out no change of a table, whatever becomes of its captures', async () => {
    const summary = await runInShort(captureDrill, { rounds });
    expect(summary['records published']).toBeGreaterThan(0);
    expect(summary['times fenced']).toBeGreaterThan(0);
  });
});
