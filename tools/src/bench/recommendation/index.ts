import { resolve } from 'node:path';
import { row, type Bench, type BenchOptions, type Row, type SkippedRow } from '../bench.ts';
import { programArguments, runProgram, runToEnd } from '../load/child.ts';
import { percentile } from '../statistics.ts';
import { judge, ratioAtLeast, valueAtMost } from '../target.ts';
import type { AccuracyFigures, Contest } from './accuracy.ts';
import { changeRows } from './change.ts';
import type { MemoryFigures, MemoryLoad } from './memory-load.ts';
import { repositoryRoot } from './model.ts';
import { recordingIsIn } from './movie-tweetings.ts';

const recording = resolve(repositoryRoot, '../shared/data/movietweetings-100k');
const targetRatio = 2;
/** The stated cap of the process, in MiB. */
const memoryCapMiB = 1_024;

/** How well movieflix-recommendation predicts, how soon it follows, and how much memory its model needs. */
export const recommendationBench: Bench = {
  name: 'recommendation',
  baseline: 'most popular',
  about:
    'Hit rate at 10 on MovieTweetings 100K: the first 80 % of the ratings are learned, each later first rating of 7 or more by a user known ' +
    'from them is to be among ten recommended. Frozen: nothing is learned after the split, and each user has one list for the month that ' +
    'follows. Learning: what happens is learned as it happens, as the service does, and the list is made just before the rating. The ' +
    'baseline recommends what most have rated, learns as long, and leaves out what the user has rated, too. Change: from sending a watch ' +
    'until the answer, and the record of the topic, are others. Memory: the model alone, filled by a made load.',
  rows,
};

async function* rows(options: BenchOptions): AsyncIterable<Row | SkippedRow> {
  const { wants } = options;
  if (wants('recommendation/hit-rate')) yield* accuracyRows(options);
  if (wants('recommendation/change')) yield* changeRows(options);
  if (wants('recommendation/memory') || wants('recommendation/cpu')) yield* memoryRows(options);
}

async function* accuracyRows({ onProgress }: BenchOptions): AsyncIterable<Row | SkippedRow> {
  if (!recordingIsIn(recording)) {
    yield { name: 'recommendation/hit-rate', skipped: `the recording is not in ${recording}` };
    return;
  }
  onProgress('recommendation/hit-rate: learning and predicting');
  const output = await runToEnd(process.execPath, programArguments('recommendation/accuracy', [recording]), 'accuracy');
  const figures = JSON.parse(output) as AccuracyFigures;
  const shown = percent(figures.bestFixedList);
  yield accuracyRow('frozen', figures.frozen, `the best list for all, chosen with knowledge of what follows, ${shown}`);
  const unknown = percent(figures.unknownShows / figures.cases);
  yield accuracyRow(
    'learning',
    figures.learning,
    `${figures.cases} cases, ${unknown} of shows nobody had rated before`,
  );
}

function accuracyRow(name: string, { model, popular, popularNow }: Contest, more: string): Row {
  const made = row(`recommendation/hit-rate/${name}`, 100 * model.hitRate, '%', 100 * popular.hitRate);
  const note =
    `NDCG@10 ${model.ndcg.toFixed(4)} (most popular ${popular.ndcg.toFixed(4)}), coverage of shows ${percent(model.coverage)} ` +
    `(${percent(popular.coverage)}); most popular now, half-life a day: ${percent(popularNow.hitRate)}, NDCG@10 ` +
    `${popularNow.ndcg.toFixed(4)}, coverage ${percent(popularNow.coverage)}; ${more}`;
  const target = judge(ratioAtLeast(targetRatio), made.value, made.ratio, '%');
  return { ...made, note, ...(target && { target }) };
}

async function* memoryRows({ quick, onProgress }: BenchOptions): AsyncIterable<Row> {
  const load: MemoryLoad = quick
    ? { users: 50_000, shows: 5_000, watchesPerUser: 10 }
    : { users: 1_000_000, shows: 50_000, watchesPerUser: 20 };
  onProgress(`recommendation/memory: ${load.users.toLocaleString('en-US')} users`);
  const figures = await runProgram<MemoryFigures>('recommendation/memory-load', load);
  const { users, shows, watches, residentMiB, heapMiB, arraysMiB, learnMicroseconds } = figures;
  const resident = row('recommendation/memory/resident', residentMiB, 'MiB', null);
  const target = judge(valueAtMost(memoryCapMiB), resident.value, null, 'MiB');
  const counts = [users, shows, watches].map((count) => count.toLocaleString('en-US'));
  yield {
    ...resident,
    better: 'less',
    note:
      `${counts[0]} users, ${counts[1]} shows, ${counts[2]} watches; heap ${heapMiB.toFixed(0)} MiB, arrays outside of it ` +
      `${arraysMiB.toFixed(0)} MiB`,
    ...(target && { target }),
  };
  yield { ...row('recommendation/cpu/learn', learnMicroseconds, 'µs', null), better: 'less' };
  const { recommendMilliseconds } = figures;
  yield {
    ...row('recommendation/cpu/recommend/p99', percentile(recommendMilliseconds, 0.99), 'ms', null),
    better: 'less',
    note: `p50 ${percentile(recommendMilliseconds, 0.5).toFixed(1)} ms`,
  };
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
