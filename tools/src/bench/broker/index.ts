import type { Bench, BenchOptions, Row } from '../bench.ts';
import { fetchRows } from './fetch.ts';
import { footprintRows } from './footprint.ts';
import { produceRows } from './produce.ts';

/** The broker as a process of its own, loaded by another. */
export const brokerBench: Bench = {
  name: 'broker',
  about:
    'Produce: one encoded batch of 100-byte records sent again and again in Produce requests, acks=all, 8 in flight on one ' +
    'connection, against a raw sink (TCP, CRC-32C, append, sync, answer). Fetch: a stored topic read in answers of up to 1 MB, one ' +
    'at a time, against a raw pump (file to socket). Start: to the first ApiVersions answer; memory: resident; both against a Node ' +
    'process that only listens (there a smaller ratio is better).',
  rows,
};

async function* rows(options: BenchOptions): AsyncIterable<Row> {
  yield* footprintRows(options);
  yield* produceRows(options);
  yield* fetchRows(options);
}
