import { describe, expect, it } from '@jest/globals';
import { type Load, type LoadOptions } from './load.ts';
import { movieflixLoad } from './movieflix-load.ts';
import { mybankLoad } from './mybank-load.ts';

const NOW = Date.UTC(2026, 10, 21);

describe.each<[string, (options: LoadOptions) => Load]>([
  ['movieflix', movieflixLoad],
  ['mybank', mybankLoad],
])('the load of %s', (_name, makeLoad) => {
  const requests = (seed: number): unknown[] => {
    const load = makeLoad({ users: 20, seed, batchSize: 5, profile: 'steady' });
    return [load.preparation.events, ...Array.from({ length: 50 }, (_, index) => load.next(NOW + index))];
  };

  it('is the same for the same seed, and another one for another', () => {
    expect(requests(7)).toEqual(requests(7));
    expect(requests(7)).not.toEqual(requests(8));
  });

  it('carries as many things as asked for, none twice', () => {
    const load = makeLoad({ users: 20, seed: 1, batchSize: 5, profile: 'steady' });
    const all = Array.from({ length: 50 }, () => load.next(NOW));
    expect(all.map(({ count }) => count)).toEqual(all.map(() => 5));
    expect(new Set(all.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(50);
  });
});

describe('a payment of the load', () => {
  it('goes from one account to another, and adds up to zero', () => {
    const { body } = mybankLoad({ users: 2, seed: 1, batchSize: 100, profile: 'steady' }).next(NOW);
    const transactions = body['transactions'] as { postings: { accountId: string; amount: string }[] }[];
    for (const { postings } of transactions) {
      const [from, to] = postings;
      expect(from?.accountId).not.toBe(to?.accountId);
      expect(from?.amount).toBe(`-${to?.amount}`);
    }
  });
});
