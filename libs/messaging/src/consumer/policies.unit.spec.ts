/** Attempts and what follows them, by a clock that is moved. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { ManualClock, turns } from '../../fixtures/scripted-group.ts';
import type { RawRecord } from '../client/index.ts';
import { FatalHandlerError, MessagingError } from '../errors/index.ts';
import { MessageHeaders, type TopicMessage } from '../message/index.ts';
import type { ParkedPartition } from '../parking/index.ts';
import { Attempts, type AttemptOptions } from './attempts.ts';
import { ConsumerMetrics } from './consumer-metrics.ts';
import type { FailedRecord, SettleFailure } from './failed-record.ts';
import { PartialFailure, type HandleMessages } from './handle-messages.ts';
import type { LaneItem } from './lane.ts';
import type { MessageReader } from './message-reader.ts';
import { RecordProcessor } from './record-processor.ts';
import { parkSettlement } from './settlement.ts';
import { WorkInProgress } from './work-in-progress.ts';

const recordOf = (offset: number, key = 'key'): RawRecord => ({
  offset: BigInt(offset),
  timestampMs: 0,
  key: Buffer.from(key),
  value: Buffer.from('value'),
  headers: {},
});
const itemOf = (offset: number, key?: string): LaneItem => ({
  record: recordOf(offset, key),
  tracked: { offset: BigInt(offset), finished: false },
  bytes: 0,
});
const messageOf = ({ offset, key }: RawRecord): TopicMessage =>
  ({ partition: 0, offset, key: key?.toString(), headers: new MessageHeaders({}) }) as unknown as TopicMessage;
const offsetsOf = (messages: readonly TopicMessage[]): number[] => messages.map(({ offset }) => Number(offset));
const reader = { read: (_: number, record: RawRecord) => Promise.resolve(messageOf(record)) } as MessageReader;
const outage = Object.assign(new Error('away'), { code: 'ECONNREFUSED' });

describe('the policies', () => {
  let clock: ManualClock;
  let calls: number[][];
  let settled: { offset: number; attempts: number; error: unknown }[];
  const alive = new AbortController().signal;
  const metrics = new ConsumerMetrics('spec', undefined);

  beforeAll(() => {
    Logger.overrideLogger(false);
  });
  afterAll(() => {
    Logger.overrideLogger(['log', 'warn', 'error']);
  });
  beforeEach(() => {
    clock = new ManualClock();
    calls = [];
    settled = [];
  });

  const attemptsOf = (handle: HandleMessages, options: Partial<AttemptOptions> = {}): Attempts =>
    new Attempts(
      {
        group: 'spec',
        limit: 3,
        retry: { firstMs: 100, maxMs: 400 },
        deadlineMs: undefined,
        classify: undefined,
        ...options,
      },
      (messages, attempt) => {
        calls.push(offsetsOf(messages));
        return handle(messages, attempt);
      },
      metrics,
      clock,
    );
  const settle: SettleFailure = ({ record, attempts, error }: FailedRecord) => {
    settled.push({ offset: Number(record.offset), attempts, error });
    return Promise.resolve('settled');
  };
  const processorOf = (attempts: Attempts, batched: boolean, policy = settle): RecordProcessor =>
    new RecordProcessor(
      { reader, attempts, settle: policy, settleUnreadable: settle, work: new WorkInProgress(clock) },
      batched,
    );
  const place = { partition: 0, parked: undefined, secondHand: false };
  /** Moves the clock until the work has ended. */
  const finish = async <Result>(work: Promise<Result>): Promise<Result> => {
    const state = { ended: false };
    const watched = work.finally(() => (state.ended = true));
    watched.catch(() => undefined);
    for (let step = 0; !state.ended && step < 100; step++) await clock.advance(400);
    return work;
  };

  it('meet a record after as many attempts as it has, with pauses between them', async () => {
    const error = new Error('no');
    const processor = processorOf(
      attemptsOf(() => Promise.reject(error)),
      false,
    );
    const startedMs = clock.nowMs();
    expect(await finish(processor.process(place, [itemOf(1), itemOf(2)], alive))).toBe(2);
    expect(calls).toEqual([[1], [1], [1], [2], [2], [2]]);
    expect(settled).toEqual([
      { offset: 1, attempts: 3, error },
      { offset: 2, attempts: 3, error },
    ]);
    expect(clock.nowMs() - startedMs).toBeGreaterThanOrEqual(4 * 50);
  });

  it('do not count an outage', async () => {
    let left = 20;
    const attempts = attemptsOf(() => (left-- > 0 ? Promise.reject(outage) : Promise.reject(new Error('no'))));
    await finish(processorOf(attempts, false).process(place, [itemOf(1)], alive));
    expect(calls).toHaveLength(23);
    expect(settled).toMatchObject([{ attempts: 3 }]);
  });

  it('meet a fatal failure at once', async () => {
    const attempts = attemptsOf(() => Promise.reject(new FatalHandlerError('never')));
    await processorOf(attempts, false).process(place, [itemOf(1)], alive);
    expect(calls).toHaveLength(1);
    expect(settled).toMatchObject([{ offset: 1, attempts: 1 }]);
  });

  it('find the one of a batch at fault by handling each alone', async () => {
    const attempts = attemptsOf((messages) =>
      offsetsOf(messages).includes(2) ? Promise.reject(new Error('2')) : Promise.resolve(),
    );
    expect(await finish(processorOf(attempts, true).process(place, [itemOf(1), itemOf(2), itemOf(3)], alive))).toBe(3);
    expect(calls).toEqual([[1, 2, 3], [1, 2, 3], [1, 2, 3], [1], [2], [2], [2], [3]]);
    expect(settled).toMatchObject([{ offset: 2 }]);
  });

  it('take the handler at its word about the one at fault, and do the rest in a batch', async () => {
    const attempts = attemptsOf((messages) => {
      const at = offsetsOf(messages).indexOf(2);
      return at === -1 ? Promise.resolve() : Promise.reject(new PartialFailure(at, new FatalHandlerError('2')));
    });
    await processorOf(attempts, true).process(place, [itemOf(1), itemOf(2), itemOf(3), itemOf(4)], alive);
    expect(calls).toEqual([
      [1, 2, 3, 4],
      [3, 4],
    ]);
    expect(settled).toMatchObject([{ offset: 2, attempts: 1 }]);
  });

  it('try a record again whose policy cannot be carried out', async () => {
    const answers = ['again', 'settled'] as const;
    let asked = 0;
    const attempts = attemptsOf(() => Promise.reject(new FatalHandlerError('never')));
    const policy: SettleFailure = () => Promise.resolve(answers[asked++]!);
    expect(await processorOf(attempts, false, policy).process(place, [itemOf(1)], alive)).toBe(1);
    expect([calls.length, asked]).toEqual([2, 2]);
  });

  it('leave a record unfinished whose generation ends, and those behind it', async () => {
    const stale = new AbortController();
    const attempts = attemptsOf(() => Promise.reject(new Error('no')), { limit: Number.POSITIVE_INFINITY });
    const work = processorOf(attempts, false).process(place, [itemOf(1), itemOf(2)], stale.signal);
    await clock.advance(1_000);
    stale.abort();
    expect(await work).toBe(0);
    expect(settled).toEqual([]);
  });

  it('count a handler that ends when its deadline has passed as one that failed, and one that ends well as done', async () => {
    let ends: 'badly' | 'well' = 'badly';
    const attempts = attemptsOf(
      (_, { signal }) =>
        new Promise((resolve, reject) => {
          signal.addEventListener('abort', () => (ends === 'well' ? resolve() : reject(signal.reason as Error)));
        }),
      { deadlineMs: 1_000, limit: 1 },
    );
    const failed = await finish(attempts.run([messageOf(recordOf(1))], alive));
    expect(failed).toMatchObject({ error: { code: 'HANDLER_TIMEOUT' }, running: undefined });
    ends = 'well';
    expect(await finish(attempts.run([messageOf(recordOf(1))], alive))).toBe('done');
  });

  it('park the key of a handler that does not hear, go on, and tell that it still runs', async () => {
    const handler = Promise.withResolvers<undefined>();
    const parkedKeys: string[] = [];
    const parked = {
      isFull: false,
      holdsAny: false,
      holds: (key: Buffer | null) => parkedKeys.includes(String(key)),
      isSettled: () => false,
      park: ({ key }: { key: Buffer }) => Promise.resolve(parkedKeys.push(String(key)) && 'parked'),
    } as unknown as ParkedPartition;
    const work = new WorkInProgress(clock);
    const otherwise: SettleFailure = () => Promise.reject(new Error('not this'));
    const attempts = attemptsOf(([message]) => (message!.key === 'deaf' ? handler.promise : Promise.resolve()), {
      deadlineMs: 100,
    });
    const policy = parkSettlement({ work, otherwise, fullPauseMs: 1, clock });
    const processor = new RecordProcessor({ reader, attempts, settle: policy, settleUnreadable: settle, work }, false);
    const items = [itemOf(1, 'deaf'), itemOf(2, 'other')];
    expect(await finish(processor.process({ ...place, parked }, items, alive))).toBe(2);
    expect([parkedKeys, calls]).toEqual([['deaf'], [[1], [2]]]);
    expect(work.isAbandoned(0, Buffer.from('deaf'))).toBe(true);
    expect(work.oldestMs).toBeDefined();
    handler.resolve(undefined);
    await turns();
    expect(work.isAbandoned(0, Buffer.from('deaf'))).toBe(false);
    expect(work.oldestMs).toBeUndefined();
  });

  it('try a record again when the database that should park it is away, as that may be why it failed', async () => {
    const answers = ['away', 'parked'] as const;
    let asked = 0;
    const parked = { isFull: false, holdsAny: false, park: () => Promise.resolve(answers[asked++]) };
    const work = new WorkInProgress(clock);
    const attempts = attemptsOf(() => Promise.reject(new MessagingError('HANDLER_TIMEOUT', 'late')), { limit: 1 });
    const policy = parkSettlement({ work, otherwise: settle, fullPauseMs: 1, clock });
    const processor = processorOf(attempts, false, policy);
    await finish(processor.process({ ...place, parked: parked as unknown as ParkedPartition }, [itemOf(1)], alive));
    expect([calls.length, asked]).toEqual([2, 2]);
  });

  it('put a record without a key among the dead letters, as nothing waits for it', async () => {
    const work = new WorkInProgress(clock);
    const attempts = attemptsOf(() => Promise.reject(new FatalHandlerError('no')));
    const policy = parkSettlement({ work, otherwise: settle, fullPauseMs: 1, clock });
    const keyless = { ...itemOf(1), record: { ...recordOf(1), key: null } };
    await processorOf(attempts, false, policy).process(place, [keyless], alive);
    expect(settled).toMatchObject([{ offset: 1 }]);
  });
});
