import { join } from 'node:path';
import type { BenchOptions, Row, SkippedRow } from '../bench.ts';
import { type Contest, isContestWanted, runOrSkip } from '../contest.ts';
import { programArguments, startServer, withFolder } from '../load/child.ts';
import { fill, latencySample, nextTopic, withTopic } from '../load/measures.ts';
import { peakMiB } from '../load/memory.ts';
import type { Span, StuckConsumers } from '../load/programs.ts';
import { startBroker } from '../load/servers.ts';
import { spanOf } from '../load/spans.ts';
import { createTopic } from '../load/topics.ts';
import { ratioAtMost, valueAtMost } from '../target.ts';

type Side = 'with' | 'without';

const storedBytes = 64 * 1024 * 1024;
const consumers = 20;

/** What consumers that take nothing more cost the others, in time and memory. */
export async function* stuckRows(options: BenchOptions): AsyncIterable<Row | SkippedRow> {
  for (const kind of ['stuck', 'never reads'] as const) {
    const contest: Contest<Side> = {
      name: `broker/stuck consumers/${kind}`,
      figures: [
        { suffix: '/p99 of others', unit: 'ms', better: 'less', target: ratioAtMost(2) },
        { suffix: '/peak memory', unit: 'MiB', better: 'less', target: valueAtMost(250) },
      ],
      rounds: 3,
      note: `${consumers} of them, against none; others at 1,000 records/s with fsync`,
      measure: (side) => measure(side, kind, spanOf(options.quick, 2500)),
    };
    if (isContestWanted(contest, options)) yield* await runOrSkip<Side>(contest, ['with', 'without'], options);
  }
}

function measure(side: Side, kind: StuckConsumers['kind'], span: Span) {
  return withFolder(async (folder) => {
    await using stack = new AsyncDisposableStack();
    const server = await startBroker(join(folder, 'data'), { flush: 'fsync' });
    stack.defer(() => server.stop());
    const topic = nextTopic();
    await createTopic(server.address, { name: topic });
    await fill(server.address, { topic, partitions: 1, batchBytes: 128 * 1024, wantedBytes: storedBytes });
    if (side === 'with') {
      const options: StuckConsumers = { ...server.address, topic, kind, consumers };
      const stuck = await startServer(programArguments('load/stuck-consumers', [JSON.stringify(options)]));
      stack.defer(() => stuck.stop());
    }
    const { values } = await withTopic(server.address, {}, (other) =>
      latencySample(server.address, { topic: other, partitions: 1, recordsPerSecond: 1000 }, span),
    );
    return { values: [values[1]!, peakMiB(server.pid) ?? NaN] };
  });
}
