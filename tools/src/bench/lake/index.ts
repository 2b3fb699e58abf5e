import type { Bench, BenchOptions, Row } from '../bench.ts';
import { row } from '../bench.ts';
import { median } from '../statistics.ts';
import { judge, valueAtLeast, valueAtMost } from '../target.ts';
import { pacedRows, readsPerSecond, rowsPerSecond } from './lake-run.ts';
import { withStage } from './stage.ts';

const perSecond = 50_000;
/** Files are written each second; who falls behind does so by more and more. */
const mostBehindMs = 2_500;

/** How fast the lake is written. */
export const lakeBench: Bench = {
  name: 'lake',
  about:
    'Likes, written before, through connect into Parquet files (decode, DuckDB, zstd, fsync and rename), against the same reader that ' +
    'reads the same records and does nothing with them; and a query that groups all of them. Then likes that are written at 50,000 a ' +
    'second while connect brings them into files, one each second and partition.',
  rows,
};

async function* rows(options: BenchOptions): AsyncIterable<Row> {
  if (['lake/rows', 'lake/query'].some((name) => options.wants(name))) yield* await drained(options);
  if (options.wants('lake/50,000 events a second')) yield* await paced(options);
}

async function drained({ quick, onProgress }: BenchOptions): Promise<Row[]> {
  const [rounds, likes] = quick ? [1, 60_000] : [3, 400_000];
  const written: number[] = [];
  const read: number[] = [];
  const queried: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    onProgress(`lake/rows round ${round + 1} of ${rounds}`);
    await withStage(likes, async (stage) => {
      read.push(await readsPerSecond(stage));
      const { perSecond: value, queryMs } = await rowsPerSecond(stage);
      written.push(value);
      queried.push(queryMs);
    });
  }
  const figure = row('lake/rows', median(written), 'events/s', median(read));
  const target = judge(valueAtLeast(perSecond), figure.value, figure.ratio, figure.unit)!;
  return [
    { ...figure, target },
    { ...row('lake/query', median(queried), 'ms', null), better: 'less' },
  ];
}

async function paced({ quick, onProgress }: BenchOptions): Promise<Row[]> {
  const seconds = quick ? 3 : 30;
  onProgress(`lake: ${perSecond} events a second for ${seconds} s`);
  const { taken, behindMs } = await withStage(0, (stage) => pacedRows(stage, perSecond, seconds));
  const behind = row('lake/50,000 events a second/behind at the end', behindMs, 'ms', null);
  const note = `after ${seconds} s, from the last acknowledgement until all of them are in files`;
  const target = judge(valueAtMost(mostBehindMs), behind.value, null, behind.unit)!;
  return [row('lake/50,000 events a second', taken, 'events/s', null), { ...behind, better: 'less', note, target }];
}
