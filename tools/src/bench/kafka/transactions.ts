import type { Contest } from '../contest.ts';
import { transactionSample, withTopic } from '../load/measures.ts';
import { spanOf } from '../load/spans.ts';
import { ratioAtLeast } from '../target.ts';
import type { Engine } from './engines.ts';

/** Transactions of one record each, one after the other on each producer. */
export function transactionContests(isQuick: boolean): Contest<Engine>[] {
  return [1, 10].map((producers) => ({
    name: `kafka/transactions/${producers} ${producers === 1 ? 'producer' : 'producers'}`,
    figures: [{ suffix: '', unit: 'transactions/s', better: 'more' as const, target: ratioAtLeast(1) }],
    rounds: 3,
    measure: async (engine: Engine) => {
      const { address } = await engine.server('os');
      return await withTopic(address, {}, (topic) =>
        transactionSample(address, { topic, producers, partitions: 1 }, spanOf(isQuick, 2000)),
      );
    },
  }));
}
