/** Relays from the write-ahead log that meet another, or whose slot goes, at a bad moment. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startPostgres, type RunningPostgres } from '@headwater/testkit/postgres';
import type { DataSource } from 'typeorm';
import { openDatabase } from '../../fixtures/open-database.ts';
import { RecordingPublisher } from '../../fixtures/recording-publisher.ts';
import { until } from '../../fixtures/until.ts';
import { Outbox, OutboxRelay, outboxSlotOf, WalOutboxRelay, type Relay, type WalRelayOptions } from './index.ts';

let postgres: RunningPostgres;
let dataSource: DataSource;
let publisher: RecordingPublisher;
let databases = 0;
const relays: Relay[] = [];

beforeAll(async () => {
  postgres = await startPostgres();
});

beforeEach(async () => {
  databases += 1;
  dataSource = await openDatabase(await postgres.createDatabase(`wal_bad_moments_${databases}`));
  publisher = new RecordingPublisher();
});

afterEach(async () => {
  await Promise.all(relays.splice(0).map((relay) => relay.stop()));
  await until(dropped);
  await dataSource.destroy();
});

afterAll(async () => {
  await postgres.close();
});

function relay(options: WalRelayOptions): WalOutboxRelay {
  const settings = { leaseMs: 60_000, pollMs: 50, confirmMs: 20, retryMs: 20 };
  const made = new WalOutboxRelay(dataSource, publisher, { ...settings, ...options });
  relays.push(made);
  made.start();
  return made;
}

const isStreaming = (made: WalOutboxRelay) => () => made.status().replication.state === 'streaming';

async function write(value: string): Promise<void> {
  const aggregate = { type: 'post', id: 'a' };
  const message = { aggregate, topic: 'posts', key: 'a', type: 'Changed', payload: Buffer.from(value) };
  await new Outbox(dataSource).publish(dataSource, [message]);
}

/** Ends whoever reads the slot, on the server's side. */
async function endReader(): Promise<void> {
  const sql = 'SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = $1';
  await dataSource.query(sql, [outboxSlotOf(dataSource)]);
}

/** Drops the slot unless somebody reads it. @returns whether it is gone */
async function dropped(): Promise<boolean> {
  const slots = 'FROM pg_replication_slots WHERE slot_name = $1';
  const slot = [outboxSlotOf(dataSource)];
  await dataSource.query(`SELECT pg_drop_replication_slot(slot_name) ${slots} AND NOT active`, slot);
  return (await dataSource.query<unknown[]>(`SELECT ${slots}`, slot)).length === 0;
}

describe('a relay from the write-ahead log', () => {
  it('stands by rather than wait for a shard that another has locked', async () => {
    const other = dataSource.createQueryRunner();
    await other.startTransaction();
    await other.query('SELECT FROM outbox_shards WHERE shard = 5 FOR UPDATE');
    let standby = 0;
    const made = relay({ observer: { standingBy: () => (standby += 1) } });
    await until(() => standby === 1);
    await other.rollbackTransaction();
    await other.release();
    await until(isStreaming(made));
  });

  it('takes over once more when the slot is lost while it takes over', async () => {
    for (const value of ['0', '1', '2']) await write(value);
    const reasons: string[] = [];
    publisher.before = async () => {
      publisher.before = () => undefined;
      await until(async () => {
        await endReader();
        return dropped();
      });
      await write('3');
    };
    const made = relay({ observer: { takingOver: (reason) => reasons.push(reason) } });
    await until(isStreaming(made));
    expect(reasons).toEqual([expect.any(String), expect.stringMatching(/is gone|interrupted/)]);
    expect(new Set(publisher.valuesOf('a'))).toEqual(new Set(['0', '1', '2', '3']));
  });

  it('gives up its shards when it stops for good', async () => {
    const stopped: unknown[] = [];
    const made = relay({ observer: { stopped: (error) => stopped.push(error) } });
    await until(isStreaming(made));
    await dataSource.query(`ALTER PUBLICATION ${outboxSlotOf(dataSource)} DROP TABLE outbox`);
    await endReader();
    await until(() => stopped.length === 1);
    await write('0');
    const next = new OutboxRelay(dataSource, publisher, { pollMs: 20 });
    relays.push(next);
    next.start();
    await publisher.until(() => publisher.valuesOf('a').length === 1);
  });
});
