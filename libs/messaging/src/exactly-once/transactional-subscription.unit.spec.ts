import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { ManualClock, ScriptedGroup, turns } from '../../fixtures/scripted-group.ts';
import { completeOptions, ConsumerMetrics } from '../consumer/index.ts';
import type { TakenRecords } from './fetched-queue.ts';
import type { TransactionHandling } from './transaction-handling.ts';
import type { TransactionToWrite, TransactionWriting } from './transaction-writing.ts';
import { TransactionalSubscription } from './transactional-subscription.ts';

describe('a subscription of transactions', () => {
  let clock: ManualClock;
  let group: ScriptedGroup;
  /** The offsets of each call. */
  let handled: number[][];
  /** What becomes of the next transactions; then they are committed. */
  let outcomes: ('committed' | 'lost')[];
  /** What handlers wait for. */
  let held: Promise<unknown>;

  const start = (maxWaitingRecords = 20_000): TransactionalSubscription => {
    const handling = {
      run: async ({ records }: TakenRecords) => {
        handled.push(records.map(({ record }) => Number(record.offset)));
        await held;
        return [];
      },
    };
    const writing = {
      write: ({ offsets }: TransactionToWrite) => {
        const outcome = outcomes.shift() ?? 'committed';
        if (outcome === 'committed') for (const [partition, offset] of offsets) group.committed.set(partition, offset);
        return Promise.resolve(outcome);
      },
      close: () => Promise.resolve(),
    };
    return new TransactionalSubscription({
      topic: 'topic',
      options: completeOptions({ group: 'spec', delivery: 'exactly-once', maxWaitingRecords }),
      client: group.client,
      handling: handling as unknown as TransactionHandling,
      writing: writing as unknown as TransactionWriting,
      metrics: new ConsumerMetrics('spec', undefined),
      clock,
      onStopped: () => undefined,
    });
  };
  const assign = async (generation: number): Promise<void> => {
    group.membership = { groupId: 'spec', memberId: 'member', generation };
    group.listener.onRevoked();
    group.listener.onAssigned([0]);
    await turns();
  };

  beforeAll(() => {
    Logger.overrideLogger(false);
  });
  afterAll(() => {
    Logger.overrideLogger(['log', 'warn', 'error']);
  });
  beforeEach(() => {
    clock = new ManualClock();
    group = new ScriptedGroup();
    handled = [];
    outcomes = [];
    held = Promise.resolve();
  });

  it('does again what a transaction was to commit that was lost, also when it was the first', async () => {
    outcomes = ['lost'];
    const subscription = start();
    await assign(1);
    expect(await group.deliver(0, 7, 3)).toBe(true);
    await turns();
    // The client has gone on meanwhile.
    expect(await group.deliver(0, 10, 2)).toBe(false);
    expect(group.seeks).toEqual([[0, 7]]);
    expect(await group.deliver(0, 7, 5)).toBe(true);
    await turns();
    expect(handled).toEqual([
      [7, 8, 9],
      [7, 8, 9, 10, 11],
    ]);
    expect(group.committed.get(0)).toBe(12n);
    await subscription.close();
  });

  it('fetches nothing while an operator has paused it, whatever the group does', async () => {
    const subscription = start();
    await assign(1);
    subscription.pause();
    expect([subscription.state().paused, [...group.paused]]).toEqual([true, [0]]);
    await assign(2);
    expect([...group.paused]).toEqual([0]);
    subscription.resume();
    expect([subscription.state().paused, [...group.paused]]).toEqual([false, []]);
    await subscription.close();
  });

  it('fetches on in a new generation, although the one before had too much waiting', async () => {
    const subscription = start(2);
    const { promise, resolve } = Promise.withResolvers<undefined>();
    held = promise;
    await assign(1);
    await group.deliver(0, 0, 3);
    expect([...group.paused]).toEqual([0]);
    await assign(2);
    expect([...group.paused]).toEqual([]);
    resolve(undefined);
    await subscription.close();
  });
});
