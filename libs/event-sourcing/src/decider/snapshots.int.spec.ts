import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startPostgres, type RunningPostgres } from '@headwater/testkit/postgres';
import type { DataSource } from 'typeorm';
import { openDatabase } from '../../fixtures/open-database.ts';
import { EventStore, type DomainEvent } from '../event-store/index.ts';
import { SnapshotStore } from '../snapshots/index.ts';
import { handleCommand, type CommandToHandle, type Decider, type SnapshotPolicy } from './index.ts';

type Counted = DomainEvent<'Counted', { by: number }>;
interface Count {
  readonly total: number;
}

/** Counts, and says how many events it was given. */
class Counter implements Decider<Count, number, Counted> {
  evolved = 0;
  initialState = (): Count => ({ total: 0 });
  decide = (by: number): Counted[] => (by === 0 ? [] : [{ type: 'Counted', data: { by } }]);
  evolve = ({ total }: Count, { data }: Counted): Count => {
    this.evolved += 1;
    return { total: total + data.by };
  };
}

let postgres: RunningPostgres;
let dataSource: DataSource;
let store: EventStore;
let snapshots: SnapshotStore;
let decider: Counter;
let streamId: string;
let streams = 0;

beforeAll(async () => {
  postgres = await startPostgres();
  dataSource = await openDatabase(await postgres.createDatabase('snapshots'));
  store = new EventStore(dataSource);
  snapshots = new SnapshotStore(dataSource);
});

beforeEach(() => {
  streamId = `counter-${(streams += 1)}`;
  decider = new Counter();
});

afterAll(async () => {
  await dataSource.destroy();
  await postgres.close();
});

type Options = Partial<CommandToHandle<Count, number, Counted>> & { readonly policy?: Partial<SnapshotPolicy> };

async function count(by: number, { policy, ...options }: Options = {}): Promise<{ total: number; evolved: number }> {
  decider.evolved = 0;
  const policyOfAll = { store: snapshots, type: 'counter', schemaVersion: 1, everyEvents: 5, ...policy };
  const handled = await handleCommand(store, { decider, streamId, command: by, snapshots: policyOfAll, ...options });
  return { total: handled.state.total, evolved: decider.evolved };
}

async function keep(): Promise<unknown> {
  const rows = await dataSource.query<unknown[]>(
    'SELECT schema_version, version::int, state FROM snapshots WHERE stream_id = $1',
    [streamId],
  );
  return rows[0];
}

describe('handling a command with snapshots', () => {
  it('keeps the state now and then, and reads only what follows it', async () => {
    for (let turn = 0; turn < 4; turn += 1) await count(1);
    expect(await keep()).toBeUndefined();
    await count(1);
    expect(await keep()).toEqual({ schema_version: 1, version: 5, state: { total: 5 } });
    expect(await count(1)).toEqual({ total: 6, evolved: 1 });
    expect(await count(1)).toEqual({ total: 7, evolved: 2 });
    expect(await count(0)).toEqual({ total: 7, evolved: 2 });
  });

  it('does not use a snapshot of another shape, and never replaces one of a newer shape', async () => {
    for (let turn = 0; turn < 5; turn += 1) await count(1);
    expect(await count(1, { policy: { schemaVersion: 2 } })).toEqual({ total: 6, evolved: 6 });
    expect(await keep()).toMatchObject({ schema_version: 2, version: 6 });
    expect(await count(1)).toEqual({ total: 7, evolved: 7 });
    expect(await keep()).toMatchObject({ schema_version: 2, version: 6 });
  });

  it('works the same when snapshots are lost, or are of a stream that was set back', async () => {
    for (let turn = 0; turn < 5; turn += 1) await count(1);
    await dataSource.query('DELETE FROM snapshots WHERE stream_id = $1', [streamId]);
    expect(await count(1)).toEqual({ total: 6, evolved: 6 });
    await snapshots.save({ streamId, type: 'counter', schemaVersion: 1 }, { version: 99, state: { total: 1000 } });
    expect(await count(1)).toEqual({ total: 7, evolved: 7 });
  });

  it('checks the version that the caller has seen', async () => {
    for (let turn = 0; turn < 6; turn += 1) await count(1);
    await expect(count(1, { expectedVersion: 5 })).rejects.toMatchObject({ code: 'VERSION_CONFLICT', actual: 6 });
    expect(await count(1, { expectedVersion: 6 })).toMatchObject({ total: 7 });
  });

  it("keeps none of a caller's transaction that is rolled back", async () => {
    for (let turn = 0; turn < 4; turn += 1) await count(1);
    const undone = dataSource.transaction(async (transaction) => {
      expect(await count(1, { transaction })).toMatchObject({ total: 5 });
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    expect(await keep()).toBeUndefined();
    await dataSource.transaction((transaction) => count(1, { transaction }));
    expect(await keep()).toMatchObject({ version: 5, state: { total: 5 } });
  });

  it('has done the command even when the snapshot cannot be kept', async () => {
    const broken = new SnapshotStore({ query: () => Promise.reject(new Error('no table')) });
    broken.load = (key) => snapshots.load(key);
    expect(await count(1, { policy: { store: broken, everyEvents: 1 } })).toMatchObject({ total: 1 });
    expect(await count(0)).toMatchObject({ total: 1 });
  });
});
