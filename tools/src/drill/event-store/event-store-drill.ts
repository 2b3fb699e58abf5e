/**
 * Many writers at once on one event store, in every way that makes readers of other stores skip events; subscribers follow
 * meanwhile, and must see each event once, in one order.
 */
import { BarrierWatch, EventStore, eventStoreMigrations, type BarrierAlarm } from '@headwater/event-sourcing';
import { steadyDriver } from '@headwater/service-kit';
import { startPostgres, type RunningPostgres } from '@headwater/testkit/postgres';
import { DataSource } from 'typeorm';
import { pause } from '../crash/actor.ts';
import type { Drill, DrillRun, Summary } from '../drill.ts';
import { Random } from '../random.ts';
import { promise } from '../violation.ts';
import { checkSeen, checkVersions, Ledger, type SeenEvent } from './ledger.ts';
import { Subscriber } from './subscriber.ts';
import { eventTypes, Writer, type WriterParts } from './writer.ts';

const ALARM_MS = 150;
const MOST_MS_BETWEEN_KILLS = 2_000;
const STREAMS = 20;

export const eventStoreDrill: Drill = {
  name: 'event-store',
  about: 'many writers with late, undone and forgotten transactions; subscribers miss nothing',
  details: `Writers append at once to a few streams of a real PostgreSQL: through the store, in transactions of their own that stay open,
that take their id early and append late, that roll back, and against versions that have passed. One transaction is left open
until the watch over the barrier says who holds it. With --kills, PostgreSQL is killed and started again meanwhile.

Checked: what was acknowledged is stored and what was rolled back is not; every subscriber sees every event once, in the order
of the store; versions of a stream have no gap; the alarm names the process of the open transaction.`,
  options: [
    { name: 'writers', standard: 50, about: 'writers at once' },
    { name: 'turns', standard: 200, about: 'appends of each writer' },
    { name: 'kills', standard: 3, about: 'how often PostgreSQL is killed' },
  ],
  run,
};

async function run({ numbers, seed, onProgress }: DrillRun): Promise<Summary> {
  const random = new Random(seed);
  const [writers, turns, kills] = [numbers['writers']!, numbers['turns']!, numbers['kills']!];
  await using postgres = await startPostgres();
  const dataSource = await open(await postgres.createDatabase('drill'));
  try {
    const store = new EventStore(dataSource);
    const parts: WriterParts = {
      dataSource,
      store,
      ledger: new Ledger(),
      streams: Array.from({ length: STREAMS }, (_, index) => `stream-${index}`),
    };
    const written = new AbortController();
    const subscribers = subscribersOf(store, random);
    const following = Promise.all(subscribers.map((each) => each.run(written.signal)));
    let done = 0;
    const onTurn = (): void => onProgress(`${(done += 1)} of ${writers * turns} appends`);
    const writing = Array.from({ length: writers }, () => new Writer(parts, random.fork()).run(turns, onTurn));
    const killing = killAgainAndAgain(postgres, kills, random.fork());
    try {
      await Promise.all([...writing, killing]);
      await leaveOneOpen(parts);
    } finally {
      written.abort();
      await following;
    }
    const stored = await check(parts, subscribers);
    return {
      'appends tried': writers * turns,
      'events stored': stored.length,
      'events refused or undone': parts.ledger.count('refused'),
      'events whose answer was lost': parts.ledger.count('unknown'),
      subscribers: subscribers.length,
      'kills of PostgreSQL': kills,
    };
  } finally {
    await dataSource.destroy();
  }
}

async function open(url: string): Promise<DataSource> {
  const migrations = [...eventStoreMigrations];
  const dataSource = new DataSource({
    type: 'postgres',
    driver: steadyDriver,
    url,
    poolSize: 70,
    migrations,
    poolErrorHandler: () => undefined,
  });
  await dataSource.initialize();
  await dataSource.runMigrations({ transaction: 'each' });
  return dataSource;
}

function subscribersOf(store: EventStore, random: Random): Subscriber[] {
  const ofAll = ['first', 'second', 'third'].map((name) => new Subscriber(name, store, random.fork()));
  return [...ofAll, new Subscriber('of one type', store, random.fork(), [eventTypes[1]])];
}

async function killAgainAndAgain(postgres: RunningPostgres, kills: number, random: Random): Promise<void> {
  for (let kill = 0; kill < kills; kill += 1) {
    await pause(random.below(MOST_MS_BETWEEN_KILLS));
    await postgres.kill();
    await postgres.restart();
  }
}

/** Leaves a transaction open until the alarm comes, as others go on to write. */
async function leaveOneOpen({ dataSource, store, ledger, streams }: WriterParts): Promise<void> {
  const alarms: BarrierAlarm[] = [];
  let called: () => void = () => undefined;
  const alarmed = new Promise<void>((resolve) => (called = resolve));
  const watch = new BarrierWatch(dataSource, store, {
    alarmMs: ALARM_MS,
    intervalMs: ALARM_MS / 5,
    onAlarm: (alarm) => {
      if (alarm) alarms.push(alarm);
      called();
    },
  });
  const runner = dataSource.createQueryRunner();
  await runner.startTransaction();
  const [row] = (await runner.query('SELECT pg_backend_pid() AS pid, pg_current_xact_id()')) as { pid: number }[];
  const waiting = new Writer({ dataSource, store, ledger, streams }, new Random(row!.pid));
  await waiting.run(5, () => undefined);
  watch.start();
  await alarmed;
  await watch.stop();
  promise(alarms[0]?.holder?.pid === row!.pid, 'the alarm names who holds the barrier', () => {
    return `it named ${JSON.stringify(alarms[0]?.holder)}, not process ${row!.pid}`;
  });
  await runner.rollbackTransaction();
  await runner.release();
}

async function check({ dataSource, ledger }: WriterParts, subscribers: readonly Subscriber[]): Promise<SeenEvent[]> {
  const rows = await dataSource.query<{ event_id: string; stream_id: string; version: string; type: string }[]>(
    'SELECT event_id, stream_id, version, type FROM events ORDER BY xid, global_position',
  );
  const stored = rows.map((row) => ({
    eventId: row.event_id,
    streamId: row.stream_id,
    version: Number(row.version),
    type: row.type,
  }));
  ledger.checkStored(stored);
  checkVersions(stored, 'a reader of the table');
  for (const { name, seen } of subscribers) {
    const isTyped = name === 'of one type';
    if (!isTyped) checkVersions(seen, name);
    checkSeen(seen, isTyped ? stored.filter(({ type }) => type === eventTypes[1]) : stored, name);
  }
  return stored;
}
