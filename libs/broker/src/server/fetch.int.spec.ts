import { afterAll, expect, it } from '@jest/globals';
import { describeOnEveryEngine } from '@headwater/testkit/engines';
import { deleteTopicsApi, ErrorCode, fetchApi, type FetchResponse } from '../protocol/index.ts';
import { batchOf, recordsIn, valuesIn } from './testing/batches.ts';
import { createTopic, fetch, produce } from './testing/requests.ts';
import { WireClients } from './testing/wire-clients.ts';

const partitionOf = ({ responses }: FetchResponse) => responses[0]!.partitions[0]!;
const LONG_WAIT_MS = 20_000;

describeOnEveryEngine('Fetch', (engine) => {
  const kafka = new WireClients(engine);
  afterAll(() => kafka.close());

  it('gives the records in every version', async () => {
    const client = await kafka.connect();
    const topicId = await createTopic(client, 'fetch-versions');
    await produce(client, 'fetch-versions', batchOf(['a', 'b']));
    for (let version = fetchApi.minVersion; version <= fetchApi.maxVersion; version++) {
      const partition = partitionOf(await fetch(client, 'fetch-versions', 0, { version, topicId }));
      expect(partition).toMatchObject({ errorCode: 0, highWatermark: 2, lastStableOffset: 2 });
      expect(valuesIn(partition.records)).toEqual(['a', 'b']);
    }
  });

  it('gives the whole batch that holds the offset', async () => {
    const client = await kafka.connect();
    await createTopic(client, 'fetch-middle');
    await produce(client, 'fetch-middle', batchOf(['a', 'b', 'c']));
    const partition = partitionOf(await fetch(client, 'fetch-middle', 2));
    expect(recordsIn(partition.records).map(({ offset }) => offset)).toEqual([0, 1, 2]);
  });

  it('gives a first batch larger than every limit, and no second one', async () => {
    const client = await kafka.connect();
    await createTopic(client, 'fetch-large');
    await produce(client, 'fetch-large', batchOf(['x'.repeat(5000)]));
    await produce(client, 'fetch-large', batchOf(['y']));
    const partition = partitionOf(await fetch(client, 'fetch-large', 0, { maxBytes: 10, partitionMaxBytes: 10 }));
    expect(recordsIn(partition.records)).toHaveLength(1);
  });

  it('waits for records and wakes up when they are there', async () => {
    const client = await kafka.connect();
    const producer = await kafka.connect();
    await createTopic(client, 'fetch-awaited');
    const answer = fetch(client, 'fetch-awaited', 0, { minBytes: 1, maxWaitMs: LONG_WAIT_MS });
    // The other connection is served meanwhile: the wait holds nothing but its own connection.
    await produce(producer, 'fetch-awaited', batchOf(['news']));
    expect(valuesIn(partitionOf(await answer).records)).toEqual(['news']);
  });

  it('waits for minBytes of records, not for the first one', async () => {
    const client = await kafka.connect();
    const producer = await kafka.connect();
    await createTopic(client, 'fetch-enough');
    const answer = fetch(client, 'fetch-enough', 0, { minBytes: 3000, maxWaitMs: LONG_WAIT_MS });
    for (let index = 0; index < 3; index++) await produce(producer, 'fetch-enough', batchOf(['x'.repeat(1000)]));
    expect(recordsIn(partitionOf(await answer).records)).toHaveLength(3);
  });

  it('answers with nothing when the time is up', async () => {
    const client = await kafka.connect();
    await createTopic(client, 'fetch-quiet');
    const partition = partitionOf(await fetch(client, 'fetch-quiet', 0, { minBytes: 1, maxWaitMs: 20 }));
    expect(partition).toMatchObject({ errorCode: 0, highWatermark: 0, records: [] });
  });

  it('ends its wait when the topic is deleted', async () => {
    const client = await kafka.connect();
    const other = await kafka.connect();
    await createTopic(client, 'fetch-doomed');
    const answer = fetch(client, 'fetch-doomed', 0, { minBytes: 1, maxWaitMs: LONG_WAIT_MS });
    // A request behind it on the connection would wait for it; the deletion comes from elsewhere.
    await other.send(deleteTopicsApi, 5, { topicNames: ['fetch-doomed'], timeoutMs: 1000 });
    expect(partitionOf(await answer).errorCode).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
  });

  it('does not wait when a partition has an error', async () => {
    const client = await kafka.connect();
    const partition = partitionOf(await fetch(client, 'missing', 0, { minBytes: 1, maxWaitMs: LONG_WAIT_MS }));
    expect(partition.errorCode).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
  });

  it('says OFFSET_OUT_OF_RANGE beyond both ends, and fences other leader epochs', async () => {
    const client = await kafka.connect();
    await createTopic(client, 'fetch-ends');
    await produce(client, 'fetch-ends', batchOf(['a']));
    const errorOf = async (offset: number, currentLeaderEpoch = -1) =>
      partitionOf(await fetch(client, 'fetch-ends', offset, { currentLeaderEpoch })).errorCode;
    expect(await errorOf(1)).toBe(0);
    expect(await errorOf(2)).toBe(ErrorCode.OFFSET_OUT_OF_RANGE);
    expect(await errorOf(-1)).toBe(ErrorCode.OFFSET_OUT_OF_RANGE);
    expect(await errorOf(0, 5)).toBe(ErrorCode.UNKNOWN_LEADER_EPOCH);
  });

  it('says where the epoch ended that a client has read further than', async () => {
    const client = await kafka.connect();
    await createTopic(client, 'fetch-diverged');
    const ask = async (offset: number, lastFetchedEpoch: number) =>
      partitionOf(await fetch(client, 'fetch-diverged', offset, { lastFetchedEpoch, isolationLevel: 1 }));
    const diverged = { errorCode: 0, abortedTransactions: null, records: [] };
    expect(await ask(3, 0)).toMatchObject({ ...diverged, divergingEpoch: { epoch: 0, endOffset: 0 } });
    await produce(client, 'fetch-diverged', batchOf(['a']));
    expect(await ask(3, 0)).toMatchObject({ ...diverged, divergingEpoch: { epoch: 0, endOffset: 1 } });
    expect(valuesIn((await ask(0, 0)).records)).toEqual(['a']);
    expect((await ask(0, 7)).errorCode).toBe(ErrorCode.OFFSET_OUT_OF_RANGE);
    expect((await ask(-1, 0)).errorCode).toBe(ErrorCode.OFFSET_OUT_OF_RANGE);
  });

  it('answers a request that forgets all that its session has as one without a session', async () => {
    const client = await kafka.connect();
    const topicId = await createTopic(client, 'fetch-again');
    const topics = [{ topicId, partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1000 }] }];
    const { sessionId } = await client.send(fetchApi, 13, { maxWaitMs: 0, minBytes: 0, sessionEpoch: 0, topics });
    const both = { topics, forgottenTopicsData: [{ topicId, partitions: [0] }] };
    const answer = await client.send(fetchApi, 13, {
      maxWaitMs: 0,
      minBytes: 0,
      sessionId,
      sessionEpoch: 1,
      ...both,
    });
    expect(answer.sessionId).toBe(0);
    expect(answer.responses[0]?.partitions).toHaveLength(1);
  });

  it('goes on with a session, and says only what is new', async () => {
    const client = await kafka.connect();
    const topicId = await createTopic(client, 'fetch-session', { partitions: 2 });
    const partitions = [0, 1].map((partition) => ({ partition, fetchOffset: 0, partitionMaxBytes: 1000 }));
    const ask = (sessionId: number, sessionEpoch: number, changes: object = {}) =>
      client.send(fetchApi, 13, {
        maxWaitMs: 0,
        minBytes: 0,
        sessionId,
        sessionEpoch,
        topics: [],
        ...changes,
      });
    const full = await ask(0, 0, { topics: [{ topicId, partitions }] });
    expect(full.sessionId).toBeGreaterThan(0);
    expect(full.responses[0]!.partitions).toHaveLength(2);
    expect((await ask(full.sessionId, 1)).responses).toEqual([]);

    await produce(client, 'fetch-session', batchOf(['one']), { partition: 1 });
    const news = await ask(full.sessionId, 2);
    expect(news.responses[0]!.partitions.map(({ partitionIndex }) => partitionIndex)).toEqual([1]);

    const forgotten = await ask(full.sessionId, 3, { forgottenTopicsData: [{ topicId, partitions: [1] }] });
    expect(forgotten.responses).toEqual([]);
    expect((await ask(full.sessionId, 3)).errorCode).toBe(ErrorCode.INVALID_FETCH_SESSION_EPOCH);
    expect((await ask(1, 1)).errorCode).toBe(ErrorCode.FETCH_SESSION_ID_NOT_FOUND);
    expect((await ask(full.sessionId, -1)).sessionId).toBe(0);
    expect((await ask(full.sessionId, 4)).errorCode).toBe(ErrorCode.FETCH_SESSION_ID_NOT_FOUND);
  });

  it('shares the size of an answer between partitions, each in its turn', async () => {
    const client = await kafka.connect();
    await createTopic(client, 'fetch-shared', { partitions: 2 });
    for (const partition of [0, 1]) {
      for (let index = 0; index < 4; index++)
        await produce(client, 'fetch-shared', batchOf(['x'.repeat(1000)]), { partition });
    }
    const answer = await client.send(fetchApi, 12, {
      maxWaitMs: 0,
      minBytes: 0,
      maxBytes: 2500,
      topics: [
        {
          topic: 'fetch-shared',
          partitions: [0, 1].map((partition) => ({ partition, fetchOffset: 0, partitionMaxBytes: 1 << 20 })),
        },
      ],
    });
    const counts = answer.responses[0]!.partitions.map(({ records }) => recordsIn(records).length);
    expect(counts).toEqual([2, 0]);
  });

  it('answers read_committed with an empty list of aborted transactions', async () => {
    const client = await kafka.connect();
    await createTopic(client, 'fetch-committed');
    await produce(client, 'fetch-committed', batchOf(['a']));
    const partition = partitionOf(await fetch(client, 'fetch-committed', 0, { isolationLevel: 1 }));
    expect(partition.abortedTransactions).toEqual([]);
    expect(valuesIn(partition.records)).toEqual(['a']);
  });
});
