import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startPostgres, type RunningPostgres } from '@headwater/testkit/postgres';
import type { DataSource } from 'typeorm';
import { openDatabase } from '../../fixtures/open-database.ts';
import { EventStore, VersionConflictError, type DomainEvent } from '../event-store/index.ts';
import { handleCommand, type CommandToHandle, type Decider } from './index.ts';

type Deposited = DomainEvent<'Deposited', { amount: number }>;
type Withdrawn = DomainEvent<'Withdrawn', { amount: number }>;
type AccountEvent = Deposited | Withdrawn;
interface Move {
  readonly amount: number;
}

class Overdrawn extends Error {}

const account: Decider<number, Move, AccountEvent> = {
  initialState: () => 0,
  decide({ amount }, balance) {
    if (balance + amount < 0) throw new Overdrawn(`a balance of ${balance} does not cover ${-amount}`);
    if (amount === 0) return [];
    return [amount > 0 ? { type: 'Deposited', data: { amount } } : { type: 'Withdrawn', data: { amount: -amount } }];
  },
  evolve: (balance, event) => (event.type === 'Deposited' ? balance + event.data.amount : balance - event.data.amount),
};

let postgres: RunningPostgres;
let dataSource: DataSource;
let store: EventStore;
let accountNumber = 0;
let streamId: string;

beforeAll(async () => {
  postgres = await startPostgres();
  dataSource = await openDatabase(await postgres.createDatabase('accounts'));
  store = new EventStore(dataSource);
});

beforeEach(() => {
  streamId = `account-${(accountNumber += 1)}`;
});

afterAll(async () => {
  await dataSource.destroy();
  await postgres.close();
});

type Options = Partial<CommandToHandle<number, Move, AccountEvent>>;

function move(amount: number, options: Options = {}): ReturnType<typeof handleCommand<number, Move, AccountEvent>> {
  return handleCommand(store, { decider: account, streamId, command: { amount }, ...options });
}

describe('handling a command', () => {
  it('decides on the state of the stream and appends what follows', async () => {
    await move(5);
    const handled = await move(-2, { metadata: { by: 'u1' } });
    expect(handled).toMatchObject({ version: 2, state: 3, events: [{ type: 'Withdrawn', data: { amount: 2 } }] });
    const { events } = await store.readStream(streamId);
    expect(events[1]).toMatchObject({ eventId: handled.events[0]?.eventId, metadata: { by: 'u1' } });
  });

  it('appends nothing when nothing follows or the command is not allowed', async () => {
    await move(5);
    expect(await move(0)).toEqual({ version: 1, state: 5, events: [] });
    await expect(move(-6)).rejects.toBeInstanceOf(Overdrawn);
    expect((await store.readStream(streamId)).version).toBe(1);
  });

  it('decides again when another writer was faster, so that no rule is broken', async () => {
    await move(10);
    const results = await Promise.allSettled(Array.from({ length: 15 }, () => move(-1, { maxAttempts: 50 })));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
    for (const result of results) if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(Overdrawn);
    expect((await move(0)).state).toBe(0);
  });

  it('appends what the new state calls for together with what led to it', async () => {
    const tax: Options['followUp'] = (balance, events) =>
      Promise.resolve(events.length > 0 && balance >= 10 ? { amount: -1 } : undefined);
    expect(await move(9, { followUp: tax })).toMatchObject({ version: 1, state: 9 });
    const taxed = await move(2, { followUp: tax });
    expect(taxed).toMatchObject({ version: 3, state: 10, events: [{ type: 'Deposited' }, { type: 'Withdrawn' }] });
    const { events } = await store.readStream(streamId);
    expect(events[1]!.globalPosition.transactionId).toBe(events[2]!.globalPosition.transactionId);
    expect(await move(0, { followUp: () => Promise.resolve({ amount: 5 }) })).toMatchObject({ version: 4, state: 15 });
    await expect(move(1, { followUp: () => Promise.resolve({ amount: -99 }) })).rejects.toBeInstanceOf(Overdrawn);
    expect((await move(0)).state).toBe(15);
  });

  it('reports a version that the caller has not seen, even when there is nothing to do', async () => {
    await move(5);
    await move(5);
    for (const amount of [1, 0]) {
      await expect(move(amount, { expectedVersion: 1 })).rejects.toMatchObject({ code: 'VERSION_CONFLICT', actual: 2 });
    }
    await expect(move(1, { expectedVersion: 'none' })).rejects.toBeInstanceOf(VersionConflictError);
    expect(await move(1, { expectedVersion: 2 })).toMatchObject({ version: 3 });
    expect(await move(1, { expectedVersion: 'exists' })).toMatchObject({ version: 4 });
  });

  it("joins the caller's transaction without conflicts, with its messages", async () => {
    const deposit = (): Promise<unknown> =>
      dataSource.transaction((transaction) =>
        move(1, {
          transaction,
          messages: (events, state) => [
            {
              id: events[0]!.eventId,
              aggregate: { type: 'account', id: streamId },
              topic: 'deposits',
              key: streamId,
              type: 'Deposited',
              payload: Buffer.from(String(state)),
            },
          ],
        }),
      );
    await Promise.all(Array.from({ length: 10 }, deposit));
    expect((await store.readStream(streamId)).version).toBe(10);
    const rows = await dataSource.query<{ payload: Buffer }[]>(
      'SELECT payload FROM outbox WHERE aggregate_id = $1 ORDER BY seq',
      [streamId],
    );
    expect(rows.map(({ payload }) => Number(payload.toString()))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });
});
