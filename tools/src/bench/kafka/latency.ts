import type { Contest } from '../contest.ts';
import { latencySample, withTopic } from '../load/measures.ts';
import { type Flush, flushLabels } from '../load/servers.ts';
import { spanOf } from '../load/spans.ts';
import { latencyFigures } from '../load/latency-figures.ts';
import { ratioAtMost } from '../target.ts';
import type { Engine } from './engines.ts';

const shapes: readonly {
  readonly label: string;
  readonly flush: Flush;
  readonly partitions: number;
  readonly recordsPerSecond: number;
}[] = [
  { label: '1,000 records/s', flush: 'fsync', partitions: 1, recordsPerSecond: 1000 },
  { label: '10,000 records/s, 1,000 partitions', flush: 'os', partitions: 1000, recordsPerSecond: 10_000 },
];

/** From sending a record until a consumer has it. */
export function latencyContests(isQuick: boolean): Contest<Engine>[] {
  return shapes.map(({ label, flush, partitions, recordsPerSecond }) => ({
    name: `kafka/latency/${label}/${flushLabels[flush]}`,
    figures: latencyFigures(ratioAtMost(1)),
    rounds: 3,
    measure: async (engine: Engine) => {
      const { address } = await engine.server(flush);
      return await withTopic(address, { partitions, config: engine.topicConfig(flush) }, (topic) =>
        latencySample(address, { topic, partitions, recordsPerSecond }, spanOf(isQuick, 4000)),
      );
    },
  }));
}
