import { describe, expect, it } from '@jest/globals';
import { ratioAtLeast } from '../target.ts';
import { type Comparison, type Figures, isComparisonWanted, runComparison } from './comparison.ts';

const options = { quick: false, onProgress: () => undefined, wants: () => true };

/** A comparison whose participants give these figures, one for each round. */
function comparisonOf(given: Readonly<Record<string, (number | string | Error)[]>>, turns: string[] = []): Comparison {
  const participants = Object.fromEntries(
    Object.entries(given).map(([name, values]) => {
      const left = [...values];
      return [name, () => nextOf(name, left, turns)];
    }),
  );
  return {
    name: 'toolkit/task',
    rounds: 2,
    participants,
    rows: [
      { suffix: '', figure: 'ours.rate', beside: 'stock.rate', unit: 'events/s', target: ratioAtLeast(4) },
      { suffix: '/beside raw', figure: 'ours.rate', beside: 'raw.rate', unit: 'events/s' },
    ],
  };
}

async function nextOf(name: string, left: (number | string | Error)[], turns: string[]): Promise<Figures | string> {
  turns.push(name);
  const value = await Promise.resolve(left.shift()!);
  if (value instanceof Error) throw value;
  return typeof value === 'string' ? value : { rate: value };
}

describe('a comparison', () => {
  it('takes turns, and sets the median of one beside that of each other', async () => {
    const turns: string[] = [];
    const rows = await runComparison(
      comparisonOf({ ours: [90, 110], stock: [20, 30], raw: [200, 200] }, turns),
      options,
    );
    expect(rows).toEqual([
      {
        ...{ name: 'toolkit/task', value: 100, unit: 'events/s', baseline: 25, ratio: 4, better: 'more' },
        ...{ spread: 0.1, target: { text: 'ratio ≥ 4', met: true } },
      },
      {
        ...{ name: 'toolkit/task/beside raw', value: 100, unit: 'events/s', baseline: 200, ratio: 0.5 },
        ...{ better: 'more', spread: 0.1 },
      },
    ]);
    expect(turns).toEqual(['ours', 'stock', 'raw', 'raw', 'stock', 'ours']);
  });

  it('runs only whom the wanted rows need', async () => {
    const turns: string[] = [];
    const comparison = comparisonOf({ ours: [1], stock: [1], raw: [1] }, turns);
    const wants = (name: string) => name.endsWith('raw');
    await runComparison(comparison, { ...options, quick: true, wants });
    expect(turns).toEqual(['ours', 'raw']);
    expect(isComparisonWanted(comparison, { wants })).toBe(true);
    expect(isComparisonWanted(comparison, { wants: () => false })).toBe(false);
  });

  it('says of each row why it has none: a peer that is absent is no failure, one that fails is', async () => {
    const failed = await runComparison(
      comparisonOf({ ours: [1, 1], stock: ['no Java'], raw: [new Error('no\nconnection')] }),
      options,
    );
    expect(failed).toEqual([
      { name: 'toolkit/task', skipped: 'no Java' },
      { name: 'toolkit/task/beside raw', skipped: 'it failed: raw: no connection', failed: true },
    ]);
  });
});
