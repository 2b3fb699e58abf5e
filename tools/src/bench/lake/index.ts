import type { Bench, BenchOptions, Row } from '../bench.ts';
import { row } from '../bench.ts';
import { median } from '../statistics.ts';
import { judge, valueAtLeast } from '../target.ts';
import { readsPerSecond, rowsPerSecond } from './lake-run.ts';
import { withStage } from './stage.ts';

const writeTarget = valueAtLeast(50_000);

/** How fast the lake is written. */
export const lakeBench: Bench = {
  name: 'lake',
  about:
    'Likes, written before, through connect into Parquet files (decode, DuckDB, zstd, fsync and rename), against the same reader that ' +
    'reads the same records and does nothing with them; and a query that groups all of them.',
  rows,
};

async function* rows({ quick, onProgress }: BenchOptions): AsyncIterable<Row> {
  const [rounds, likes] = quick ? [1, 60_000] : [3, 400_000];
  const written: number[] = [];
  const read: number[] = [];
  const queried: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    onProgress(`lake/rows round ${round + 1} of ${rounds}`);
    await withStage(likes, async (stage) => {
      read.push(await readsPerSecond(stage));
      const { perSecond, queryMs } = await rowsPerSecond(stage);
      written.push(perSecond);
      queried.push(queryMs);
    });
  }
  const figure = row('lake/rows', median(written), 'events/s', median(read));
  const target = judge(writeTarget, figure.value, figure.ratio, figure.unit);
  yield { ...figure, ...(target ? { target } : {}) };
  yield { ...row('lake/query', median(queried), 'ms', null), better: 'less' };
}
