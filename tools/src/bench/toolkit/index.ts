/**
 * The libraries of the toolkit beside what a team would use in their place, on the same PostgreSQL and broker. Each participant does its
 * work in a process of its own: a program of this folder, or the peer's own.
 */
import type { Bench, BenchOptions, Row, SkippedRow } from '../bench.ts';
import { type Comparison, isComparisonWanted, runComparison } from './comparison.ts';
import { changeCaptureComparisons } from './change-capture/index.ts';
import { consumerComparisons } from './consumer/index.ts';
import { eventStoreComparisons } from './event-store/index.ts';
import { outboxComparisons } from './outbox/index.ts';
import { projectionComparisons } from './projections/index.ts';
import { streamsComparisons } from './streams/index.ts';
import { openStage, type Stage } from './stage.ts';

/** Comparisons that share a stage. */
type Chapter = (stage: Stage, isQuick: boolean) => readonly Comparison[];

const chapters: Readonly<Record<string, Chapter>> = {
  'event store': eventStoreComparisons,
  consumer: consumerComparisons,
  outbox: outboxComparisons,
  'change capture': changeCaptureComparisons,
  projection: projectionComparisons,
  streams: streamsComparisons,
};

export const toolkitBench: Bench = {
  name: 'toolkit',
  about:
    'Event store: appends with an expected version, each writer to a stream of its own, beside `@event-driven-io/emmett-postgresql`. ' +
    'PostgreSQL and the broker sync to disk; each participant is a process of its own.',
  baseline: 'peer',
  rows,
};

async function* rows(options: BenchOptions): AsyncIterable<Row | SkippedRow> {
  for (const [name, chapter] of Object.entries(chapters)) {
    if (!isChapterWanted(name, options)) continue;
    options.onProgress(`toolkit/${name}: starting PostgreSQL and the broker`);
    await using stage = await openStage();
    for (const comparison of chapter(stage, options.quick))
      if (isComparisonWanted(comparison, options)) yield* await runComparison(comparison, options);
  }
}

/** Asks with a stage that does not run, since the names do not depend on it. */
function isChapterWanted(name: string, options: BenchOptions): boolean {
  const unopened = {} as Stage;
  return chapters[name]!(unopened, options.quick).some((comparison) => isComparisonWanted(comparison, options));
}
