import { join } from 'node:path';
import { type BenchOptions, type Row } from '../bench.ts';
import { type Contest, type Figure, runContest } from '../contest.ts';
import { runProgram, withFolder } from '../load/child.ts';
import { latencySample, withTopic } from '../load/measures.ts';
import type { LatencyResult, Span, SyncLoad } from '../load/programs.ts';
import { startBroker } from '../load/servers.ts';
import { spanOf } from '../load/spans.ts';
import { ratioAtMost, type Target } from '../target.ts';

type Side = 'broker' | 'disk';

/** From sending a record until a consumer has it, with fsync, against one fdatasync after the other on the same disk. */
export async function* latencyRows(options: BenchOptions): AsyncIterable<Row> {
  const span = spanOf(options.quick, 5000);
  const few: Contest<Side> = {
    name: 'broker/latency/1,000 records/s',
    figures: latencyFigures(ratioAtMost(4)),
    rounds: 3,
    note: 'against a write and an fdatasync of the same bytes',
    measure: (side) => (side === 'broker' ? onBroker(1, 1000, span) : onDisk(span)),
  };
  if (options.wants(few.name)) yield* await runContest<Side>(few, ['broker', 'disk'], options);
  const many: Contest<Side> = {
    name: 'broker/latency/10,000 records/s, 1,000 partitions',
    figures: latencyFigures(),
    rounds: 2,
    measure: () => onBroker(1000, 10_000, span),
  };
  if (options.wants(many.name)) yield* await runContest<Side>(many, ['broker'], options);
}

/** The target, if any, is of the 99th percentile. */
export function latencyFigures(target?: Target): Figure[] {
  const figure = { unit: 'ms', better: 'less' } as const;
  return [
    { ...figure, suffix: '/p50' },
    { ...figure, suffix: '/p99', ...(target && { target }) },
    { ...figure, suffix: '/max' },
  ];
}

function onBroker(partitions: number, recordsPerSecond: number, span: Span) {
  return withFolder(async (folder) => {
    const server = await startBroker(join(folder, 'data'), { flush: 'fsync' });
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
