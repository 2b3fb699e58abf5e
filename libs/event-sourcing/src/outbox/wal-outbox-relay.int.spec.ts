import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startPostgres, type RunningPostgres } from '@headwater/testkit/postgres';
import type { DataSource } from 'typeorm';
import { openDatabase } from '../../fixtures/open-database.ts';
import { RecordingPublisher, rejecting } from '../../fixtures/recording-publisher.ts';
import { AbsentStandby } from '../../fixtures/absent-standby.ts';
import { until } from '../../fixtures/until.ts';
import { RecordRejectedError } from '../rejection/index.ts';
import {
  dropWalRelay,
  Outbox,
  OutboxRelay,
  outboxSlotOf,
  WalOutboxRelay,
  walRelayState,
  type OutboxMessage,
  type Relay,
  type WalRelayOptions,
} from './index.ts';

let postgres: RunningPostgres;
let dataSource: DataSource;
let outbox: Outbox;
let publisher: RecordingPublisher;
let databases = 0;
const relays: Relay[] = [];

beforeAll(async () => {
  postgres = await startPostgres();
});

beforeEach(async () => {
  databases += 1;
  dataSource = await openDatabase(await postgres.createDatabase(`wal_${databases}`));
  outbox = new Outbox(dataSource);
  publisher = new RecordingPublisher();
});

afterEach(async () => {
  await Promise.all(relays.splice(0).map((relay) => relay.stop()));
  await until(isSlotFree);
  await dropWalRelay(dataSource, outboxSlotOf(dataSource));
  await dataSource.destroy();
});

afterAll(async () => {
  await postgres.close();
});

function relay(options: WalRelayOptions = {}, to = publisher): WalOutboxRelay {
  const made = new WalOutboxRelay(dataSource, to, {
    leaseMs: 60_000,
    pollMs: 50,
    confirmMs: 20,
    retryMs: 20,
    maxBackoffMs: 100,
    ...options,
  });
  relays.push(made);
  made.start();
  return made;
}

function tableRelay(to = publisher): OutboxRelay {
  const made = new OutboxRelay(dataSource, to, { leaseMs: 60_000, pollMs: 20 });
  relays.push(made);
  made.start();
  return made;
}

function message(aggregateId: string, value: string, topic = 'posts'): OutboxMessage {
  return {
    aggregate: { type: 'post', id: aggregateId },
    topic,
    key: aggregateId,
    type: 'Changed',
    schemaId: 7,
    payload: Buffer.from(value),
    headers: { traceparent: '00-1-2-3' },
  };
}

function write(...messages: OutboxMessage[]): Promise<void> {
  return dataSource.transaction((transaction) => outbox.publish(transaction, messages));
}

function numbers(count: number): string[] {
  return Array.from({ length: count }, (_, index) => String(index));
}

const isStreaming = (made: WalOutboxRelay) => () => made.status().replication.state === 'streaming';

async function rowsLeft(aggregateId?: string): Promise<number> {
  const [row] = await dataSource.query<{ count: number }[]>(
    'SELECT count(*)::int AS count FROM outbox WHERE aggregate_id = coalesce($1, aggregate_id)',
    [aggregateId],
  );
  return row!.count;
}

async function aggregatesHeld(): Promise<number> {
  const [row] = await dataSource.query<{ count: number }[]>('SELECT count(*)::int AS count FROM outbox_wal_held');
  return row!.count;
}

/** Slots that are being made, and wait for a transaction that is open. */
async function slotsWaiting(): Promise<number> {
  const rows = await dataSource.query<unknown[]>(
    `SELECT FROM pg_stat_activity WHERE query LIKE 'CREATE_REPLICATION_SLOT%' AND wait_event_type = 'Lock'`,
  );
  return rows.length;
}

/** The server has noticed that nobody reads the slot any more, which it does a moment after a relay has stopped. */
async function isSlotFree(): Promise<boolean> {
  return (await walRelayState(dataSource)).every(({ active }) => !active);
}

async function endSender(): Promise<void> {
  await dataSource.query('SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = $1', [
    outboxSlotOf(dataSource),
  ]);
}

describe('the relay from the write-ahead log', () => {
  it('publishes what is committed, whole and in order, and deletes the rows', async () => {
    const made = relay();
    await until(isStreaming(made));
    let seen: Record<string, unknown> = {};
    publisher.before = (_topic, [record]) => {
      seen = { ...record };
    };
    await write(message('a', '0'));
    await publisher.until(() => publisher.log.length === 1);
    expect(seen).toMatchObject({
      aggregate: { type: 'post', id: 'a' },
      topic: 'posts',
      key: Buffer.from('a'),
      type: 'Changed',
      schemaId: 7,
      payload: Buffer.from('0'),
      headers: { traceparent: '00-1-2-3' },
    });
    expect(Math.abs(Date.now() - (seen['createdAt'] as Date).getTime())).toBeLessThan(600_000);

    const rest = numbers(50).slice(1);
    for (const value of rest) await write(message('a', value), message('b', value));
    await publisher.until(() => publisher.log.length === 99);
    expect(publisher.valuesOf('a')).toEqual(numbers(50));
    expect(publisher.valuesOf('b')).toEqual(rest);
    await until(async () => (await rowsLeft()) === 0);
    expect(await outbox.state()).toMatchObject({ pendingMessages: 0, heldMessages: 0 });
  });

  it('leaves out what is rolled back, and takes transactions as they are committed', async () => {
    await until(isStreaming(relay()));
    const runner = dataSource.createQueryRunner();
    await runner.startTransaction();
    await outbox.publish(runner.manager, [message('late', '0')]);
    await write(message('early', '0'));
    await dataSource
      .transaction(async (transaction) => {
        await outbox.publish(transaction, [message('never', '0')]);
        throw new Error('rolled back');
      })
      .catch(() => undefined);
    await publisher.until(() => publisher.log.length === 1);
    await runner.commitTransaction();
    await runner.release();
    await publisher.until(() => publisher.log.length === 2);
    expect(publisher.log.map(({ aggregate }) => aggregate)).toEqual(['early', 'late']);
  });

  it('publishes a null payload and key, and headers with any text', async () => {
    let seen: Record<string, unknown> = {};
    publisher.before = (_topic, [record]) => {
      seen = { ...record };
    };
    await until(isStreaming(relay()));
    const headers = { name: 'Zoë "the" \\ 雪' };
    await write({
      aggregate: { type: 'post', id: 'ü' },
      topic: 'posts',
      key: null,
      type: 'Gone',
      payload: null,
      headers,
    });
    await publisher.until(() => publisher.log.length === 1);
    expect(seen).toMatchObject({ aggregate: { id: 'ü' }, key: null, payload: null, schemaId: null, headers });
  });

  it('publishes rows that were there before its slot once, without a gap or a repetition at the seam', async () => {
    for (const value of numbers(50)) await write(message('a', value));
    let next = 50;
    let stop = false as boolean;
    const writing = (async () => {
      for (; !stop || next < 200; next += 1) await write(message('a', String(next)));
    })();
    publisher.before = () => new Promise((resolve) => setTimeout(resolve, 1));
    const made = relay({ maxBatchBytes: 2000 });
    await until(isStreaming(made));
    stop = true;
    await writing;
    await publisher.until(() => publisher.log.length >= next);
    expect(publisher.valuesOf('a')).toEqual(numbers(next));
  });

  it('holds only the aggregate whose message can never be published, until an operator lets it go on', async () => {
    publisher.before = rejecting('poison');
    const died: string[] = [];
    await until(isStreaming(relay({ observer: { died: ({ id }) => died.push(id) } })));
    await write(message('bad', '0'), message('good', '0'), message('bad', 'poison'), message('bad', '1'));
    await write(message('bad', '2'), message('good', '1'));
    await publisher.until(() => publisher.valuesOf('good').length === 2);
    await until(async () => (await outbox.state()).heldMessages === 3);
    expect(publisher.valuesOf('bad')).toEqual(['0']);
    expect(died).toHaveLength(1);
    const [held] = await outbox.heldAggregates();
    expect(held).toMatchObject({ aggregate: { id: 'bad' }, reason: 'too large', messages: 3, attempts: 1 });

    await outbox.release(held!.aggregate, 'retry');
    await until(async () => died.length === 2 && (await outbox.state()).heldMessages === 3);
    expect(publisher.valuesOf('bad')).toEqual(['0']);

    await outbox.release(held!.aggregate, 'drop');
    await write(message('bad', '3'));
    await publisher.until(() => publisher.valuesOf('bad').includes('3'));
    expect(publisher.valuesOf('bad')).toEqual(['0', '1', '2', '3']);
    await until(async () => (await rowsLeft()) === 0);
  });

  it('meets rows that others do not see yet, because their commit still waits: none is lost, left behind or doubled', async () => {
    const standby = await AbsentStandby.of(dataSource);
    publisher.before = rejecting('poison');
    const failures: unknown[] = [];
    await until(isStreaming(relay({ observer: { failed: (_topic, error) => failures.push(error) } })));
    const commit = (...messages: OutboxMessage[]) =>
      standby.commit((transaction) => outbox.publish(transaction, messages));
    const committed: Promise<void>[] = [];
    try {
      await standby.begin();
      committed.push(commit(message('good', '0'), message('bad', 'poison'), message('bad', '0')));
      await until(() => failures.length > 0);
      committed.push(commit(message('bad', '1'), message('good', '1')));
      expect(String(failures[0])).toContain('is not visible yet');
      expect(await outbox.state()).toMatchObject({ pendingMessages: 0, heldMessages: 0 });
    } finally {
      await standby.end();
    }
    await Promise.all(committed);
    await publisher.until(() => publisher.valuesOf('good').length === 2);
    await until(async () => (await outbox.state()).heldMessages === 3);
    await until(async () => (await rowsLeft('good')) === 0);
    const [held] = await outbox.heldAggregates();
    await outbox.release(held!.aggregate, 'drop');
    await until(async () => (await rowsLeft()) === 0);
    expect(publisher.valuesOf('bad')).toEqual(['0', '1']);
    expect(publisher.valuesOf('good')).toEqual(['0', '1']);
  });

  it('publishes nothing twice of what it took from the table while its log was behind', async () => {
    const refused = new Set(['poison', 'x', 'y']);
    let failures = 0;
    publisher.before = (topic, records) => {
      if (records.some(({ payload }) => payload?.toString() === 'poison')) throw new RecordRejectedError('too large');
      if (records.some(({ payload }) => refused.has(payload?.toString() ?? ''))) throw new Error(`${topic} is away`);
    };
    const made = relay({ observer: { failed: () => (failures += 1) } });
    await until(isStreaming(made));
    await write(message('bad', 'poison'));
    await until(async () => (await outbox.state()).heldMessages === 1);

    await write(message('other', 'x', 'away'));
    await until(() => failures > 0);
    await write(message('bad', '0'));
    await outbox.release({ type: 'post', id: 'bad' }, 'drop');
    await publisher.until(() => publisher.valuesOf('bad').length === 1);
    await until(async () => (await aggregatesHeld()) === 0);
    await write(message('other', 'y', 'away'));
    // The log's next batch holds both: the one that was published from the table, and one that cannot be written.
    await until(() => made.status().replication.bufferedBytes > 3000);
    refused.delete('x');
    await publisher.until(() => publisher.valuesOf('other').length === 1);
    failures = 0;
    await until(() => failures > 1);
    refused.delete('y');
    await publisher.until(() => publisher.valuesOf('other').length === 2);
    await until(async () => (await rowsLeft()) === 0);
    expect(publisher.valuesOf('bad')).toEqual(['0']);
  });

  it('lets go on what it holds, whatever a lost connection left in its table', async () => {
    publisher.before = rejecting('poison');
    await until(isStreaming(relay()));
    await write(message('bad', 'poison'), message('bad', '0'));
    await until(async () => (await outbox.state()).heldMessages === 2);
    await dataSource.query('DELETE FROM outbox_wal_held');
    await outbox.release({ type: 'post', id: 'bad' }, 'drop');
    await write(message('bad', '1'));
    await publisher.until(() => publisher.valuesOf('bad').length === 2);
    await until(async () => (await rowsLeft()) === 0);
    expect(publisher.valuesOf('bad')).toEqual(['0', '1']);
  });

  it('remembers over a restart what it holds, and what was released meanwhile', async () => {
    publisher.before = rejecting('poison');
    const first = relay();
    await until(isStreaming(first));
    await write(message('bad', 'poison'), message('bad', '0'));
    await until(async () => (await outbox.state()).heldMessages === 2);
    await until(() => first.status().replication.lagBytes === 0 || first.status().replication.publishedChanges >= 2);
    await first.stop();
    await write(message('bad', '1'));
    await outbox.release({ type: 'post', id: 'bad' }, 'drop');
    await until(isStreaming(relay()));
    await write(message('bad', '2'));
    await publisher.until(() => publisher.valuesOf('bad').includes('2'));
    expect(publisher.valuesOnceOf('bad')).toEqual(['0', '1', '2']);
  });

  it('tries for as long as the broker is away, publishes nothing twice that was acknowledged, and tells PostgreSQL nothing', async () => {
    let away = true;
    publisher.before = (topic) => {
      if (away && topic === 'posts') throw new Error('no broker');
    };
    const failures: string[] = [];
    const made = relay({ observer: { failed: (topic) => failures.push(topic) } });
    await until(isStreaming(made));
    await write(message('a', '0', 'likes'), message('b', '0'));
    await until(() => failures.length >= 3);
    expect(new Set(failures)).toEqual(new Set(['posts']));
    expect(made.status().failingTopics).toEqual(['posts']);
    // The row of the other topic may be done with, or not yet.
    expect(await rowsLeft('b')).toBe(1);
    away = false;
    await publisher.until(() => publisher.log.length === 2);
    await until(async () => (await rowsLeft()) === 0);
    expect(publisher.log.map(({ aggregate }) => aggregate)).toEqual(['a', 'b']);
    expect(made.status().failingTopics).toEqual([]);
  });

  it('goes on after its connection was cut, without repeating what was acknowledged', async () => {
    let disconnects = 0;
    const disconnect = (): void => void (disconnects += 1);
    // What it meets first: the end of its connection, or that nobody reads from the slot.
    const made = relay({ observer: { disconnected: disconnect, fenced: disconnect } });
    await until(isStreaming(made));
    for (let round = 0; round < 3; round += 1) {
      const values = numbers(20).map((value) => `${round}-${value}`);
      for (const value of values) await write(message('a', value));
      await publisher.until(() => publisher.valuesOf('a').length === 20 * (round + 1));
      await endSender();
      await until(() => disconnects > round);
    }
    await write(message('a', 'end'));
    await publisher.until(() => publisher.valuesOf('a').includes('end'));
    expect(publisher.valuesOf('a')).toHaveLength(61);
  });

  it('stands by while another relay reads, and takes over when it stops', async () => {
    const first = relay();
    await until(isStreaming(first));
    const second = new RecordingPublisher();
    let standby = 0;
    const waiting = relay({ observer: { standingBy: () => (standby += 1) } }, second);
    await until(() => standby === 1);
    for (const value of numbers(10)) await write(message('a', value));
    await publisher.until(() => publisher.log.length === 10);
    expect(second.log).toEqual([]);
    expect(waiting.status().replication.state).toBe('standby');
    await until(async () => (await rowsLeft()) === 0);
    await first.stop();
    await write(message('a', '10'));
    await second.until(() => second.log.length > 0);
    expect(second.valuesOf('a').at(-1)).toBe('10');
  });

  it('says loudly that its slot was lost, and publishes what is pending from the table', async () => {
    const first = relay();
    await until(isStreaming(first));
    await write(message('a', '0'));
    await until(async () => publisher.log.length === 1 && (await rowsLeft()) === 0);
    await first.stop();
    for (const value of ['1', '2', '3']) await write(message('a', value));
    await until(isSlotFree);
    await dataSource.query('SELECT pg_drop_replication_slot($1)', [outboxSlotOf(dataSource)]);
    const reasons: string[] = [];
    const second = relay({ observer: { takingOver: (reason) => reasons.push(reason) } });
    await until(isStreaming(second));
    await write(message('a', '4'));
    await publisher.until(() => publisher.log.length === 5);
    expect(reasons).toEqual([expect.stringContaining('is gone')]);
    expect(publisher.valuesOf('a')).toEqual(numbers(5));
  });

  it('takes over from the relay from the table, and hands back to it, each time without loss', async () => {
    let written = 0;
    let stop = false;
    const writing = (async () => {
      for (; !stop; written += 1) await write(message('a', String(written)));
    })();
    const fromTable = tableRelay();
    await publisher.until(() => publisher.log.length > 20);
    const fromLog = relay();
    await until(() => fromLog.status().replication.state === 'standby');
    await fromTable.stop();
    await until(isStreaming(fromLog));
    const atTakeOver = publisher.log.length;
    await publisher.until(() => publisher.log.length > atTakeOver + 20);
    await fromLog.stop();
    const again = tableRelay();
    const atHandBack = publisher.log.length;
    await publisher.until(() => publisher.log.length > atHandBack + 20);
    await again.stop();
    await until(isStreaming(relay()));
    stop = true;
    await writing;
    await publisher.until(() => publisher.valuesOnceOf('a').length === written);
    expect(publisher.valuesOnceOf('a')).toEqual(numbers(written));
  });

  it('holds what is behind a message that another relay marked as dead while the slot was made', async () => {
    await write(message('bad', 'poison'), message('bad', '0'), message('good', '0'));
    const runner = dataSource.createQueryRunner();
    await runner.startTransaction();
    await runner.query(`UPDATE outbox SET dead_at = clock_timestamp() WHERE payload = 'poison'`);
    const made = relay();
    await until(async () => (await slotsWaiting()) === 1);
    await runner.commitTransaction();
    await runner.release();
    await until(isStreaming(made));
    expect(publisher.log.map(({ aggregate }) => aggregate)).toEqual(['good']);
    await outbox.release({ type: 'post', id: 'bad' }, 'drop');
    await publisher.until(() => publisher.log.length === 2);
    expect(publisher.valuesOf('bad')).toEqual(['0']);
  });

  it('goes on after a failover to a server whose log is shorter', async () => {
    await using first = await startPostgres();
    const moved = await openDatabase(await first.createDatabase('moved'));
    for (let segment = 0; segment < 2; segment += 1) {
      await moved.query(`SELECT pg_logical_emit_message(true, 'a', 'b')`);
      await moved.query('SELECT pg_switch_wal()');
    }
    const made = new WalOutboxRelay(moved, publisher, { leaseMs: 60_000, confirmMs: 20, retryMs: 20 });
    relays.push(made);
    made.start();
    const movedOutbox = new Outbox(moved);
    await until(isStreaming(made));
    await movedOutbox.publish(moved, [message('a', '0')]);
    await publisher.until(() => publisher.log.length === 1);

    await first.close();
    await using second = await startPostgres({ port: first.port });
    const administrator = await openDatabase(await second.createDatabase('moved'));
    await administrator.query(`ALTER ROLE postgres PASSWORD '${new URL(first.url).password}'`);
    await administrator.destroy();
    await until(isStreaming(made));
    await movedOutbox.publish(moved, [message('a', '1')]);
    await publisher.until(() => publisher.log.length === 2);
    await made.stop();
    await moved.destroy();
    // Two servers are made in it.
  }, 300_000);

  it('shows operators its slot, and gives it up when they say so', async () => {
    const made = relay();
    await until(isStreaming(made));
    const slot = outboxSlotOf(dataSource);
    const [state] = await walRelayState(dataSource);
    expect(state).toMatchObject({ slot, state: 'stream', active: true, walStatus: 'reserved' });
    await made.stop();
    await until(isSlotFree);
    await dropWalRelay(dataSource, slot);
    expect(await walRelayState(dataSource)).toEqual([]);
  });
});
