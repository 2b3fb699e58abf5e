import type { Bench, BenchOptions, Row } from '../bench.ts';
import { appendRows } from './append.ts';
import { publishRows } from './publish.ts';
import { withStage } from './stage.ts';

/** The way of an event: into the event store, and from the outbox to the broker. */
export const relayBench: Bench = {
  name: 'relay',
  about:
    'Append: 100 writers, each one event of 200 bytes and its outbox message at a time, against the same 100 writers with a ' +
    'transaction for each append. Publish: a full outbox of such messages through one relay, against the same records given ' +
    'straight to the same producer. Latency: from the commit of a lone message until it is marked as acknowledged, against a lone record given ' +
    'straight to the producer. PostgreSQL and the broker sync to disk.',
  rows,
};

async function* rows(options: BenchOptions): AsyncIterable<Row> {
  yield* withStage(async function* (stage) {
    yield* appendRows(stage, options);
    yield* publishRows(stage, options);
  });
}
