import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startPostgres, type RunningPostgres } from '@headwater/testkit/postgres';
import type { DataSource, QueryRunner } from 'typeorm';
import { openDatabase } from '../../fixtures/open-database.ts';
import { EventStore, START_OF_LOG, type GlobalPosition, type RecordedEvent } from './index.ts';

let postgres: RunningPostgres;
let dataSource: DataSource;
let store: EventStore;

beforeAll(async () => {
  postgres = await startPostgres();
});

afterAll(() => postgres.close());

async function freshStore(name: string): Promise<void> {
  dataSource = await openDatabase(await postgres.createDatabase(name));
  store = new EventStore(dataSource);
}

function event(name: string): { type: string; data: string } {
  return { type: 'Happened', data: name };
}

/** An append that has been executed but not committed. */
async function openAppend(streamId: string): Promise<QueryRunner> {
  const runner = dataSource.createQueryRunner();
  await runner.startTransaction();
  await store.appendWithin(runner.manager, { streamId, events: [event(streamId)] });
  return runner;
}

async function commit(runner: QueryRunner): Promise<void> {
  await runner.commitTransaction();
  await runner.release();
}

/** What most outboxes and projections do: remember the highest number seen and go on behind it. */
class NaiveReader {
  readonly seen: string[] = [];
  private lastPosition = '0';

  async read(): Promise<void> {
    const rows = await dataSource.query<{ stream_id: string; global_position: string }[]>(
      'SELECT stream_id, global_position FROM events WHERE global_position > $1 ORDER BY global_position',
      [this.lastPosition],
    );
    this.seen.push(...rows.map((row) => row.stream_id));
    this.lastPosition = rows.at(-1)?.global_position ?? this.lastPosition;
  }
}

class Reader {
  readonly events: RecordedEvent[] = [];
  private position: GlobalPosition = START_OF_LOG;

  get seen(): string[] {
    return this.events.map(({ streamId }) => streamId);
  }

  async read(maxEvents = 1000): Promise<number> {
    const events = await store.readAll(this.position, { maxEvents });
    this.events.push(...events);
    this.position = events.at(-1)?.globalPosition ?? this.position;
    return events.length;
  }
}

describe('reading all events', () => {
  it('misses none that is committed late, where a reader by number does', async () => {
    await freshStore('gap');
    const [naive, reader] = [new NaiveReader(), new Reader()];

    const late = await openAppend('late');
    await store.append({ streamId: 'early', events: [event('early')] });
    for (const each of [naive, reader]) await each.read();
    expect(naive.seen).toEqual(['early']);
    expect(reader.seen).toEqual([]);
    expect(await store.barrier()).toMatchObject({ waitingEvents: 1 });

    await commit(late);
    for (const each of [naive, reader]) await each.read();
    expect(naive.seen).toEqual(['early']);
    expect(reader.seen).toEqual(['late', 'early']);
    expect(await store.barrier()).toEqual({ waitingEvents: 0, ageMs: 0 });
    await dataSource.destroy();
  });

  it('misses none of a transaction that began to write early and appended late', async () => {
    await freshStore('early');
    const early = dataSource.createQueryRunner();
    await early.startTransaction();
    await early.query('SELECT pg_current_xact_id()');
    await store.append({ streamId: 'lower number', events: [event('a')] });
    await store.appendWithin(early.manager, { streamId: 'lower transaction', events: [event('b')] });
    await commit(early);
    const reader = new Reader();
    while ((await reader.read(1)) > 0);
    expect(reader.seen).toEqual(['lower transaction', 'lower number']);
    await dataSource.destroy();
  });

  it('does not wait for an open transaction that has written nothing', async () => {
    await freshStore('idle');
    const idle = dataSource.createQueryRunner();
    await idle.startTransaction();
    await idle.query('SELECT count(*) FROM events');
    await store.append({ streamId: 'a', events: [event('a')] });
    const reader = new Reader();
    await reader.read();
    expect(reader.seen).toEqual(['a']);
    await commit(idle);
    await dataSource.destroy();
  });

  it('goes on behind a transaction that was rolled back', async () => {
    await freshStore('rollback');
    const undone = await openAppend('undone');
    await store.append({ streamId: 'kept', events: [event('kept')] });
    const reader = new Reader();
    await reader.read();
    expect(reader.seen).toEqual([]);
    await undone.rollbackTransaction();
    await undone.release();
    await reader.read();
    expect(reader.seen).toEqual(['kept']);
    await dataSource.destroy();
  });

  it('sees every event once and every stream in order, under writers that commit in any order', async () => {
    await freshStore('random');
    const streams = ['a', 'b', 'c', 'd', 'e'];
    let writing = true;
    const writers = Array.from({ length: 8 }, async (_, writer) => {
      for (let turn = 0; turn < 25; turn += 1) {
        const streamId = streams[randomInt(streams.length)]!;
        if (writer % 2 === 0) {
          await store.append({ streamId, events: [event('group'), event('group')] });
        } else {
          await dataSource.transaction(async (transaction) => {
            await store.appendWithin(transaction, { streamId, events: [event('own')] });
            await delay(randomInt(8));
          });
        }
      }
    });
    const reader = new Reader();
    const reading = (async () => {
      while (writing) if ((await reader.read(7)) === 0) await delay(1);
    })();
    await Promise.all(writers);
    writing = false;
    await reading;
    while ((await reader.read(7)) > 0);

    expect(reader.events).toHaveLength(4 * 25 * 2 + 4 * 25);
    expect(new Set(reader.events.map(({ eventId }) => eventId)).size).toBe(reader.events.length);
    for (const stream of streams) {
      const versions = reader.events.filter(({ streamId }) => streamId === stream).map(({ version }) => version);
      expect(versions).toEqual(versions.map((_, index) => index + 1));
    }
    await dataSource.destroy();
  });
});
