import type { BenchOptions, Row, SkippedRow } from '../bench.ts';
import { type Contest, isContestWanted, runOrSkip } from '../contest.ts';
import { runProgram, withFolder } from '../load/child.ts';

export interface CompactionLoad {
  readonly directory: string;
  readonly wantedBytes: number;
  readonly keys: number;
}

export interface CompactionResult {
  readonly milliseconds: number;
  /** Bytes of the log that were cleaned, as they were before. */
  readonly cleanedBytes: number;
  readonly records: number;
}

/** How fast the cleaner goes through a log of 100-byte records in which each key comes many times. */
export async function* compactionRows(options: BenchOptions): AsyncIterable<Row | SkippedRow> {
  const wantedBytes = (options.quick ? 64 : 256) * 1024 * 1024;
  const contest: Contest<'cleaner'> = {
    name: 'broker/compaction',
    figures: [
      { suffix: '/bytes', unit: 'MB/s', better: 'more' },
      { suffix: '/records', unit: 'records/s', better: 'more' },
    ],
    rounds: 3,
    note: 'of dirty log, read twice; 100,000 keys, 100-byte records, batches of 16 KB, in a process that does nothing else',
    measure: () =>
      withFolder(async (directory) => {
        const load: CompactionLoad = { directory, wantedBytes, keys: 100_000 };
        const { milliseconds, cleanedBytes, records } = await runProgram<CompactionResult>(
          'broker/compaction-load',
          load,
        );
        return { values: [cleanedBytes / 1000 / milliseconds, (records / milliseconds) * 1000] };
      }),
  };
  if (isContestWanted(contest, options)) yield* await runOrSkip(contest, ['cleaner'], options);
}
