import { fetchApi, produceApi, ZERO_UUID, type RequestInput } from '../../protocol/index.ts';
import { batchOf } from '../batches.ts';
import type { Scenario, Session, TopicReference } from '../session.ts';
import { NOWHERE, produceTo } from './produce.ts';

type FetchInput = RequestInput<typeof fetchApi>;
type PartitionInput = FetchInput['topics'][number]['partitions'][number];

interface FetchOptions extends Partial<Omit<FetchInput, 'topics'>> {
  readonly partition?: Partial<PartitionInput>;
}

/** A Fetch request of one partition that does not wait. */
export function fetchFrom(
  { name, topicId }: TopicReference,
  fetchOffset: number,
  options: FetchOptions = {},
): FetchInput {
  const { partition = {}, ...rest } = options;
  const partitions = [{ partition: 0, fetchOffset, partitionMaxBytes: 1 << 20, ...partition }];
  return { maxWaitMs: 0, minBytes: 0, maxBytes: 1 << 20, topics: [{ topic: name, topicId, partitions }], ...rest };
}

/** A topic with seven records in three batches. */
async function filled(session: Session, name: string): Promise<TopicReference> {
  const topic = await session.topic(name);
  for (const values of [['a', 'b', 'c'], ['d'], ['e', 'f', 'g']])
    await session.prepare(produceApi, 13, produceTo(topic, batchOf(values)));
  return topic;
}

const offsets: Scenario = {
  name: 'offsets and limits',
  api: fetchApi,
  run: async (session, version) => {
    const topic = await filled(session, 'log');
    const empty = await session.topic('empty');
    const ask = (label: string, body: FetchInput) => session.ask(label, fetchApi, version, body);
    for (const offset of [0, 1, 3, 6, 7, 8, 100, -1, -2]) await ask(`offset ${offset}`, fetchFrom(topic, offset));
    await ask('an empty log', fetchFrom(empty, 0));
    await ask('past an empty log', fetchFrom(empty, 1));
    for (const partitionMaxBytes of [0, 1, 100, 200])
      await ask(
        `${partitionMaxBytes} bytes of the partition`,
        fetchFrom(topic, 0, { partition: { partitionMaxBytes } }),
      );
    await ask('1 byte in all', fetchFrom(topic, 0, { maxBytes: 1 }));
    await ask('0 bytes in all', fetchFrom(topic, 0, { maxBytes: 0 }));
    await ask('100 bytes in all', fetchFrom(topic, 0, { maxBytes: 100 }));
    await ask('committed records', fetchFrom(topic, 0, { isolationLevel: 1 }));
    await ask('an unknown isolation', fetchFrom(topic, 7, { isolationLevel: 2 }));
    await ask('no topics', { ...fetchFrom(topic, 0), topics: [] });
    await ask('a topic without partitions', {
      ...fetchFrom(topic, 0),
      topics: [{ topic: topic.name, topicId: topic.topicId, partitions: [] }],
    });
    await ask('a wait for more than there is', fetchFrom(topic, 6, { minBytes: 1_000_000, maxWaitMs: 20 }));
    await ask('a client in a rack', fetchFrom(topic, 6, { rackId: 'somewhere' }));
    await ask("another cluster's id", fetchFrom(topic, 6, { clusterId: 'other' }));
  },
};

const errors: Scenario = {
  name: 'errors',
  api: fetchApi,
  run: async (session, version) => {
    const topic = await filled(session, 'log');
    const ask = (label: string, body: FetchInput) => session.ask(label, fetchApi, version, body);
    await ask('an unknown topic', fetchFrom(NOWHERE, 0));
    await ask('no name and no id', fetchFrom({ name: '', topicId: ZERO_UUID }, 0));
    await ask('an unknown partition', fetchFrom(topic, 0, { partition: { partition: 1 } }));
    await ask('a negative partition', fetchFrom(topic, 0, { partition: { partition: -1 } }));
    for (const currentLeaderEpoch of [0, 1, -2])
      await ask(
        `current leader epoch ${currentLeaderEpoch}`,
        fetchFrom(topic, 6, { partition: { currentLeaderEpoch } }),
      );
    for (const lastFetchedEpoch of [0, 1, -2])
      await ask(`last fetched epoch ${lastFetchedEpoch}`, fetchFrom(topic, 6, { partition: { lastFetchedEpoch } }));
    await ask('past the end with a fetched epoch', fetchFrom(topic, 9, { partition: { lastFetchedEpoch: 0 } }));
    const [known, unknown] = [fetchFrom(topic, 6).topics[0]!, fetchFrom(NOWHERE, 0).topics[0]!];
    await ask('a known and an unknown topic', { ...fetchFrom(topic, 0), topics: [known, unknown] });
    await ask('a partition twice', {
      ...fetchFrom(topic, 0),
      topics: [{ ...known, partitions: [...known.partitions, ...known.partitions] }],
    });
  },
};

const sessions: Scenario = {
  name: 'sessions',
  api: fetchApi,
  run: async (session, version) => {
    const topic = await filled(session, 'log');
    const other = await filled(session, 'other');
    const ask = (label: string, body: FetchInput) => session.ask(label, fetchApi, version, body);
    const opened = await ask('a new session', fetchFrom(topic, 6, { sessionId: 0, sessionEpoch: 0 }));
    const sessionId = opened?.sessionId ?? 0;
    const within = (sessionEpoch: number, changes: Partial<FetchInput> = {}): FetchInput => ({
      ...fetchFrom(topic, 0),
      topics: [],
      sessionId,
      sessionEpoch,
      ...changes,
    });
    await ask('the session again', within(1));
    await ask('a partition added', within(2, { topics: fetchFrom(other, 5).topics }));
    await ask('nothing new', within(3));
    const forgotten = [{ topic: topic.name, topicId: topic.topicId, partitions: [0] }];
    await ask('a partition forgotten', within(4, { forgottenTopicsData: forgotten }));
    await session.prepare(produceApi, 13, produceTo(other, batchOf(['h'])));
    await ask('after a new record', within(5, { topics: fetchFrom(other, 7).topics }));
    await ask('a wrong epoch', within(9));
    await ask(
      'an unknown partition added',
      within(6, { topics: fetchFrom(other, 7, { partition: { partition: 4 } }).topics }),
    );
    await ask('an unknown topic added', within(7, { topics: fetchFrom(NOWHERE, 7).topics }));
    await ask('the end of the session', { ...fetchFrom(topic, 6), sessionId, sessionEpoch: -1 });
    await ask('the ended session', within(8));
    await ask('a session that never was', { ...within(1), sessionId: 123_456 });
    await ask('no session', fetchFrom(topic, 6, { sessionId: 0, sessionEpoch: -1 }));
    await ask('an epoch without a session', fetchFrom(topic, 6, { sessionId: 0, sessionEpoch: 5 }));
  },
};

export const fetchScenarios: readonly Scenario[] = [offsets, errors, sessions];
