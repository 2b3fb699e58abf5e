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
    'Each participant is a process of its own and has the same PostgreSQL and the same broker, which both sync to disk; what a row is ' +
    'set beside is said below it. Event store: appends with the version that they expect, each writer to a stream of its own, beside ' +
    '`@event-driven-io/emmett-postgresql`. Consumer: the same records, each with an INSERT, beside the Kafka transport of ' +
    '`@nestjs/microservices`; count and sum in the table are held against the records. Outbox: a full outbox, beside ' +
    '`pg-transactional-outbox`. Change capture: a slot with changes that nobody read yet, beside Debezium; delays are taken from ' +
    'before the transaction to the time at which the broker appended the record. Streams: beside Kafka Streams on one thread; the ' +
    'counts in the output are held against the records.',
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
