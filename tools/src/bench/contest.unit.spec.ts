import { describe, expect, it } from '@jest/globals';
import { type Contest, isContestWanted, runContest, runOrSkip } from './contest.ts';
import { ratioAtLeast } from './target.ts';

const options = { quick: false, onProgress: () => undefined };

/** A contest whose measurements are given, per side and round. */
function contestOf(given: Record<string, number[]>, turns: string[] = [], clientCpu = 0.2): Contest<string> {
  const left = new Map(Object.entries(given).map(([side, values]) => [side, [...values]]));
  return {
    name: 'bench/row',
    figures: [{ suffix: '', unit: 'MB/s', better: 'more', target: ratioAtLeast(2) }],
    rounds: 3,
    measure: (side) => {
      turns.push(side);
      return Promise.resolve({ values: [left.get(side)!.shift()!], clientCpu });
    },
  };
}

describe('a contest', () => {
  it('takes turns, and gives the medians and their ratio', async () => {
    const turns: string[] = [];
    const contest = contestOf({ ours: [200, 220, 210], theirs: [100, 1, 105] }, turns);
    expect(await runContest(contest, ['ours', 'theirs'], options)).toEqual([
      {
        ...{ name: 'bench/row', value: 210, unit: 'MB/s', baseline: 100, ratio: 2.1, better: 'more' },
        ...{ spread: 0.048, target: { text: 'ratio ≥ 2', met: true } },
      },
    ]);
    expect(turns).toEqual(['ours', 'theirs', 'theirs', 'ours', 'ours', 'theirs']);
  });

  it('has one round when it is to be quick', async () => {
    const turns: string[] = [];
    await runContest(contestOf({ ours: [1], theirs: [1] }, turns), ['ours', 'theirs'], { ...options, quick: true });
    expect(turns).toEqual(['ours', 'theirs']);
  });

  it('has no ratio without another side', async () => {
    const [row] = await runContest(contestOf({ ours: [1, 2, 3] }), ['ours'], options);
    expect(row).toMatchObject({ value: 2, baseline: null, ratio: null });
    expect(row).not.toHaveProperty('target');
  });

  it('tells when the load generator itself was busy', async () => {
    const [row] = await runContest(contestOf({ ours: [1, 1, 1] }, [], 0.97), ['ours'], options);
    expect(row?.note).toBe('the load generator itself took 97 % of a core');
  });

  it('that fails leaves a row that says why', async () => {
    const failing = { ...contestOf({}), measure: () => Promise.reject(new Error('Produce failed\n with 6')) };
    expect(await runOrSkip(failing, ['ours'], options)).toEqual([
      { name: 'bench/row', skipped: 'it failed: Produce failed with 6', failed: true },
    ]);
  });

  it('is wanted when any of its figures is', () => {
    const contest = { ...contestOf({}), figures: [{ suffix: '/p99', unit: 'ms', better: 'less' as const }] };
    expect(isContestWanted(contest, { wants: (name) => name === 'bench/row/p99' })).toBe(true);
    expect(isContestWanted(contest, { wants: (name) => name === 'bench/row' })).toBe(false);
  });
});
