import { join } from 'node:path';
import type { BenchOptions, Row, SkippedRow } from '../bench.ts';
import { type Contest, isContestWanted, runOrSkip } from '../contest.ts';
import { withFolder } from '../load/child.ts';
import { transactionSample, withTopic } from '../load/measures.ts';
import { type Flush, flushLabels, startBroker } from '../load/servers.ts';
import { spanOf } from '../load/spans.ts';

/** Transactions a second, each of one record: there is no raw program for them. */
export async function* transactionRows(options: BenchOptions): AsyncIterable<Row | SkippedRow> {
  const span = spanOf(options.quick, 2000);
  for (const flush of ['os', 'fsync'] as const) {
    for (const producers of [1, 10]) {
      const contest: Contest<Flush> = {
        name: `broker/transactions/${producers} ${producers === 1 ? 'producer' : 'producers'}/${flushLabels[flush]}`,
        figures: [{ suffix: '', unit: 'transactions/s', better: 'more' }],
        rounds: 3,
        measure: () =>
          withFolder(async (folder) => {
            const server = await startBroker(join(folder, 'data'), { flush });
            try {
              return await withTopic(server.address, {}, (topic) =>
                transactionSample(server.address, { topic, producers, partitions: 1 }, span),
              );
            } finally {
              await server.stop();
            }
          }),
      };
      if (isContestWanted(contest, options)) yield* await runOrSkip<Flush>(contest, [flush], options);
    }
  }
}
