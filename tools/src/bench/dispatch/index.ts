import { join } from 'node:path';
import { TaxiStage } from '../../taxi/index.ts';
import type { Bench, BenchOptions, Row } from '../bench.ts';
import { withFolder } from '../load/child.ts';
import { matchRows } from './match.ts';
import { positionRows } from './positions.ts';

/** How soon gettaxi-dispatch finds a taxi, and how many positions a second it takes. */
export const dispatchBench: Bench = {
  name: 'dispatch',
  about:
    'One instance of gettaxi-dispatch, PostgreSQL, a broker that syncs to disk, and the load, each a process of its own. Match: rides are ' +
    'asked for among 10,000 free taxis, at a steady rate: from the look for the nearest until it is promised, by the histogram of the ' +
    'service; request is what the rider waits for, the committed offer included. Then the same while taxis report 20,000 positions a second. Positions: taxis report in batches of 500 over HTTP, as ' +
    'fast as they are answered, against the same events given straight to the producer; then at 20,000 a second, while positions that ' +
    'come by the topic alone are looked for in the index.',
  rows,
};

async function* rows(options: BenchOptions): AsyncIterable<Row> {
  const wanted = [
    ...(['dispatch/match', 'dispatch/request'].some((name) => options.wants(name)) ? [matchRows] : []),
    ...(options.wants('dispatch/positions') ? [positionRows] : []),
  ];
  for (const measured of wanted) {
    const found = await withFolder(async (folder) => {
      await using stage = await TaxiStage.start({ folder: join(folder, 'taxi'), instances: 1 });
      return await measured(stage, options);
    });
    yield* found;
  }
}
