/** ListOffsets, OffsetForLeaderEpoch, DeleteRecords: places in a log. */
import {
  deleteRecordsApi,
  listOffsetsApi,
  offsetForLeaderEpochApi,
  produceApi,
  type RequestInput,
} from '../../protocol/index.ts';
import { batchOf, FIRST_TIMESTAMP_MS } from '../batches.ts';
import type { Scenario, Session, TopicReference } from '../session.ts';
import { NOWHERE, produceTo } from './produce.ts';

/** A topic of two partitions; the first has five records, one second apart. */
async function filled(session: Session): Promise<TopicReference> {
  const topic = await session.topic('log', { partitions: 2 });
  await session.prepare(produceApi, 13, produceTo(topic, batchOf(['a', 'b', 'c'])));
  const later = batchOf(['d', 'e'], { timestampMs: FIRST_TIMESTAMP_MS + 3000 });
  await session.prepare(produceApi, 13, produceTo(topic, later));
  return topic;
}

const listOffsets: Scenario = {
  name: 'places',
  api: listOffsetsApi,
  run: async (session, version) => {
    const topic = await filled(session);
    const ask = (label: string, name: string, partition: object, more: object = {}) =>
      session.ask(label, listOffsetsApi, version, {
        replicaId: -1,
        topics: [{ name, partitions: [{ partitionIndex: 0, timestamp: -1, ...partition }] }],
        ...more,
      });
    for (let timestamp = -8; timestamp < 0; timestamp++) await ask(`timestamp ${timestamp}`, topic.name, { timestamp });
    for (let timestamp = -4; timestamp < 0; timestamp++)
      await ask(`timestamp ${timestamp} of an empty log`, topic.name, { timestamp, partitionIndex: 1 });
    for (const after of [-1, 0, 1, 1000, 1500, 2000, 3500, 4000, 4001])
      await ask(`${after} ms after the first record`, topic.name, { timestamp: FIRST_TIMESTAMP_MS + after });
    await ask('timestamp 0', topic.name, { timestamp: 0 });
    await ask('a time of an empty log', topic.name, { timestamp: 5, partitionIndex: 1 });
    await ask('committed', topic.name, {}, { isolationLevel: 1 });
    await ask('a time, committed', topic.name, { timestamp: FIRST_TIMESTAMP_MS }, { isolationLevel: 1 });
    await ask('an unknown isolation', topic.name, {}, { isolationLevel: 5 });
    await ask('an unknown topic', NOWHERE.name, {});
    await ask('an invalid topic', 'not/a/topic', {});
    await ask('an unknown partition', topic.name, { partitionIndex: 2 });
    await ask('a negative partition', topic.name, { partitionIndex: -1 });
    for (const currentLeaderEpoch of [0, 1, -2])
      await ask(`leader epoch ${currentLeaderEpoch}`, topic.name, { currentLeaderEpoch });
    await ask('no topics', topic.name, {}, { topics: [] });
    await ask('no partitions', topic.name, {}, { topics: [{ name: topic.name, partitions: [] }] });
    const twice = [-1, -2].map((timestamp) => ({ partitionIndex: 0, timestamp }));
    await ask('a partition twice', topic.name, {}, { topics: [{ name: topic.name, partitions: twice }] });
    await ask('the debugging replica', topic.name, {}, { replicaId: -2 });
  },
};

const leaderEpochs: Scenario = {
  name: 'leader epochs',
  api: offsetForLeaderEpochApi,
  run: async (session, version) => {
    const topic = await filled(session);
    const ask = (label: string, name: string, partition: object, more: object = {}) =>
      session.ask(label, offsetForLeaderEpochApi, version, {
        replicaId: -1,
        topics: [{ topic: name, partitions: [{ partition: 0, leaderEpoch: 0, ...partition }] }],
        ...more,
      });
    for (const leaderEpoch of [-2, -1, 0, 1, 5]) await ask(`epoch ${leaderEpoch}`, topic.name, { leaderEpoch });
    for (const leaderEpoch of [-1, 0, 1])
      await ask(`epoch ${leaderEpoch} of an empty log`, topic.name, { leaderEpoch, partition: 1 });
    for (const currentLeaderEpoch of [-2, 0, 1])
      await ask(`current epoch ${currentLeaderEpoch}`, topic.name, { currentLeaderEpoch });
    await ask('an unknown topic', NOWHERE.name, {});
    await ask('an unknown partition', topic.name, { partition: 9 });
    await ask('a negative partition', topic.name, { partition: -1 });
    await ask('no topics', topic.name, {}, { topics: [] });
  },
};

const deletedRecords: Scenario = {
  name: 'deleted records',
  api: deleteRecordsApi,
  run: async (session, version) => {
    const topic = await filled(session);
    const body = (name: string, partitionIndex: number, offset: number): RequestInput<typeof deleteRecordsApi> => ({
      topics: [{ name, partitions: [{ partitionIndex, offset }] }],
      timeoutMs: 10_000,
    });
    const ask = (label: string, request: RequestInput<typeof deleteRecordsApi>) =>
      session.ask(label, deleteRecordsApi, version, request);
    await ask('past the end', body(topic.name, 0, 6));
    await ask('offset -2', body(topic.name, 0, -2));
    await ask('before offset 0', body(topic.name, 0, 0));
    await ask('before offset 2', body(topic.name, 0, 2));
    await ask('before an offset that is gone', body(topic.name, 0, 1));
    await ask('all', body(topic.name, 0, -1));
    await ask('all again', body(topic.name, 0, 5));
    await ask('an empty log', body(topic.name, 1, -1));
    await ask('an unknown topic', body(NOWHERE.name, 0, 1));
    await ask('an unknown partition', body(topic.name, 5, 1));
    await ask('a negative partition', body(topic.name, -1, 1));
    await ask('no topics', { topics: [], timeoutMs: 1000 });
    await ask('no partitions', { topics: [{ name: topic.name, partitions: [] }], timeoutMs: 1000 });
    await ask('offsets of groups', body('__consumer_offsets', 0, -1));
    const compacted = await session.topic('compacted', { config: { 'cleanup.policy': 'compact' } });
    await ask('a compacted topic', body(compacted.name, 0, -1));
    for (const timestamp of [-1, -2, -3, FIRST_TIMESTAMP_MS])
      await session.ask(`timestamp ${timestamp} afterwards`, listOffsetsApi, 11, {
        replicaId: -1,
        topics: [{ name: topic.name, partitions: [{ partitionIndex: 0, timestamp }] }],
      });
  },
};

export const positionScenarios: readonly Scenario[] = [listOffsets, leaderEpochs, deletedRecords];
