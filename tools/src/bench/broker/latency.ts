import { join } from 'node:path';
import type { BenchOptions, Row, SkippedRow } from '../bench.ts';
import { type Contest, isContestWanted, runOrSkip } from '../contest.ts';
import { runProgram, withFolder } from '../load/child.ts';
import { latencySample, withTopic } from '../load/measures.ts';
import type { LatencyResult, Span, SyncLoad } from '../load/programs.ts';
import { type Flush, flushLabels, startBroker } from '../load/servers.ts';
import { spanOf } from '../load/spans.ts';
import { latencyFigures } from '../load/latency-figures.ts';
import { profileStartedServer } from '../profile/profile-started.ts';
import { withProfileWhereBehind } from '../profile/rows-with-profile.ts';
import { ratioAtMost } from '../target.ts';

type Side = 'broker' | 'disk';

/** From sending a record until a consumer has it, with fsync, against one fdatasync after the other on the same disk. */
export async function* latencyRows(options: BenchOptions): AsyncIterable<Row | SkippedRow> {
  const span = spanOf(options.quick, 5000);
  const few: Contest<Side> = {
    name: 'broker/latency/1,000 records/s/fsync',
    figures: latencyFigures(ratioAtMost(4)),
    rounds: 3,
    note: 'against a write and an fdatasync of the same bytes',
    measure: (side) => (side === 'broker' ? onBroker('fsync', 1, 1000, span) : onDisk(span)),
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
    const { p50Ms, p99Ms, maxMs } = await runProgram<LatencyResult>('load/sync-load', options);
    return { values: [p50Ms, p99Ms, maxMs] };
  });
}
