/** Reads one stream again and again. */
import { finish, readOptions } from '../../load/programs.ts';
import { median } from '../../statistics.ts';
import { openStore } from './stores.ts';
import type { ReadFigures, ReadWork } from './work.ts';

const eventsPerAppend = 100;
const streamId = 'stream';
const data = { text: 'x'.repeat(200) };

const work = readOptions() as ReadWork;
const store = await openStore(work.store, work.databaseUrl);
for (let version = 0; version < work.events; version += eventsPerAppend) {
  const events = Array.from({ length: eventsPerAppend }, () => ({ type: 'Measured', data }));
  await store.append({ streamId, version, events, messages: 0 });
}
await readTimes(Math.ceil(work.reads / 4));
const medianMs = median(await readTimes(work.reads));
await store.close();
finish({ medianMs } satisfies ReadFigures);

async function readTimes(times: number): Promise<number[]> {
  const latenciesMs: number[] = [];
  for (let read = 0; read < times; read += 1) {
    const startedMs = performance.now();
    const events = await store.read(streamId);
    latenciesMs.push(performance.now() - startedMs);
    if (events !== work.events) throw new Error(`${events} events were read, ${work.events} are there`);
  }
  return latenciesMs;
}
