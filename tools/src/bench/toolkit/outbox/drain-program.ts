/** Publishes a full outbox through our relay. */
import { setTimeout as delay } from 'node:timers/promises';
import { finish, readOptions } from '../../load/programs.ts';
import { startRelay } from './relay.ts';
import type { DrainFigures, DrainWork } from './work.ts';

const lookMs = 5;

const work = readOptions() as DrainWork;
const all = Promise.withResolvers<undefined>();
let published = 0;
const relay = await startRelay(work, {
  published: (_topic, records) => {
    published += records.length;
    if (published >= work.messages) all.resolve(undefined);
  },
});
const startedMs = performance.now();
await all.promise;
while ((await pending()) > 0) await delay(lookMs);
const perSecond = (work.messages / (performance.now() - startedMs)) * 1000;
await relay.close();
finish({ perSecond } satisfies DrainFigures);

async function pending(): Promise<number> {
  const sql = 'SELECT count(*)::int AS count FROM outbox WHERE published_at IS NULL';
  return (await relay.database.query<{ count: number }[]>(sql))[0]!.count;
}
