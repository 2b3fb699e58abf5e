import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startPostgres, type RunningPostgres } from '@headwater/testkit/postgres';
import type { DataSource } from 'typeorm';
import { openDatabase } from '../../fixtures/open-database.ts';
import { Outbox } from '../outbox/index.ts';
import { EventStore, type EventStoreError, VersionConflictError, type ExpectedVersion } from './index.ts';
import { newEventId } from '../identity/index.ts';

let postgres: RunningPostgres;
let dataSource: DataSource;
let store: EventStore;
let streamNumber = 0;
let stream: string;

beforeAll(async () => {
  postgres = await startPostgres();
  dataSource = await openDatabase(await postgres.createDatabase('store'));
  store = new EventStore(dataSource);
});

beforeEach(() => {
  stream = `stream-${(streamNumber += 1)}`;
});

afterAll(async () => {
  await dataSource.destroy();
  await postgres.close();
});

function happened(name: string): { type: string; data: { name: string } } {
  return { type: 'Happened', data: { name } };
}

function messageFor(id: string): Parameters<Outbox['publish']>[1][number] {
  return { aggregate: { type: 'thing', id }, topic: 't', key: id, type: 'e', payload: Buffer.from('body') };
}

async function outboxKeys(): Promise<string[]> {
  const rows = await dataSource.query<{ key: Buffer }[]>('SELECT key FROM outbox ORDER BY seq');
  return rows.map(({ key }) => key.toString());
}

describe('a stream', () => {
  it('gives back what was appended, in order of version', async () => {
    const eventId = newEventId();
    await store.append({ streamId: stream, events: [{ ...happened('a'), eventId, metadata: { by: 'u1' } }] });
    const { version } = await store.append({ streamId: stream, events: [happened('b'), happened('c')] });
    expect(version).toBe(3);

    const read = await store.readStream(stream);
    expect(read.version).toBe(3);
    expect(read.events.map(({ data }) => data)).toEqual([{ name: 'a' }, { name: 'b' }, { name: 'c' }]);
    expect(read.events[0]).toMatchObject({ eventId, version: 1, schemaVersion: 1, metadata: { by: 'u1' } });
    expect((await store.readStream(stream, { fromVersion: 3 })).events.map(({ version }) => version)).toEqual([3]);
    expect(await store.readStream(stream, { fromVersion: 9 })).toMatchObject({ version: 3, events: [] });
  });

  it.each(['UTC', 'Asia/Kolkata', 'America/Caracas'])(
    'tells when an event was stored, in a session of the time zone %s too',
    async (zone) => {
      await store.append({ streamId: stream, events: [happened('a')] });
      const [stored] = await dataSource.query<{ ms: number }[]>(
        'SELECT floor(extract(epoch FROM created_at) * 1000)::float8 AS ms FROM events WHERE stream_id = $1',
        [stream],
      );
      await dataSource.transaction(async (within) => {
        await within.query(`SET LOCAL timezone TO '${zone}'`);
        const { events } = await store.readStream(stream, { within });
        expect(events[0]!.createdAt).toEqual(new Date(stored!.ms));
      });
    },
  );

  it('has version 0 before its first event', async () => {
    expect(await store.readStream(stream)).toEqual({ streamId: stream, version: 0, events: [] });
  });

  const cases: [ExpectedVersion, number, boolean][] = [
    ['any', 0, true],
    ['any', 2, true],
    ['none', 0, true],
    ['none', 2, false],
    ['exists', 0, false],
    ['exists', 2, true],
    [0, 0, true],
    [0, 2, false],
    [2, 2, true],
    [1, 2, false],
    [3, 2, false],
  ];
  it.each(cases)('expected %s at version %i: appended is %s', async (expectedVersion, existing, appended) => {
    for (let version = 0; version < existing; version += 1) {
      await store.append({ streamId: stream, events: [happened('before')] });
    }
    const append = store.append({ streamId: stream, expectedVersion, events: [happened('new')] });
    if (appended) expect(await append).toMatchObject({ version: existing + 1 });
    else await expect(append).rejects.toMatchObject({ code: 'VERSION_CONFLICT', actual: existing, retriable: true });
    expect((await store.readStream(stream)).version).toBe(appended ? existing + 1 : existing);
  });

  it('lets exactly one of many writers with the same expected version win', async () => {
    const stores = [store, new EventStore(dataSource), new EventStore(dataSource)];
    const writers = Array.from({ length: 30 }, (_, index) =>
      stores[index % stores.length]!.append({ streamId: stream, expectedVersion: 0, events: [happened(`w${index}`)] }),
    );
    const results = await Promise.allSettled(writers);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(VersionConflictError);
    }
    expect((await store.readStream(stream)).version).toBe(1);
  });

  it('counts every event of writers that expect nothing', async () => {
    const stores = [store, new EventStore(dataSource)];
    await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        stores[index % 2]!.append({ streamId: stream, events: [happened(`${index}`), happened(`${index}`)] }),
      ),
    );
    const { events } = await store.readStream(stream);
    expect(events.map(({ version }) => version)).toEqual(Array.from({ length: 80 }, (_, index) => index + 1));
  });
});

describe('a group append', () => {
  it('gives each request its own outcome and commits them together', async () => {
    await store.append({ streamId: `${stream}-b`, events: [happened('before')] });
    const [first, second, third] = await Promise.allSettled([
      store.append({ streamId: `${stream}-a`, expectedVersion: 'none', events: [happened('a')] }),
      store.append({ streamId: `${stream}-b`, expectedVersion: 'none', events: [happened('b')] }),
      store.append({ streamId: `${stream}-c`, expectedVersion: 'none', events: [happened('c')] }),
    ]);
    expect([first.status, second.status, third.status]).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    const transactions = await Promise.all(
      ['a', 'c'].map(async (suffix) => (await store.readStream(`${stream}-${suffix}`)).events[0]?.globalPosition),
    );
    expect(transactions[0]?.transactionId).toBe(transactions[1]?.transactionId);
  });

  it('lets an event that PostgreSQL cannot take fail alone', async () => {
    const twice = newEventId();
    const results = await Promise.allSettled([
      store.append({ streamId: `${stream}-a`, events: [happened('a')] }),
      store.append({ streamId: `${stream}-b`, events: [{ type: 'Happened', data: 'a NUL: \u0000' }] }),
      store.append({ streamId: `${stream}-c`, events: [{ ...happened('c'), eventId: 'no uuid' }] }),
      store.append({ streamId: `${stream}-d`, events: [{ ...happened('d'), eventId: twice }] }),
      store.append({ streamId: `${stream}-e`, events: [{ ...happened('e'), eventId: twice }] }),
      store.append({ streamId: `${stream}-f`, events: [{ ...happened('f'), schemaVersion: 1.5 }] }),
      store.append({ streamId: `${stream}-g`, events: [{ type: 'Happened', data: () => 'g' }] }),
      store.append({ streamId: `${stream}-h`, events: [happened('häppened ✓')] }),
    ]);
    const outcomes = results.map((result) =>
      result.status === 'fulfilled' ? result.value.version : (result.reason as EventStoreError).code,
    );
    const refused = 'EVENT_REFUSED';
    expect(outcomes).toEqual([1, refused, refused, 1, refused, refused, refused, 1]);
    expect((await store.readStream(`${stream}-h`)).events).toMatchObject([happened('häppened ✓')]);
  });

  it('keeps the requests of one stream in their order', async () => {
    const requests = ['a', 'b', 'c', 'd'].map((name, index) =>
      store.append({ streamId: stream, expectedVersion: index, events: [happened(name)] }),
    );
    expect((await Promise.all(requests)).map(({ version }) => version)).toEqual([1, 2, 3, 4]);
  });

  it('refuses what is no JSON, and more waiting appends than it may hold', async () => {
    const append = store.append({ streamId: stream, events: [{ type: 'Happened', data: 1n }] });
    await expect(append).rejects.toMatchObject({ code: 'EVENT_REFUSED', retriable: false });

    const small = new EventStore(dataSource, { maxWaitingAppends: 2 });
    const results = await Promise.allSettled(
      ['a', 'b', 'c'].map((name) => small.append({ streamId: `${stream}-${name}`, events: [happened(name)] })),
    );
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    expect(results[2]).toMatchObject({ reason: { code: 'APPEND_QUEUE_FULL', retriable: true } });
  });

  it('writes the messages of the requests that were appended, and of no other', async () => {
    await dataSource.query('TRUNCATE outbox');
    await Promise.allSettled([
      store.append({
        streamId: `${stream}-a`,
        events: [happened('a')],
        messages: [messageFor('a1'), messageFor('a2')],
      }),
      store.append({
        streamId: `${stream}-b`,
        expectedVersion: 7,
        events: [happened('b')],
        messages: [messageFor('b')],
      }),
      store.append({ streamId: `${stream}-c`, events: [happened('c')], messages: [messageFor('c')] }),
    ]);
    expect(await outboxKeys()).toEqual(['a1', 'a2', 'c']);
  });
});

describe("an append in the caller's transaction", () => {
  it('is stored with the rest of the transaction or not at all', async () => {
    await dataSource.query('TRUNCATE outbox');
    const outbox = new Outbox(dataSource);
    const failing = dataSource.transaction(async (transaction) => {
      await store.appendWithin(transaction, { streamId: stream, events: [happened('a')], messages: [messageFor('a')] });
      await outbox.publish(transaction, [messageFor('b')]);
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    expect([(await store.readStream(stream)).version, await outboxKeys()]).toEqual([0, []]);

    await dataSource.transaction(async (transaction) => {
      await store.appendWithin(transaction, { streamId: stream, events: [happened('a')], messages: [messageFor('a')] });
      await outbox.publish(transaction, [messageFor('b')]);
    });
    expect([(await store.readStream(stream)).version, await outboxKeys()]).toEqual([1, ['a', 'b']]);
  });

  it('sees its own events and enforces the expected version', async () => {
    await dataSource.transaction(async (transaction) => {
      await store.appendWithin(transaction, { streamId: stream, expectedVersion: 0, events: [happened('a')] });
      await store.appendWithin(transaction, { streamId: stream, expectedVersion: 1, events: [happened('b')] });
      expect((await store.readStream(stream, { within: transaction })).version).toBe(2);
    });
    const stale = dataSource.transaction((transaction) =>
      store.appendWithin(transaction, { streamId: stream, expectedVersion: 1, events: [happened('c')] }),
    );
    await expect(stale).rejects.toBeInstanceOf(VersionConflictError);
  });

  it('is refused when the transaction began to write before a commit that it would follow', async () => {
    const early = dataSource.createQueryRunner();
    await early.startTransaction();
    await early.query('SELECT pg_current_xact_id()');
    await store.append({ streamId: stream, events: [happened('first')] });
    const late = store.appendWithin(early.manager, { streamId: stream, events: [happened('second')] });
    await expect(late).rejects.toMatchObject({ code: '40001' });
    await early.rollbackTransaction();
    await early.release();
    expect((await store.readStream(stream)).version).toBe(1);
  });

  it('waits for a transaction that locked the stream, so that the lock holder meets no conflict', async () => {
    const holder = dataSource.createQueryRunner();
    await holder.startTransaction();
    await store.lockStream(holder.manager, stream);
    const waiting = store
      .append({ streamId: stream, expectedVersion: 0, events: [happened('second')] })
      .catch((error: unknown) => error);
    await store.appendWithin(holder.manager, { streamId: stream, expectedVersion: 0, events: [happened('first')] });
    await holder.commitTransaction();
    await holder.release();
    expect(await waiting).toBeInstanceOf(VersionConflictError);
  });
});
