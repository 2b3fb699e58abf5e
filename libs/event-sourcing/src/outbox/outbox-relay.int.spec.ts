import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startPostgres, type RunningPostgres } from '@headwater/testkit/postgres';
import type { DataSource } from 'typeorm';
import { openDatabase } from '../../fixtures/open-database.ts';
import { RecordingPublisher, rejecting } from '../../fixtures/recording-publisher.ts';
import { until } from '../../fixtures/until.ts';
import { Outbox, OutboxRelay, type OutboxMessage, type OutboxPublisher, type RelayOptions } from './index.ts';

let postgres: RunningPostgres;
let dataSource: DataSource;
let outbox: Outbox;
let publisher: RecordingPublisher;
const relays: OutboxRelay[] = [];

beforeAll(async () => {
  postgres = await startPostgres();
  dataSource = await openDatabase(await postgres.createDatabase('outbox'));
  outbox = new Outbox(dataSource);
});

beforeEach(async () => {
  publisher = new RecordingPublisher();
  await dataSource.query('TRUNCATE outbox');
});

afterEach(async () => {
  await Promise.all(relays.splice(0).map((relay) => relay.stop()));
});

afterAll(async () => {
  await dataSource.destroy();
  await postgres.close();
});

function startRelay(options: RelayOptions = {}, to: OutboxPublisher = publisher): OutboxRelay {
  const relay = new OutboxRelay(dataSource, to, { leaseMs: 60_000, pollMs: 100, maxBackoffMs: 200, ...options });
  relays.push(relay);
  relay.start();
  return relay;
}

function message(aggregateId: string, value: string, topic = 'posts'): OutboxMessage {
  return {
    aggregate: { type: 'post', id: aggregateId },
    topic,
    key: aggregateId,
    type: 'Changed',
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

/** Resolves when no row is pending any more. */
async function drained(): Promise<void> {
  await until(async () => (await outbox.state()).pendingMessages === 0);
}

interface Row {
  readonly value: string;
  readonly attempts: number;
  readonly published: boolean;
  readonly dead: boolean;
  readonly last_error: string | null;
}

function rows(): Promise<Row[]> {
  return dataSource.query<Row[]>(
    `SELECT convert_from(payload, 'UTF8') AS value, attempts, published_at IS NOT NULL AS published,
       dead_at IS NOT NULL AS dead, last_error
     FROM outbox ORDER BY seq`,
  );
}

describe('the relay', () => {
  it('publishes what was committed, with its id and headers, and nothing that was rolled back', async () => {
    const id = '01890000-0000-7000-8000-000000000001';
    const undone = dataSource.transaction(async (transaction) => {
      await outbox.publish(transaction, [message('p0', 'undone')]);
      throw new Error('rolled back');
    });
    await expect(undone).rejects.toThrow('rolled back');
    await write({ ...message('p1', 'kept'), id, schemaId: 7 });
    const seen: unknown[] = [];
    startRelay({ observer: { published: (topic, records) => seen.push([topic, ...records]) } });
    await publisher.until(() => publisher.log.length === 1);
    await drained();
    // The row is seen to be marked before the relay has its answer.
    await until(() => seen.length > 0);
    expect(seen).toMatchObject([
      [
        'posts',
        {
          id,
          aggregate: { type: 'post', id: 'p1' },
          topic: 'posts',
          key: Buffer.from('p1'),
          type: 'Changed',
          schemaId: 7,
          payload: Buffer.from('kept'),
          headers: { traceparent: '00-1-2-3' },
        },
      ],
    ]);
    expect(await rows()).toMatchObject([{ value: 'kept', attempts: 1, published: true }]);
  });

  it('publishes tombstones and records without a key', async () => {
    await write({ ...message('p1', ''), payload: null, key: null });
    startRelay();
    await publisher.until(() => publisher.log.length === 1);
    expect(publisher.valuesOf('p1')).toEqual(['']);
  });

  it('is woken by a notification when it sleeps', async () => {
    startRelay({ firstPollMs: 3_600_000, pollMs: 3_600_000, leaseMs: 36_000_000 });
    await sleeping(1);
    await write(message('p1', 'woken'));
    await publisher.until(() => publisher.log.length === 1);
  });

  it('keeps the order of each aggregate in batches and across them', async () => {
    const expected = numbers(300);
    for (let start = 0; start < 300; start += 50) {
      await write(
        ...expected.slice(start, start + 50).flatMap((value) => ['a', 'b', 'c'].map((id) => message(id, value))),
      );
    }
    startRelay({ maxBatchRecords: 64 });
    await publisher.until(() => publisher.log.length === 900);
    for (const id of ['a', 'b', 'c']) expect(publisher.valuesOf(id)).toEqual(expected);
    expect(Math.max(...publisher.calls)).toBe(64);
  });

  it('holds no more payload in memory than its limit, yet publishes a larger record alone', async () => {
    const large = 'x'.repeat(5000);
    await write(message('a', 'first'), message('a', large), message('b', large), message('c', 'last'));
    startRelay({ maxBatchBytes: 6000 });
    await publisher.until(() => publisher.log.length === 4);
    expect(publisher.calls).toEqual([2, 2]);
  });

  it('tries a broker failure for ever and marks a row only when it was acknowledged', async () => {
    await write(message('a', '1'), message('a', '2'));
    let failures = 0;
    const leader = Promise.withResolvers<undefined>();
    publisher.before = async () => {
      if ((failures += 1) <= 4) throw new Error('no leader');
      await leader.promise;
    };
    const retries: number[] = [];
    startRelay({ observer: { failed: (_topic, _error, retryAfterMs) => retries.push(retryAfterMs) } });
    await publisher.until(() => failures === 4);
    expect((await rows()).map(({ published }) => published)).toEqual([false, false]);
    leader.resolve(undefined);
    await publisher.until(() => publisher.log.length === 2);
    await drained();
    expect(publisher.valuesOf('a')).toEqual(['1', '2']);
    expect(retries).toEqual([100, 200, 200, 200]);
    expect(await rows()).toMatchObject([{ attempts: 5, last_error: 'no leader' }, { published: true }]);
  });

  it('publishes other topics while one fails', async () => {
    await write(message('a', '1', 'down'), message('b', '1', 'up'), message('a', '2', 'down'), message('b', '2', 'up'));
    let down = true;
    publisher.before = (topic) => {
      if (topic === 'down' && down) throw new Error('unknown topic');
    };
    const relay = startRelay();
    await publisher.until(() => publisher.log.length === 2);
    await write(message('b', '3', 'up'));
    await publisher.until(() => publisher.log.length === 3);
    expect(publisher.valuesOf('b')).toEqual(['1', '2', '3']);
    expect(relay.status().failingTopics).toEqual(['down']);
    down = false;
    await publisher.until(() => publisher.log.length === 5);
    expect(publisher.valuesOf('a')).toEqual(['1', '2']);
  });

  it('remembers what was acknowledged when PostgreSQL goes away before it is marked', async () => {
    await write(message('a', '1'), message('a', '2'));
    publisher.after = async () => {
      await dataSource.query(
        'SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
      );
    };
    const lost: unknown[] = [];
    startRelay({ observer: { disconnected: (error) => lost.push(error) } });
    await publisher.until(() => publisher.log.length === 2);
    publisher.after = () => undefined;
    await drained();
    expect([publisher.valuesOf('a'), lost.length]).toEqual([['1', '2'], 1]);
    expect((await rows()).map(({ published }) => published)).toEqual([true, true]);
  });

  it('removes rows only when they were published long enough ago', async () => {
    await write(message('a', 'old'), message('a', 'recent'), message('b', 'pending'));
    await dataSource.query(
      `UPDATE outbox SET created_at = now() - interval '2 hours',
         published_at = CASE convert_from(payload, 'UTF8')
           WHEN 'old' THEN now() - interval '2 hours' WHEN 'recent' THEN now() END`,
    );
    publisher.before = () => {
      throw new Error('away');
    };
    startRelay({ retentionMs: 3_600_000 });
    await until(async () => (await rows()).length === 2);
    expect((await rows()).map(({ value }) => value)).toEqual(['recent', 'pending']);
  });

  it('refuses options that are out of range', () => {
    expect(() => new OutboxRelay(dataSource, publisher, { maxBatchRecords: 0 })).toThrow(/maxBatchRecords/);
  });
});

describe('a record that can never be published', () => {
  it('holds only its aggregate, and what comes later for that', async () => {
    await write(message('a', '1'), message('b', '1'), message('b', 'poison'), message('c', '1'), message('b', '3'));
    await write(message('a', '2'), message('c', '2'));
    publisher.before = rejecting('poison');
    const dead: string[] = [];
    startRelay({ observer: { died: (record) => dead.push(record.payload?.toString() ?? '') } });
    await publisher.until(() => publisher.log.length === 5);
    await write(message('b', '4'), message('a', '3'));
    await publisher.until(() => publisher.log.length === 6);
    await drained();
    expect(['a', 'b', 'c'].map((id) => publisher.valuesOf(id))).toEqual([['1', '2', '3'], ['1'], ['1', '2']]);
    expect(dead).toEqual(['poison']);
    expect(await outbox.state()).toMatchObject({ pendingMessages: 0, heldAggregates: 1, heldMessages: 3 });
    expect((await rows()).find((row) => row.dead)).toMatchObject({ value: 'poison', last_error: 'too large' });
  });

  it.each(['retry', 'drop'] as const)('is let go by %s, and the rest follows in order', async (how) => {
    await write(message('b', '1'), message('b', 'poison'), message('b', '3'));
    publisher.before = rejecting('poison');
    startRelay();
    await publisher.until(() => publisher.log.length === 1);
    await drained();
    await write(message('b', '4'));
    await drained();
    expect(await outbox.heldAggregates()).toMatchObject([
      { aggregate: { type: 'post', id: 'b' }, topic: 'posts', type: 'Changed', reason: 'too large', messages: 3 },
    ]);
    publisher.before = () => undefined;
    expect(await outbox.release({ type: 'post', id: 'b' }, how)).toBe(how === 'retry' ? 3 : 2);
    await write(message('b', '5'));
    const expected = how === 'retry' ? ['1', 'poison', '3', '4', '5'] : ['1', '3', '4', '5'];
    await publisher.until(() => publisher.log.length === expected.length);
    expect(publisher.valuesOf('b')).toEqual(expected);
    expect(await outbox.state()).toMatchObject({ heldAggregates: 0, heldMessages: 0 });
  });
});

describe('several relays', () => {
  it('share the aggregates and keep the order of each', async () => {
    const publishers = [publisher, publisherInto(publisher), publisherInto(publisher)];
    for (const each of publishers) startRelay({ maxBatchRecords: 16, leaseMs: 3000 }, each);
    await sleeping(3);
    const ids = Array.from({ length: 20 }, (_, index) => `post-${index}`);
    for (const value of numbers(40)) await write(...ids.map((id) => message(id, value)));
    await publisher.until(() => publisher.log.length >= 800);
    await drained();
    for (const id of ids) expect(publisher.valuesOnceOf(id)).toEqual(numbers(40));
    for (const each of publishers) expect(each.calls.length).toBeGreaterThan(0);
    await until(() => relays.reduce((sum, relay) => sum + relay.status().shards, 0) === 32);
  });

  it('hand over at once when one stops, and keep the order', async () => {
    const first = startRelay({ leaseMs: 60_000 });
    await sleeping(1);
    const second = publisherInto(publisher);
    startRelay({ leaseMs: 3000 }, second);
    for (const value of numbers(20)) {
      await write(message('a', value), message('b', value), message('c', value));
      if (value === '10') await first.stop();
    }
    await publisher.until(() => publisher.log.length >= 60);
    await drained();
    for (const id of ['a', 'b', 'c']) expect(publisher.valuesOnceOf(id)).toEqual(numbers(20));
    expect(second.calls.length).toBeGreaterThan(0);
  });
});

/** Another relay's connection to the same broker. */
function publisherInto(broker: RecordingPublisher): RecordingPublisher {
  const other = new RecordingPublisher();
  other.publish = async (topic, records) => {
    other.calls.push(records.length);
    for (const record of records) {
      const { id, aggregate, payload } = record;
      broker.log.push({ id, aggregate: aggregate.id, value: payload?.toString() ?? '', topic });
    }
    await broker.publish('-', []);
  };
  return other;
}

/** Resolves when so many relays share all shards and sleep. */
async function sleeping(count: number): Promise<void> {
  await until(async () => {
    const [row] = await dataSource.query<{ relays: number; sleeping: number; owners: number }[]>(
      `SELECT (SELECT count(*) FROM outbox_relays)::int AS relays,
         (SELECT count(*) FROM outbox_relays WHERE sleeping)::int AS sleeping,
         (SELECT count(DISTINCT owner) FROM outbox_shards WHERE owner IS NOT NULL)::int AS owners`,
    );
    return row!.relays === count && row!.sleeping === count && row!.owners === count;
  });
}
