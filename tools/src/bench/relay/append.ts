import { EventStore } from '@headwater/event-sourcing';
import { type BenchOptions, row, type Row } from '../bench.ts';
import { median } from '../statistics.ts';
import { messageOf, type Stage } from './stage.ts';

const writers = 100;
const data = { text: 'x'.repeat(200) };

/** Appends a second that share transactions, against one transaction each. */
export async function* appendRows(stage: Stage, { quick, onProgress }: BenchOptions): AsyncIterable<Row> {
  const [rounds, appends] = quick ? [1, 2_000] : [3, 20_000];
  const name = 'event-store/append';
  const store = new EventStore(stage.dataSource);
  const grouped = (streamId: string, number: number): Promise<unknown> =>
    store.append({ streamId, events: [{ type: 'Measured', data }], messages: [messageOf(number)] });
  const alone = (streamId: string, number: number): Promise<unknown> =>
    stage.dataSource.transaction((transaction) =>
      store.appendWithin(transaction, {
        streamId,
        events: [{ type: 'Measured', data }],
        messages: [messageOf(number)],
      }),
    );
  const results: Record<'grouped' | 'alone', number[]> = { grouped: [], alone: [] };
  await appendsPerSecond(grouped, appends / 10, 'warm');
  for (let round = 0; round < rounds; round += 1) {
    onProgress(`${name} round ${round + 1} of ${rounds}`);
    results.alone.push(await appendsPerSecond(alone, appends / 10, `alone-${round}`));
    results.grouped.push(await appendsPerSecond(grouped, appends, `grouped-${round}`));
  }
  yield row(name, median(results.grouped), 'appends/s', median(results.alone));
  await stage.dataSource.query('TRUNCATE outbox');
}

async function appendsPerSecond(
  append: (streamId: string, number: number) => Promise<unknown>,
  count: number,
  label: string,
): Promise<number> {
  let next = 0;
  const startedMs = performance.now();
  await Promise.all(
    Array.from({ length: writers }, async (_, writer) => {
      while (next < count) {
        next += 1;
        await append(`${label}-${writer}`, next);
      }
    }),
  );
  return (next / (performance.now() - startedMs)) * 1000;
}
