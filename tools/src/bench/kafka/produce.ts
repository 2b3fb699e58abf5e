import type { Contest } from '../contest.ts';
import { produceToTopic, type ProduceShape } from '../load/measures.ts';
import { takePageMemory } from '../load/page-memory.ts';
import type { Span } from '../load/programs.ts';
import { type Flush, flushLabels } from '../load/servers.ts';
import { batchesInFlight, singles, sizes } from '../load/sizes.ts';
import { spanOf } from '../load/spans.ts';
import { ratioAtLeast, type Target } from '../target.ts';
import type { Engine } from './engines.ts';

const flushes: readonly Flush[] = ['os', 'fsync'];
const batchTargets: Readonly<Record<Flush, Target>> = { os: ratioAtLeast(1.5), fsync: ratioAtLeast(2) };
/** In the order of `singles`. */
const singleTargets = [ratioAtLeast(3), ratioAtLeast(1), ratioAtLeast(1)];

export function produceContests(isQuick: boolean): Contest<Engine>[] {
  const span = spanOf(isQuick, 2000);
  const figure = { suffix: '', better: 'more' } as const;
  const batches = flushes.flatMap((flush) =>
    sizes.map(({ label, batchBytes }) => ({
      name: `kafka/produce/${label}/${flushLabels[flush]}`,
      figures: [{ ...figure, unit: 'MB/s', target: batchTargets[flush] }],
      rounds: 3,
      measure: produceWith(flush, { batchBytes, connections: 1, inFlight: batchesInFlight }, span),
    })),
  );
  const records = flushes.flatMap((flush) =>
    singles.map(({ label, connections, inFlight }, index) => ({
      name: `kafka/one record/${label}/${flushLabels[flush]}`,
      figures: [{ ...figure, unit: 'records/s', target: singleTargets[index]! }],
      rounds: 3,
      measure: produceWith(flush, { batchBytes: 0, connections, inFlight }, span),
    })),
  );
  return [...batches, ...records];
}

function produceWith(flush: Flush, shape: ProduceShape, span: Span) {
  return async (engine: Engine) => {
    const { address } = await engine.server(flush);
    if (shape.batchBytes > 0) takePageMemory(span);
    return await produceToTopic(address, shape, span, engine.topicConfig(flush));
  };
}
