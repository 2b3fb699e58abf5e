import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { ManualClock, ScriptedGroup, turns } from '../../fixtures/scripted-group.ts';
import { ConsumerMetrics } from './consumer-metrics.ts';
import type { WorkPlace } from './failed-record.ts';
import type { LaneItem } from './lane.ts';
import type { ItemProcessor } from './record-processor.ts';
import { completeOptions, type SubscriptionOptions } from './subscription-options.ts';
import { SubscriptionRunner } from './subscription-runner.ts';

/** Processing that a test finishes by hand, piece by piece. */
class ByHand {
  readonly underWay: { partition: number; offsets: number[]; finish: () => Promise<void> }[] = [];
  readonly handled: number[] = [];
  readonly work: { oldestMs: number | undefined; messages: number } = { oldestMs: undefined, messages: 0 };

  process({ partition }: WorkPlace, items: readonly LaneItem[]): Promise<number> {
    const { promise, resolve } = Promise.withResolvers<number>();
    const offsets = items.map(({ record }) => Number(record.offset));
    const piece = {
      partition,
      offsets,
      finish: async (): Promise<void> => {
        this.underWay.splice(this.underWay.indexOf(piece), 1);
        this.handled.push(...offsets);
        resolve(items.length);
        await turns();
      },
    };
    this.underWay.push(piece);
    return promise;
  }

  async finishAll(): Promise<void> {
    while (this.underWay[0]) await this.underWay[0].finish();
  }
}

describe('a running subscription', () => {
  let clock: ManualClock;
  let group: ScriptedGroup;
  let work: ByHand;

  const start = (options: Partial<SubscriptionOptions> = {}): SubscriptionRunner =>
    new SubscriptionRunner({
      topic: 'topic',
      options: completeOptions({ group: 'spec', lanes: 1, commitIntervalMs: 100, ...options }),
      batched: false,
      client: group.client,
      processor: work as unknown as ItemProcessor,
      metrics: new ConsumerMetrics('spec', undefined),
      clock,
    });

  beforeAll(() => {
    Logger.overrideLogger(false);
  });
  afterAll(() => {
    Logger.overrideLogger(['log', 'warn', 'error']);
  });
  beforeEach(() => {
    clock = new ManualClock();
    group = new ScriptedGroup();
    work = new ByHand();
  });

  it('commits what is finished, once, and nothing beyond', async () => {
    start();
    group.listener.onAssigned([0, 1]);
    expect(await group.deliver(0, 5, 2)).toBe(true);
    await turns();
    await clock.advance(100);
    expect(group.commits).toEqual([{ 0: 5 }]);
    await work.finishAll();
    await clock.advance(100);
    await clock.advance(100);
    expect(group.commits).toEqual([{ 0: 5 }, { 0: 7 }]);
  });

  it('commits nothing of a generation that is over, and drops what waited', async () => {
    start();
    group.listener.onAssigned([0]);
    await group.deliver(0, 0, 3);
    await turns();
    group.listener.onRevoked();
    await work.finishAll();
    await clock.advance(1_000);
    expect(group.commits).toEqual([]);
    expect(work.handled).toEqual([0]);
  });

  it('starts a partition again only when its earlier work has ended', async () => {
    start();
    group.listener.onAssigned([0]);
    await group.deliver(0, 0, 2);
    await turns();
    group.listener.onRevoked();
    group.listener.onAssigned([0]);
    await group.deliver(0, 0, 2);
    await turns();
    expect(work.underWay.map(({ offsets }) => offsets)).toEqual([[0]]);
    await work.underWay[0]!.finish();
    expect(work.underWay.map(({ offsets }) => offsets)).toEqual([[0]]);
    await work.finishAll();
    expect(work.handled).toEqual([0, 0, 1]);
  });

  it('fetches again from where it stands when a fetch of an earlier generation comes late', async () => {
    start();
    group.listener.onAssigned([0]);
    await group.deliver(0, 0, 2);
    await turns();
    await work.underWay[0]!.finish();
    group.listener.onRevoked();
    group.listener.onAssigned([0]);
    expect(await group.deliver(0, 2, 5)).toBe(false);
    expect(group.seeks).toEqual([[0, 1]]);
    expect(await group.deliver(0, 1, 6)).toBe(true);
  });

  it('takes what comes when the place that it asked for is gone from the log', async () => {
    start();
    group.listener.onAssigned([0]);
    await group.deliver(0, 0, 1);
    group.listener.onRevoked();
    group.listener.onAssigned([0]);
    expect(await group.deliver(0, 50, 1)).toBe(false);
    expect(await group.deliver(0, 50, 1)).toBe(true);
  });

  it('pauses a partition that has too much waiting, and resumes it when half is done', async () => {
    start({ maxWaitingRecords: 4 });
    group.listener.onAssigned([0]);
    const taken = group.deliver(0, 0, 6);
    await clock.advance(300);
    expect(await taken).toBe(true);
    expect([...group.paused]).toEqual([0]);
    for (let done = 0; done < 3; done++) await work.underWay[0]!.finish();
    expect([...group.paused]).toEqual([0]);
    await work.underWay[0]!.finish();
    expect([...group.paused]).toEqual([]);
  });

  it('fetches a partition again that was paused in the generation before', async () => {
    start({ maxWaitingRecords: 4 });
    group.listener.onAssigned([0]);
    void group.deliver(0, 0, 6);
    await clock.advance(300);
    expect([...group.paused]).toEqual([0]);
    group.listener.onRevoked();
    group.listener.onAssigned([0]);
    expect([...group.paused]).toEqual([]);
  });

  it('pauses for an operator over generations, and no longer', async () => {
    const runner = start();
    group.listener.onAssigned([0]);
    runner.pause();
    group.listener.onRevoked();
    group.listener.onAssigned([0, 1]);
    expect([...group.paused]).toEqual([0, 1]);
    runner.resume();
    expect([...group.paused]).toEqual([]);
    await runner.close();
  });

  it('does not pause when room is made within a moment', async () => {
    start({ maxWaitingRecords: 4 });
    group.listener.onAssigned([0]);
    const taken = group.deliver(0, 0, 6);
    await turns();
    await work.finishAll();
    expect(await taken).toBe(true);
    expect([...group.paused]).toEqual([]);
  });

  it('tells for how long the broker has been silent, or a message has been tried', async () => {
    const runner = start();
    await clock.advance(5_000);
    expect(runner.state()).toMatchObject({
      joined: false,
      stalledMs: 5_000,
      stalledBecause: 'no word from the broker for 5 s',
    });
    group.listener.onAssigned([0]);
    group.lastContactMs = clock.nowMs();
    expect(runner.state()).toMatchObject({ joined: true, stalledMs: 0 });
    work.work.oldestMs = clock.nowMs();
    await clock.advance(7_000);
    group.lastContactMs = clock.nowMs();
    expect(runner.state()).toMatchObject({
      stalledMs: 7_000,
      stalledBecause: 'a message of topic has been tried for 7 s',
    });
  });

  it('finishes what is under way when it closes, commits it, and leaves', async () => {
    const runner = start();
    group.listener.onAssigned([0]);
    await group.deliver(0, 0, 3);
    await turns();
    const closing = runner.close();
    await turns();
    expect([...group.paused]).toEqual([0]);
    expect(group.closed).toBe(false);
    await work.underWay[0]!.finish();
    await closing;
    expect(group.commits.at(-1)).toEqual({ 0: 1 });
    expect(work.handled).toEqual([0]);
    expect(group.closed).toBe(true);
  });

  it('leaves when it closes though a handler never ends', async () => {
    const runner = start();
    group.listener.onAssigned([0]);
    await group.deliver(0, 0, 1);
    const closing = runner.close();
    await turns();
    await clock.advance(10_000);
    await closing;
    expect(group.closed).toBe(true);
    expect(group.commits).toEqual([{ 0: 0 }]);
  });
});
