import type { Bench, BenchOptions, Row, SkippedRow } from '../bench.ts';
import { ratioAtLeast } from '../target.ts';
import { isComparisonWanted, runComparison, type Comparison } from '../toolkit/comparison.ts';
import { counted, instances } from './counted.ts';

/** What a hot campaign costs. */
export const campaignBench: Bench = {
  name: 'campaign',
  about:
    `1,000,000 impressions and 10,000 clicks through the counting of campaign-compare, exactly once, by ${instances} instances, each a process, ` +
    'beside the broker. `skewed` has 99 of 100 impressions on one campaign, `even` has them on 99. The unsalted design differs in one ' +
    'step: it sends what became of each impression to the partition of its campaign, and counts it there. A fifth as many are counted before, ' +
    'so that no process has just begun; the rest is written in one transaction, and time runs from its commit.',
  rows,
};

const sharedNote =
  'all instances and the broker share two cores: the ratio is that of the work of both designs, of which reading, matching and remembering ' +
  'each impression is the same';
const apartNote =
  `as if each of the ${instances} instances had a processor of its own, a ${instances}th as fast: one runs at a time, all in turns of the same ` +
  'length, beside the broker';

function comparisonOf(isQuick: boolean): Comparison {
  const impressions = isQuick ? 20_000 : 1_000_000;
  const even = { warmUp: impressions / 5, impressions, campaigns: 100, shareOfFirst: 0 };
  const skewed = { ...even, shareOfFirst: 0.99 };
  return {
    name: 'campaign/skewed',
    rounds: 1,
    participants: {
      salted: () => counted('salted', skewed),
      even: () => counted('salted', even),
      unsalted: () => counted('unsalted', skewed),
      saltedApart: () => counted('salted', skewed, 'apart'),
      unsaltedApart: () => counted('unsalted', skewed, 'apart'),
    },
    rows: [
      {
        suffix: ' beside even',
        figure: 'salted.perSecond',
        beside: 'even.perSecond',
        unit: 'impressions/s',
        target: ratioAtLeast(0.8),
      },
      {
        suffix: ' beside unsalted',
        figure: 'salted.perSecond',
        beside: 'unsalted.perSecond',
        unit: 'impressions/s',
        target: ratioAtLeast(3),
        note: sharedNote,
      },
      {
        suffix: ' beside unsalted, a processor for each instance',
        figure: 'saltedApart.perSecond',
        beside: 'unsaltedApart.perSecond',
        unit: 'impressions/s',
        target: ratioAtLeast(3),
        note: apartNote,
      },
      {
        suffix: '/counting on the busiest of 6 partitions',
        figure: 'salted.busiestPercent',
        beside: 'unsalted.busiestPercent',
        unit: '%',
        better: 'less',
      },
    ],
  };
}

async function* rows(options: BenchOptions): AsyncIterable<Row | SkippedRow> {
  const comparison = comparisonOf(options.quick);
  if (isComparisonWanted(comparison, options)) yield* await runComparison(comparison, options);
}
