import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startPostgres, type RunningPostgres } from '@headwater/testkit/postgres';
import type { DataSource } from 'typeorm';
import { openDatabase } from '../../fixtures/open-database.ts';
import { RecordingPublisher } from '../../fixtures/recording-publisher.ts';
import { EventStore } from '../event-store/index.ts';
import { newEventId } from '../identity/index.ts';
import { Outbox, OutboxRelay, type OutboxMessage } from './index.ts';

const rounds = Number(process.env['HEADWATER_THOROUGH'] ?? 1);
/** To each aggregate. */
const appends = 60 * rounds;

let postgres: RunningPostgres;
let folder: string;
const relayProcesses: RelayProcess[] = [];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'relay-crash-'));
  postgres = await startPostgres();
});

afterAll(async () => {
  await Promise.all(relayProcesses.map((relay) => relay.kill()));
  await postgres.close();
  await rm(folder, { recursive: true, force: true });
});

function message(id: string, aggregateId: string, value: string): OutboxMessage {
  const aggregate = { type: 'post', id: aggregateId };
  return { id, aggregate, topic: 'posts', key: aggregateId, type: 'Changed', payload: Buffer.from(value) };
}

describe('a relay that lost its shards', () => {
  it('cannot mark rows any more, and the new owner publishes them again under the same ids', async () => {
    const dataSource = await openDatabase(await postgres.createDatabase('fencing'));
    const outbox = new Outbox(dataSource);
    const ids = [newEventId(), newEventId()];
    await outbox.publish(dataSource, [message(ids[0]!, 'a', '1'), message(ids[1]!, 'a', '2')]);

    const suspended = Promise.withResolvers<unknown>();
    const [stale, fresh] = [new RecordingPublisher(), new RecordingPublisher()];
    let stuck = false;
    stale.before = async () => {
      stuck = true;
      await suspended.promise;
    };
    const fenced = Promise.withResolvers<number>();
    const staleRelay = new OutboxRelay(dataSource, stale, { leaseMs: 60_000, observer: { fenced: fenced.resolve } });
    staleRelay.start();
    while (!stuck) await delay(5);

    // As if its process had been suspended for longer than the lease.
    await dataSource.query(`UPDATE outbox_shards SET lease_until = '-infinity'`);
    await dataSource.query('DELETE FROM outbox_relays');
    const freshRelay = new OutboxRelay(dataSource, fresh, { leaseMs: 60_000, pollMs: 20 });
    freshRelay.start();
    await fresh.until(() => fresh.log.length === 2);
    await outbox.publish(dataSource, [message(newEventId(), 'a', '3')]);
    await fresh.until(() => fresh.log.length === 3);

    suspended.resolve(undefined);
    expect(await fenced.promise).toBe(2);
    expect(stale.log.map(({ id }) => id)).toEqual(ids);
    expect(fresh.valuesOf('a')).toEqual(['1', '2', '3']);
    expect(freshRelay.status().shards).toBe(32);
    await Promise.all([staleRelay.stop(), freshRelay.stop()]);
    await dataSource.destroy();
  });
});

/** Random numbers that a seed repeats (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

class RelayProcess {
  private child: ChildProcess | undefined;

  constructor(
    private readonly url: string,
    private readonly file: string,
    private readonly form: string,
  ) {
    relayProcesses.push(this);
  }

  async start(): Promise<void> {
    const script = path.join(import.meta.dirname, '../../fixtures/relay-process.mjs');
    this.child = spawn(
      process.execPath,
      [script, this.url, this.file, this.form === 'wal' ? '1500' : '500', this.form],
      {
        stdio: ['pipe', 'pipe', 'inherit'],
      },
    );
    await once(this.child.stdout!, 'data');
  }

  async kill(): Promise<void> {
    const { child } = this;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
}

/** Appends versions 1 to `count` of a stream, each once, through any number of broken connections. */
async function appendAll(store: EventStore, aggregate: string, count: number): Promise<void> {
  for (let version = 0; version < count;) {
    const eventId = newEventId();
    try {
      const value = String(version + 1);
      await store.append({
        streamId: aggregate,
        expectedVersion: version,
        events: [{ type: 'Changed', data: value, eventId }],
        messages: [message(eventId, aggregate, value)],
      });
      version += 1;
      await delay(5);
    } catch {
      version = await versionOf(store, aggregate);
    }
  }
}

/** After a broken connection nobody knows whether the append was stored; the stream does. */
async function versionOf(store: EventStore, streamId: string): Promise<number> {
  for (;;) {
    try {
      return await store.versionOf(streamId);
    } catch {
      await delay(20);
    }
  }
}

async function publishedValues(file: string): Promise<Map<string, string[]>> {
  const text = existsSync(file) ? await readFile(file, 'utf8') : '';
  const seen = new Set<string>();
  const values = new Map<string, string[]>();
  for (const line of text.split('\n').filter(Boolean)) {
    const { id, aggregate, value } = JSON.parse(line) as { id: string; aggregate: string; value: string };
    if (seen.has(id)) continue;
    seen.add(id);
    values.set(aggregate, [...(values.get(aggregate) ?? []), value]);
  }
  return values;
}

async function drained(dataSource: DataSource): Promise<void> {
  const outbox = new Outbox(dataSource);
  while ((await outbox.state()).pendingMessages > 0) await delay(20);
}

describe('kill -9', () => {
  it.each(['table', 'wal'])(
    'of relays from the %s and of PostgreSQL, midway and again, loses and reorders nothing',
    async (form) => {
      const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
      console.log(`relay crash drill, ${form}: SEED=${seed}`);
      const random = seeded(seed);
      const url = await postgres.createDatabase(`drill_${form}`);
      const dataSource = await openDatabase(url);
      const file = path.join(folder, `${form}.log`);
      const relays = [new RelayProcess(url, file, form), new RelayProcess(url, file, form)];
      await Promise.all(relays.map((relay) => relay.start()));

      const store = new EventStore(dataSource);
      const aggregates = ['a', 'b', 'c', 'd', 'e', 'f'];
      const writing = Promise.all(aggregates.map((aggregate) => appendAll(store, aggregate, appends)));
      for (const victim of Array.from({ length: rounds }, () => ['relay', 'postgres', 'relay']).flat()) {
        await delay(random() * 400);
        if (victim === 'postgres') {
          await postgres.kill();
          await postgres.restart();
        } else {
          const relay = relays[Math.floor(random() * relays.length)]!;
          await relay.kill();
          await relay.start();
        }
      }
      await writing;
      await drained(dataSource);

      const values = await publishedValues(file);
      const expected = Array.from({ length: appends }, (_, index) => String(index + 1));
      for (const aggregate of aggregates) expect([aggregate, values.get(aggregate)]).toEqual([aggregate, expected]);
      await Promise.all(relays.map((relay) => relay.kill()));
      await dataSource.destroy();
    },
    300_000,
  );
});
