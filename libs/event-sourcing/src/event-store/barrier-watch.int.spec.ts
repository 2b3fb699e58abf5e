import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startPostgres, type RunningPostgres } from '@headwater/testkit/postgres';
import type { DataSource, QueryRunner } from 'typeorm';
import { openDatabase } from '../../fixtures/open-database.ts';
import { BarrierWatch, EventStore, type BarrierAlarm } from './index.ts';

let postgres: RunningPostgres;
let dataSource: DataSource;
let store: EventStore;

beforeAll(async () => {
  postgres = await startPostgres();
  dataSource = await openDatabase(await postgres.createDatabase('barrier'));
  store = new EventStore(dataSource);
});

afterAll(async () => {
  await dataSource.destroy();
  await postgres.close();
});

/** A watch, and what it called with, one call after another. */
class Calls {
  private readonly calls: (BarrierAlarm | undefined)[] = [];
  private arrived: (() => void) | undefined;
  readonly watch: BarrierWatch;

  constructor(alarmMs: number) {
    const onAlarm = (alarm: BarrierAlarm | undefined): void => {
      this.calls.push(alarm);
      this.arrived?.();
    };
    this.watch = new BarrierWatch(dataSource, store, { alarmMs, intervalMs: 10, onAlarm });
  }

  async next(): Promise<BarrierAlarm | undefined> {
    if (this.calls.length === 0) await new Promise<void>((resolve) => (this.arrived = resolve));
    return this.calls.shift();
  }

  get left(): number {
    return this.calls.length;
  }
}

async function forgotten(): Promise<{ runner: QueryRunner; pid: number }> {
  const runner = dataSource.createQueryRunner();
  await runner.startTransaction();
  await runner.query("SET LOCAL application_name = 'forgotten'");
  await store.appendWithin(runner.manager, { streamId: 'forgotten', events: [{ type: 'Happened', data: 1 }] });
  const [row] = (await runner.query('SELECT pg_backend_pid() AS pid')) as { pid: number }[];
  return { runner, pid: row!.pid };
}

describe('the watch over the barrier', () => {
  it('says once who holds readers back, and that they go on', async () => {
    const calls = new Calls(50);
    const { runner, pid } = await forgotten();
    await store.append({ streamId: 'waits', events: [{ type: 'Happened', data: 2 }] });
    calls.watch.start();
    const alarm = await calls.next();
    expect(alarm).toMatchObject({
      waitingEvents: 1,
      holder: { pid, name: 'forgotten', state: 'idle in transaction' },
    });
    expect(alarm!.ageMs).toBeGreaterThanOrEqual(50);
    expect(alarm!.holder!.openMs).toBeGreaterThanOrEqual(alarm!.ageMs);
    await runner.commitTransaction();
    await runner.release();
    expect(await calls.next()).toBeUndefined();
    await calls.watch.stop();
    expect(calls.left).toBe(0);
  });

  it('is silent while transactions end in time', async () => {
    const calls = new Calls(20_000);
    calls.watch.start();
    for (let turn = 0; turn < 20; turn += 1)
      await store.append({ streamId: 'quick', events: [{ type: 'A', data: 0 }] });
    await calls.watch.stop();
    expect(calls.left).toBe(0);
  });

  it('refuses times that are none', () => {
    expect(() => new BarrierWatch(dataSource, store, { alarmMs: 0 })).toThrow('alarmMs');
  });
});
