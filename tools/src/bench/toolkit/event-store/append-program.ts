/** Appends for a while with so many writers, each to a stream of its own and with the version that it expects. */
import { finish, readOptions } from '../../load/programs.ts';
import { percentile } from '../../statistics.ts';
import { type MeasuredStore, openStore } from './stores.ts';
import type { AppendFigures, AppendWork } from './work.ts';

const warmUpMs = 1000;
const data = { text: 'x'.repeat(200) };

interface Tally {
  events: number;
  latenciesMs: number[];
}

const work = readOptions() as AppendWork;
const store = await openStore(work.store, work.databaseUrl);
const versions = Array.from({ length: work.writers }, () => 0);
await appendFor(warmUpMs, store);
const startedMs = performance.now();
const { events, latenciesMs } = await appendFor(work.seconds * 1000, store);
const tookMs = performance.now() - startedMs;
const acknowledged = versions.reduce((sum, version) => sum + version, 0);
const stored = await store.countEvents();
if (stored !== acknowledged) throw new Error(`${stored} events are stored, ${acknowledged} were acknowledged`);
await store.close();
finish({
  eventsPerSecond: (events / tookMs) * 1000,
  p99Ms: percentile(latenciesMs, 0.99),
} satisfies AppendFigures);

async function appendFor(milliseconds: number, to: MeasuredStore): Promise<Tally> {
  const tally: Tally = { events: 0, latenciesMs: [] };
  const untilMs = performance.now() + milliseconds;
  const write = async (writer: number) => {
    while (performance.now() < untilMs) {
      const appendedMs = performance.now();
      await to.append({
        streamId: `stream-${writer}`,
        version: versions[writer]!,
        events: Array.from({ length: work.eventsPerAppend }, () => ({ type: 'Measured', data })),
        messages: work.messagesPerAppend,
      });
      versions[writer]! += work.eventsPerAppend;
      tally.events += work.eventsPerAppend;
      tally.latenciesMs.push(performance.now() - appendedMs);
    }
  };
  await Promise.all(versions.map((_, writer) => write(writer)));
  return tally;
}
