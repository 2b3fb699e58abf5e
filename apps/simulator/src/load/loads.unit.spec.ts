import { describe, expect, it } from '@jest/globals';
import { type TraceEvent } from '../replay/trace.ts';
import { campaignLoad } from './campaign-load.ts';
import { type Load, type LoadOptions } from './load.ts';
import { movieflixLoad } from './movieflix-load.ts';
import { mybankLoad } from './mybank-load.ts';
import { type ProfileName } from './profiles.ts';

const NOW = Date.UTC(2026, 10, 21);

describe.each<[string, (options: LoadOptions) => Load]>([
  ['movieflix', movieflixLoad],
  ['mybank', mybankLoad],
  ['campaign', campaignLoad],
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

describe('the clicks of the load', () => {
  const requests = (profile: ProfileName): TraceEvent[] => {
    const load = campaignLoad({ users: 1, seed: 3, batchSize: 100, profile });
    return Array.from({ length: 2000 }, (_, index) => load.next(NOW + index * 20));
  };
  const itemsOf = (event: TraceEvent): { impressionId: string; campaigner: string; occurredAt: string }[] =>
    (event.body[event.kind] ?? []) as { impressionId: string; campaigner: string; occurredAt: string }[];

  it('follow their impressions by seconds, some twice, some without', () => {
    const shown = new Map<string, string>();
    const clicked = new Map<string, number>();
    let orphans = 0;
    for (const event of requests('steady')) {
      for (const { impressionId, occurredAt } of itemsOf(event)) {
        if (event.kind === 'impressions') shown.set(impressionId, occurredAt);
        else if (shown.has(impressionId)) {
          expect(Date.parse(occurredAt)).toBeGreaterThan(Date.parse(shown.get(impressionId) ?? ''));
          clicked.set(impressionId, (clicked.get(impressionId) ?? 0) + 1);
        } else orphans += 1;
      }
    }
    expect(clicked.size / shown.size).toBeGreaterThan(0.015);
    expect([...clicked.values()].filter((times) => times === 2).length).toBeGreaterThan(5);
    expect(orphans).toBeGreaterThan(3);
  });

  it('belong nearly all to one campaign where one key is hot', () => {
    const names = requests('one-hot-key').flatMap((event) =>
      event.kind === 'impressions' ? itemsOf(event).map(({ campaigner }) => campaigner) : [],
    );
    const hot = names.filter((name) => name === names[0]).length;
    expect(hot / names.length).toBeGreaterThan(0.98);
  });
});
