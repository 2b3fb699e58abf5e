/** How much a source of connect captures: rows of PostgreSQL into Avro by the contract. */
import { setTimeout as delay } from 'node:timers/promises';
import { row, type Bench, type BenchOptions, type Row } from '../bench.ts';
import { judge, valueAtLeast, valueAtMost } from '../target.ts';
import { withStage, type Stage } from './stage.ts';

const perSecond = 10_000;
const portionsPerSecond = 20;

/** Change capture as a connector, whole. */
export const connectBench: Bench = {
  name: 'connect',
  about:
    'PostgreSQL, the bundled broker (`fsync`) and `connect` with one PostgreSQL source, each a process of its own: rows of the ledger’s table ' +
    'into `bank_transactions`, in Debezium’s envelope as Avro by the contract. Caught up is what was committed while the connector was ' +
    'paused, from its resumption to the last record; sustained are rows that are committed at a rate, twenty transactions a second.',
  rows: async function* (options) {
    if (!options.wants('connect/source')) return;
    const rows: Row[] = [];
    await withStage(async (stage) => {
      rows.push(await catchUp(stage, options), ...(await sustained(stage, options)));
    });
    yield* rows;
  },
};

async function catchUp(stage: Stage, { quick, onProgress }: BenchOptions): Promise<Row> {
  const count = quick ? 20_000 : 200_000;
  // The first rows are on the house: code is compiled, connections are made.
  await stage.insert(count / 10);
  await stage.captured();
  await stage.pause();
  onProgress(`connect: ${count} rows wait`);
  for (let portion = 0; portion < 10; portion += 1) await stage.insert(count / 10);
  const startedMs = performance.now();
  await stage.resume();
  await stage.captured();
  const value = count / ((performance.now() - startedMs) / 1000);
  const made = row('connect/source/rows caught up', value, 'rows/s', null);
  const target = judge(valueAtLeast(perSecond), made.value, null, 'rows/s');
  return { ...made, ...(target && { target }) };
}

async function sustained(stage: Stage, { quick, onProgress }: BenchOptions): Promise<Row[]> {
  const seconds = quick ? 3 : 20;
  onProgress(`connect: ${perSecond} rows a second for ${seconds} s`);
  const startedMs = performance.now();
  for (let portion = 0; portion < seconds * portionsPerSecond; portion += 1) {
    await delay(Math.max(0, startedMs + (portion * 1000) / portionsPerSecond - performance.now()));
    await stage.insert(perSecond / portionsPerSecond);
  }
  const committedMs = performance.now();
  await stage.captured();
  const endedMs = performance.now();
  const rate = (seconds * perSecond) / ((endedMs - startedMs) / 1000);
  const behind = row('connect/source/10,000 rows a second/behind at the end', endedMs - committedMs, 'ms', null);
  const target = judge(valueAtMost(1000), behind.value, null, 'ms');
  const note = 'from the last commit until all rows are in the topic';
  return [
    row('connect/source/10,000 rows a second', rate, 'rows/s', null),
    { ...behind, better: 'less', note, ...(target && { target }) },
  ];
}
