import { join } from 'node:path';
import type { BenchOptions, Row, SkippedRow } from '../bench.ts';
import { type Contest, type Figure, isContestWanted, runOrSkip, type Sample } from '../contest.ts';
import { addressOf, programArguments, startServer, withFolder } from '../load/child.ts';
import { produceSample, type ProduceShape, produceToTopic } from '../load/measures.ts';
import { takePageMemory } from '../load/page-memory.ts';
import type { Span } from '../load/programs.ts';
import { type Flush, flushLabels, startBroker } from '../load/servers.ts';
import { batchesInFlight, singles, sizes } from '../load/sizes.ts';
import { spanOf } from '../load/spans.ts';
import { topicOf } from '../load/wire.ts';
import { profileStartedServer } from '../profile/profile-started.ts';
import { withProfileWhereBehind } from '../profile/rows-with-profile.ts';
import { ratioAtLeast, valueAtLeast } from '../target.ts';

type Side = 'broker' | 'raw';

/** The same load before, which is not counted: a program of some size takes this long until its code is compiled for speed. */
const warmUp: Span = { warmUpMs: 0, measuredMs: 5000 };

interface Spans {
  readonly before?: Span;
  readonly measured: Span;
}

/** Pipelined Produce requests, acks=all, against the raw sink. */
export async function* produceRows(options: BenchOptions): AsyncIterable<Row | SkippedRow> {
  for (const contest of [...batchContests(options.quick), ...singleContests(options.quick)])
    if (isContestWanted(contest, options)) {
      const rows = await runOrSkip<Side>(contest, ['broker', 'raw'], options);
      yield* await withProfileWhereBehind(rows, options, () => profileStartedServer(() => contest.measure('broker')));
    }
}

const flushes: readonly Flush[] = ['os', 'fsync'];

function batchContests(quick: boolean): Contest<Side>[] {
  const spans = spansOf(quick, 2000);
  return flushes.flatMap((flush) =>
    sizes.map(({ label, batchBytes }) => ({
      name: `broker/produce/${label}/${flushLabels[flush]}`,
      figures: batchFigures(flush, batchBytes),
      rounds: 3,
      measure: (side: Side) => produceTo(side, flush, { batchBytes, connections: 1, inFlight: batchesInFlight }, spans),
    })),
  );
}

/** For one of them how many records that are, too. */
function batchFigures(flush: Flush, batchBytes: number): Figure[] {
  const bytes: Figure = { suffix: '', unit: 'MB/s', better: 'more', target: ratioAtLeast(0.7) };
  const records: Figure = { suffix: '/records', unit: 'records/s', better: 'more', target: valueAtLeast(3_000_000) };
  return flush === 'os' && batchBytes === 128 * 1024 ? [bytes, records] : [bytes];
}

function singleContests(quick: boolean): Contest<Side>[] {
  const spans = spansOf(quick, 1200);
  return flushes.flatMap((flush) =>
    singles.map(({ label, connections, inFlight }) => ({
      name: `broker/one record/${label}/${flushLabels[flush]}`,
      figures: [{ suffix: '', unit: 'records/s', better: 'more' as const }],
      rounds: 3,
      measure: (side: Side) => produceTo(side, flush, { batchBytes: 0, connections, inFlight }, spans),
    })),
  );
}

function spansOf(quick: boolean, measuredMs: number): Spans {
  const measured = spanOf(quick, measuredMs);
  return quick ? { measured } : { before: warmUp, measured };
}

async function produceTo(side: Side, flush: Flush, shape: ProduceShape, spans: Spans): Promise<Sample> {
  return await withFolder(async (folder) => {
    await using stack = new AsyncDisposableStack();
    const load = side === 'broker' ? await loadOfBroker(stack, folder, flush) : await loadOfSink(stack, folder, flush);
    if (spans.before !== undefined) await load(shape, spans.before);
    if (shape.batchBytes > 0) takePageMemory(spans.measured);
    return await load(shape, spans.measured);
  });
}

type Load = (shape: ProduceShape, span: Span) => Promise<Sample>;

async function loadOfBroker(stack: AsyncDisposableStack, folder: string, flush: Flush): Promise<Load> {
  const server = await startBroker(folder, { flush });
  stack.defer(() => server.stop());
  return (shape, span) => produceToTopic(server.address, shape, span);
}

async function loadOfSink(stack: AsyncDisposableStack, folder: string, flush: Flush): Promise<Load> {
  const sink = await startServer(programArguments('broker/raw-sink', [join(folder, 'sink'), flush]));
  stack.defer(() => sink.stop());
  return (shape, span) => produceSample(addressOf(sink), shape, span, topicOf(0), false);
}
