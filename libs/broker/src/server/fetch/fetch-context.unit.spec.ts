import { describe, expect, it } from '@jest/globals';
import { ErrorCode, ZERO_UUID, type FetchRequest } from '../../protocol/index.ts';
import { FetchSessionCache } from './fetch-session-cache.ts';
import { resolveFetchContext, type FetchContext } from './fetch-context.ts';
import type { FetchPartition } from './fetch-session.ts';
import type { PartitionRead } from './partition-read.ts';

function request(overrides: {
  sessionId: number;
  sessionEpoch: number;
  partitions?: readonly number[];
  fetchOffset?: number;
  forgotten?: readonly number[];
}): FetchRequest {
  const { sessionId, sessionEpoch, partitions = [], fetchOffset = 0, forgotten = [] } = overrides;
  return {
    clusterId: null,
    replicaId: -1,
    replicaState: { replicaId: -1, replicaEpoch: -1 },
    maxWaitMs: 0,
    minBytes: 0,
    maxBytes: 1000,
    isolationLevel: 0,
    sessionId,
    sessionEpoch,
    topics: [
      {
        topic: 'orders',
        topicId: ZERO_UUID,
        partitions: partitions.map((partition) => ({
          partition,
          currentLeaderEpoch: -1,
          fetchOffset,
          lastFetchedEpoch: -1,
          logStartOffset: -1,
          partitionMaxBytes: 100,
          replicaDirectoryId: ZERO_UUID,
          highWatermark: 0,
        })),
      },
    ],
    forgottenTopicsData: [{ topic: 'orders', topicId: ZERO_UUID, partitions: forgotten }],
    rackId: '',
  };
}

function newCache() {
  return new FetchSessionCache({ slots: 10, evictionMs: 1000, nowMs: () => 0, newId: () => 77 });
}

function resolved(cache: FetchSessionCache, asked: FetchRequest, usesTopicIds = false): FetchContext {
  const context = resolveFetchContext(cache, asked, usesTopicIds);
  if ('errorCode' in context) throw new Error(`refused with ${context.errorCode}`);
  return context;
}

function readOf(request: FetchPartition, changes: Partial<PartitionRead> = {}): PartitionRead {
  return {
    request,
    errorCode: ErrorCode.NONE,
    highWatermark: 5,
    lastStableOffset: 5,
    logStartOffset: 0,
    records: [],
    sizeBytes: 0,
    ...changes,
  };
}

const partitionsOf = (context: FetchContext): number[] => [...context.partitions].map(({ partition }) => partition);

/** Starts session 77 on partitions 0, 1 and 2, all at high watermark 5. */
function startSession(cache: FetchSessionCache): void {
  const context = resolved(cache, request({ sessionId: 0, sessionEpoch: 0, partitions: [0, 1, 2] }));
  expect(context.answer([...context.partitions].map((partition) => readOf(partition))).sessionId).toBe(77);
}

describe('a fetch context', () => {
  it('keeps no session for (0, -1)', () => {
    const cache = newCache();
    const context = resolved(cache, request({ sessionId: 0, sessionEpoch: -1, partitions: [3] }));
    expect(context.answer([...context.partitions].map((partition) => readOf(partition))).sessionId).toBe(0);
    expect(cache.size).toBe(0);
  });

  it('drops the session that a full request names', () => {
    const cache = newCache();
    startSession(cache);
    resolved(cache, request({ sessionId: 77, sessionEpoch: -1, partitions: [3] }));
    expect(cache.size).toBe(0);
  });

  it('goes on with the partitions of the session, changed, added and forgotten as the request says', () => {
    const cache = newCache();
    startSession(cache);
    const context = resolved(
      cache,
      request({ sessionId: 77, sessionEpoch: 1, partitions: [1, 7], fetchOffset: 9, forgotten: [0] }),
    );
    expect([...context.partitions].map(({ partition, fetchOffset }) => [partition, fetchOffset])).toEqual([
      [1, 9],
      [2, 0],
      [7, 9],
    ]);
  });

  it('answers only what is news: records, errors, a moved high watermark or log start', () => {
    const cache = newCache();
    startSession(cache);
    const quiet = resolved(cache, request({ sessionId: 77, sessionEpoch: 1 }));
    const unchanged = [...quiet.partitions].map((partition) => readOf(partition));
    expect(quiet.answer(unchanged).reads).toEqual([]);
    const busy = resolved(cache, request({ sessionId: 77, sessionEpoch: 2 }));
    const [zero, one, two] = [...busy.partitions];
    const reads = [readOf(zero!), readOf(one!, { highWatermark: 6 }), readOf(two!, { logStartOffset: 2 })];
    expect(busy.answer(reads).reads).toEqual([reads[1], reads[2]]);
  });

  it('tells an error at every answer, and its end', () => {
    const cache = newCache();
    startSession(cache);
    const failed = { errorCode: ErrorCode.OFFSET_OUT_OF_RANGE, highWatermark: -1, logStartOffset: -1 };
    const answerWith = (epoch: number, changes: Partial<PartitionRead>): number => {
      const context = resolved(cache, request({ sessionId: 77, sessionEpoch: epoch }));
      const [first] = [...context.partitions];
      return context.answer([readOf(first!, changes)]).reads.length;
    };
    expect([answerWith(1, failed), answerWith(2, failed), answerWith(3, {}), answerWith(4, {})]).toEqual([1, 1, 1, 0]);
  });

  it('puts a partition that gave records behind the others', () => {
    const cache = newCache();
    startSession(cache);
    const context = resolved(cache, request({ sessionId: 77, sessionEpoch: 1 }));
    const [zero, ...others] = [...context.partitions];
    context.answer([readOf(zero!, { sizeBytes: 10 }), ...others.map((partition) => readOf(partition))]);
    expect(partitionsOf(resolved(cache, request({ sessionId: 77, sessionEpoch: 2 })))).toEqual([1, 2, 0]);
  });

  it('refuses an unknown session, a wrong epoch and a change from names to ids', () => {
    const cache = newCache();
    startSession(cache);
    const refusal = (asked: FetchRequest, usesTopicIds = false) => resolveFetchContext(cache, asked, usesTopicIds);
    expect(refusal(request({ sessionId: 1, sessionEpoch: 1 }))).toEqual({
      errorCode: ErrorCode.FETCH_SESSION_ID_NOT_FOUND,
    });
    expect(refusal(request({ sessionId: 77, sessionEpoch: 2 }))).toEqual({
      errorCode: ErrorCode.INVALID_FETCH_SESSION_EPOCH,
    });
    expect(refusal(request({ sessionId: 77, sessionEpoch: 1 }), true)).toEqual({
      errorCode: ErrorCode.FETCH_SESSION_TOPIC_ID_ERROR,
    });
  });

  it('ends a session whose last partition is forgotten', () => {
    const cache = newCache();
    startSession(cache);
    const context = resolved(cache, request({ sessionId: 77, sessionEpoch: 1, forgotten: [0, 1, 2] }));
    expect(context.partitionCount).toBe(0);
    expect(context.answer([]).sessionId).toBe(0);
    expect(cache.size).toBe(0);
  });

  it('wraps the epoch from the largest int32 to 1', () => {
    const cache = newCache();
    startSession(cache);
    const session = cache.use(77)!;
    session.nextEpoch = 2 ** 31 - 1;
    resolved(cache, request({ sessionId: 77, sessionEpoch: 2 ** 31 - 1 }));
    expect(session.nextEpoch).toBe(1);
  });
});
