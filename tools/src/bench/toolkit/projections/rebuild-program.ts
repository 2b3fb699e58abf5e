/** Builds a read model anew while it is asked: the number and the sum of each stream's events. */
import { EventStore, type Projection, ProjectionHost, ProjectionsOperator } from '@headwater/event-sourcing';
import pg from 'pg';
import { finish, readOptions } from '../../load/programs.ts';
import { percentile } from '../../statistics.ts';
import { openEventsDatabase } from './fill-events.ts';
import type { EventsWork, RebuildFigures } from './work.ts';

interface Measured {
  readonly type: 'Measured';
  readonly data: { readonly amount: number };
}

const projection: Projection<Measured> = {
  name: 'totals',
  version: 1,
  tables: ['totals'],
  createTables: async (transaction) => {
    await transaction.query('CREATE TABLE totals (stream_id text PRIMARY KEY, events bigint, amount bigint)');
  },
  apply: async (transaction, events) => {
    const totals = new Map<string, { events: number; amount: number }>();
    for (const { streamId, data } of events) {
      let total = totals.get(streamId);
      if (total === undefined) totals.set(streamId, (total = { events: 0, amount: 0 }));
      total.events += 1;
      total.amount += data.amount;
    }
    const changed = [...totals.values()];
    await transaction.query(
      `INSERT INTO totals AS t SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[])
       ON CONFLICT (stream_id) DO UPDATE SET events = t.events + excluded.events, amount = t.amount + excluded.amount`,
      [[...totals.keys()], changed.map((total) => total.events), changed.map((total) => total.amount)],
    );
  },
};

const work = readOptions() as EventsWork;
const database = await openEventsDatabase(work.databaseUrl);
const store = new EventStore(database);
let rebuilt = Promise.withResolvers<undefined>();
const host = new ProjectionHost(database, store, [projection], {
  observer: { rebuilt: () => rebuilt.resolve(undefined) },
});
host.start();
await host.waitForPosition('totals', await store.endOfLog(), { timeoutMs: 900_000 });
rebuilt = Promise.withResolvers<undefined>();

const startedMs = performance.now();
let isOver = false;
const asking = queryTimes();
await new ProjectionsOperator(database).requestRebuild('totals');
await rebuilt.promise;
const seconds = (performance.now() - startedMs) / 1000;
isOver = true;
const queryP99Ms = percentile(await asking, 0.99);
await host.stop();
await verify();
await database.destroy();
finish({ seconds, queryP99Ms } satisfies RebuildFigures);

/** Asks again and again, on a connection of its own; every answer is whole. */
async function queryTimes(): Promise<number[]> {
  const client = new pg.Client({ connectionString: work.databaseUrl });
  await client.connect();
  const latenciesMs: number[] = [];
  for (let number = 0; !isOver; number += 1) {
    const askedMs = performance.now();
    const { rows } = await client.query<{ events: string }>('SELECT events FROM totals WHERE stream_id = $1', [
      `stream-${number % 100}`,
    ]);
    latenciesMs.push(performance.now() - askedMs);
    if (Number(rows[0]?.events) < Math.floor(work.events / work.streams))
      throw new Error('a query saw a half-built table');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await client.end();
  return latenciesMs;
}

async function verify(): Promise<void> {
  const [total] = await database.query<{ events: number; amount: number }[]>(
    'SELECT sum(events)::int AS events, sum(amount)::float8 AS amount FROM totals',
  );
  if (total?.events !== work.events || total.amount !== (work.events * (work.events - 1)) / 2)
    throw new Error(`the read model holds ${total?.events} events, their sum is ${total?.amount}`);
}
