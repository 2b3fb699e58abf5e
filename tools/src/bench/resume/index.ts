import type { Bench, BenchOptions, Row } from '../bench.ts';
import { acceptedRows } from './accepted.ts';
import { memoryRows } from './memory.ts';

/** What movieflix-resume takes, how soon it is read, and how much memory it needs. */
export const resumeBench: Bench = {
  name: 'resume',
  about:
    'One instance of movieflix-resume, a broker that syncs to disk, and the load, each a process of its own. Accepted: devices report ' +
    'positions in batches of 200 over HTTP, each of another user and show, as fast as they are answered, against the same events given ' +
    'straight to the producer. Readable: while 10,000 positions a second are accepted, from sending a lone one until it is read. ' +
    'Restore and memory: the table of 1,000,000 users with three shows each, from its topic, at the start.',
  rows,
};

async function* rows(options: BenchOptions): AsyncIterable<Row> {
  if (['resume/accepted', 'resume/readable'].some((name) => options.wants(name))) yield* acceptedRows(options);
  if (['resume/restore', 'resume/memory'].some((name) => options.wants(name))) yield* memoryRows(options);
}
