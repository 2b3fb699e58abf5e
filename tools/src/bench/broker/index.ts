import type { Bench, BenchOptions, Row, SkippedRow } from '../bench.ts';
import { compactionRows } from './compaction.ts';
import { fetchRows } from './fetch.ts';
import { latencyRows } from './latency.ts';
import { memoryRows } from './memory.ts';
import { produceRows } from './produce.ts';
import { startRows } from './start.ts';
import { stuckRows } from './stuck.ts';
import { transactionRows } from './transactions.ts';

/** The broker as a process of its own, loaded by another. */
export const brokerBench: Bench = {
  name: 'broker',
  about:
    'Produce: one encoded batch of 100-byte records sent again and again in Produce requests, acks=all, 8 in flight on one ' +
    'connection, against a raw sink (TCP, CRC-32C, append, sync, answer), both after 5 s of the same load; one record: the same with ' +
    'a batch of one. Fetch: a stored ' +
    'topic read in answers of up to 1 MB, one at a time: cold, from files, against a raw pump (file to socket), and the tail, just ' +
    'written, against the cold. Latency: from sending a record until a consumer has it, with fsync. Start: from the start of the ' +
    'process to the first ApiVersions answer; memory: resident; where nothing else is said, both against a Node process that only ' +
    'listens.',
  rows,
};

async function* rows(options: BenchOptions): AsyncIterable<Row | SkippedRow> {
  yield* startRows(options);
  yield* memoryRows(options);
  yield* produceRows(options);
  yield* fetchRows(options);
  yield* latencyRows(options);
  yield* stuckRows(options);
  yield* transactionRows(options);
  yield* compactionRows(options);
}
