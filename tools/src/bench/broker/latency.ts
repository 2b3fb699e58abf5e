import { join } from 'node:path';
import type { BenchOptions, Row, SkippedRow } from '../bench.ts';
import { type Contest, type Figure, isContestWanted, runOrSkip } from '../contest.ts';
import { runProgram, withFolder } from '../load/child.ts';
import { latencySample, withTopic } from '../load/measures.ts';
import type { Span, SyncLoad, SyncResult } from '../load/programs.ts';
import { type Flush, flushLabels, startBroker } from '../load/servers.ts';
import { spanOf } from '../load/spans.ts';
import { latencyFigures } from '../load/latency-figures.ts';
import { profileStartedServer } from '../profile/profile-started.ts';
import { withProfileWhereBehind } from '../profile/rows-with-profile.ts';
import { ratioAtMost } from '../target.ts';

type Side = 'broker' | 'disk';

/** The 99th percentile once more, beside a program that does nothing but write and sync the same records at the same rate. */
const recordsOnDisk: Figure = { suffix: '/p99/beside the same records on the disk', unit: 'ms', better: 'less' };

/** From sending a record until a consumer has it, with fsync, against one fdatasync after the other on the same disk. */
export async function* latencyRows(options: BenchOptions): AsyncIterable<Row | SkippedRow> {
  const span = spanOf(options.quick, 5000);
  const few: Contest<Side> = {
    name: 'broker/latency/1,000 records/s/fsync',
    figures: [...latencyFigures(ratioAtMost(4)), recordsOnDisk],
    rounds: 3,
    note:
      'against one write and fdatasync of the same bytes; beside the same records on the disk: from when each was due, as ours, so ' +
      'that a sync of 5 ms counts for the five records that wait for it',
    measure: async (side) => {
      if (side === 'disk') return await onDisk(span);
      const { values, ...rest } = await onBroker('fsync', 1, 1000, span);
      return { ...rest, values: [...values, values[1]!] };
    },
  };
  if (isContestWanted(few, options)) {
    const rows = await runOrSkip<Side>(few, ['broker', 'disk'], options);
    yield* await withProfileWhereBehind(rows, options, () => profileStartedServer(() => few.measure('broker')));
  }
  for (const flush of ['os', 'fsync'] as const) {
    const many: Contest<Side> = {
      name: `broker/latency/10,000 records/s, 1,000 partitions/${flushLabels[flush]}`,
      figures: latencyFigures(),
      rounds: 2,
      measure: () => onBroker(flush, 1000, 10_000, span),
    };
    if (isContestWanted(many, options)) yield* await runOrSkip<Side>(many, ['broker'], options);
  }
}

function onBroker(flush: Flush, partitions: number, recordsPerSecond: number, span: Span) {
  return withFolder(async (folder) => {
    const server = await startBroker(join(folder, 'data'), { flush });
    try {
      return await withTopic(server.address, { partitions }, (topic) =>
        latencySample(server.address, { topic, partitions, recordsPerSecond }, span),
      );
    } finally {
      await server.stop();
    }
  });
}

function onDisk(span: Span) {
  return withFolder(async (folder) => {
    const options: SyncLoad = { ...span, path: join(folder, 'file'), perSecond: 1000 };
    const { p50Ms, p99Ms, maxMs, p99AfterDueMs } = await runProgram<SyncResult>('load/sync-load', options);
    return { values: [p50Ms, p99Ms, maxMs, p99AfterDueMs] };
  });
}
