/** ApiVersions, Metadata, DescribeCluster, DescribeTopicPartitions, DescribeLogDirs, InitProducerId, FindCoordinator. */
import {
  apis,
  apiVersionsApi,
  describeClusterApi,
  describeLogDirsApi,
  describeTopicPartitionsApi,
  findCoordinatorApi,
  initProducerIdApi,
  metadataApi,
  ZERO_UUID,
  type RequestInput,
} from '../../protocol/index.ts';
import type { Scenario, Session } from '../session.ts';
import { NOWHERE } from './produce.ts';

const versions: Scenario = {
  name: 'versions',
  api: apiVersionsApi,
  run: async (session, version) => {
    const ask = (label: string, clientSoftwareName: string, clientSoftwareVersion: string) =>
      session.ask(label, apiVersionsApi, version, { clientSoftwareName, clientSoftwareVersion });
    await ask('a named client', 'conformance', '1.0');
    await ask('an empty name', '', '1.0');
    await ask('an empty version', 'conformance', '');
    await ask('a name with a space', 'con formance', '1.0');
    await ask('a version with a slash', 'conformance', '1/0');
  },
};

/** A header that every version of every API begins with, and a little behind it. */
function requestOf(apiKey: number, apiVersion: number): Buffer {
  const request = Buffer.alloc(32);
  request.writeInt16BE(apiKey, 0);
  request.writeInt16BE(apiVersion, 2);
  request.writeInt32BE(7, 4);
  request.writeInt16BE(-1, 8);
  return request;
}

const unknownVersions: Scenario = {
  name: 'versions that do not exist',
  api: apiVersionsApi,
  run: async (session, version) => {
    // The request is of an API each, whatever the version that this scenario runs in.
    if (version > 0) return;
    for (const { key, name, maxVersion } of apis) {
      await session.askRaw(`${name}, a later version`, apiVersionsApi, version, requestOf(key, maxVersion + 20));
      await session.askRaw(`${name}, version -1`, apiVersionsApi, version, requestOf(key, -1));
    }
    for (const key of [-1, 4, 5, 6, 7, 93, 1000, 32_767])
      await session.askRaw(`key ${key}`, apiVersionsApi, version, requestOf(key, 0));
  },
};

type MetadataInput = RequestInput<typeof metadataApi>;

const metadata: Scenario = {
  name: 'topics and brokers',
  api: metadataApi,
  run: async (session, version) => {
    const [first, second] = [await session.topic('one', { partitions: 2 }), await session.topic('two')];
    const ask = (label: string, topics: MetadataInput['topics'], more: Partial<MetadataInput> = {}) =>
      session.ask(label, metadataApi, version, {
        topics,
        allowAutoTopicCreation: false,
        includeTopicAuthorizedOperations: false,
        ...more,
      });
    const named = (...names: string[]) => names.map((name) => ({ name, topicId: ZERO_UUID }));
    await ask('a topic', named(first.name));
    await ask('two topics', named(second.name, first.name));
    await ask('a topic twice', named(first.name, first.name));
    await ask('no topics', []);
    await ask('an unknown topic', named(NOWHERE.name));
    await ask('a known and an unknown topic', named(first.name, NOWHERE.name));
    for (const name of ['', '.', 'not/a/topic', 'x'.repeat(250)])
      await ask(`the name '${name.slice(0, 20)}'`, named(name));
    await ask('an unknown topic that may be created', named(NOWHERE.name), { allowAutoTopicCreation: true });
    await ask('authorized operations', named(first.name), {
      includeTopicAuthorizedOperations: true,
      includeClusterAuthorizedOperations: true,
    });
    if (version >= 1) await ask('all topics', null);
    if (version < 10) return;
    await ask('by id', [{ name: version < 12 ? '' : null, topicId: first.topicId }]);
    await ask('by an unknown id', [{ name: version < 12 ? '' : null, topicId: NOWHERE.topicId }]);
    await ask('by name and id', [{ name: first.name, topicId: first.topicId }]);
    await ask('by the name of one and the id of the other', [{ name: first.name, topicId: second.topicId }]);
    await ask('by neither', [{ name: null, topicId: ZERO_UUID }]);
    await ask(
      'by two ids',
      [first, second].map(({ topicId }) => ({ name: null, topicId })),
    );
    await ask('by id and by name', [
      { name: null, topicId: first.topicId },
      { name: second.name, topicId: ZERO_UUID },
    ]);
  },
};

const cluster: Scenario = {
  name: 'cluster',
  api: describeClusterApi,
  run: async (session, version) => {
    const ask = (label: string, more: object) =>
      session.ask(label, describeClusterApi, version, { includeClusterAuthorizedOperations: false, ...more });
    await ask('brokers', {});
    await ask('authorized operations', { includeClusterAuthorizedOperations: true });
    await ask('fenced brokers too', { includeFencedBrokers: true });
    await ask('controllers', { endpointType: 2 });
    await ask('an unknown kind of endpoint', { endpointType: 3 });
  },
};

const pages: Scenario = {
  name: 'pages of partitions',
  api: describeTopicPartitionsApi,
  run: async (session, version) => {
    const [first, second] = [
      await session.topic('one', { partitions: 3 }),
      await session.topic('two', { partitions: 2 }),
    ];
    await session.settled(first.name, 3);
    const ask = (
      label: string,
      names: readonly string[],
      responsePartitionLimit = 2000,
      cursor: { topicName: string; partitionIndex: number } | null = null,
    ) =>
      session.ask(label, describeTopicPartitionsApi, version, {
        topics: names.map((name) => ({ name })),
        responsePartitionLimit,
        cursor,
      });
    const both = [first.name, second.name];
    await ask('both', both);
    await ask('both, in the other order', both.toReversed());
    for (const limit of [4, 3, 2, 1, 0, -1]) await ask(`at most ${limit}`, both, limit);
    await ask('from the second partition', both, 2, { topicName: first.name, partitionIndex: 1 });
    await ask('from the second topic', both, 2000, { topicName: second.name, partitionIndex: 0 });
    await ask('from past the last partition', both, 2000, { topicName: first.name, partitionIndex: 7 });
    await ask('from a negative partition', both, 2000, { topicName: first.name, partitionIndex: -1 });
    await ask('from a topic that is not asked for', both, 2000, { topicName: `${first.name}-a`, partitionIndex: 0 });
    await ask('an unknown topic', [NOWHERE.name]);
    await ask('an invalid topic', ['not/a/topic']);
    await ask('a topic twice', [first.name, first.name]);
  },
};

/** Waits until a topic's logs are on the disk: Apache Kafka makes them when its metadata are there already. */
async function hasLogs(session: Session, topic: string, partitions: number): Promise<void> {
  const topics = [{ topic, partitions: Array.from({ length: partitions }, (_, index) => index) }];
  for (;;) {
    const { results } = await session.prepare(describeLogDirsApi, 4, { topics });
    const logs = results[0]?.topics[0]?.partitions ?? [];
    if (logs.length === partitions && logs.every(({ offsetLag }) => offsetLag === 0)) return;
  }
}

const logDirs: Scenario = {
  name: 'log folders',
  api: describeLogDirsApi,
  run: async (session, version) => {
    const topic = await session.topic('log', { partitions: 2 });
    await hasLogs(session, topic.name, 2);
    const ask = (label: string, topics: { topic: string; partitions: number[] }[] | null) =>
      session.ask(label, describeLogDirsApi, version, { topics });
    await ask('two partitions', [{ topic: topic.name, partitions: [0, 1] }]);
    await ask('one partition', [{ topic: topic.name, partitions: [1] }]);
    await ask('an unknown partition', [{ topic: topic.name, partitions: [5] }]);
    await ask('an unknown topic', [{ topic: NOWHERE.name, partitions: [0] }]);
    await ask('no partition', [{ topic: topic.name, partitions: [] }]);
    await ask('nothing', []);
  },
};

const producerIds: Scenario = {
  name: 'producer ids',
  api: initProducerIdApi,
  run: async (session, version) => {
    const ask = (label: string, more: object) =>
      session.ask(label, initProducerIdApi, version, { transactionalId: null, transactionTimeoutMs: 60_000, ...more });
    await ask('one', {});
    await ask('the next', {});
    await ask('no time-out', { transactionTimeoutMs: 0 });
    await ask('a negative time-out', { transactionTimeoutMs: -1 });
    await ask('an empty transactional id', { transactionalId: '' });
    await ask('an id of its own', { producerId: 1000, producerEpoch: 3 });
    await ask('an epoch without an id', { producerId: -1, producerEpoch: 3 });
    await ask('an id without an epoch', { producerId: 1000, producerEpoch: -1 });
  },
};

const coordinators: Scenario = {
  name: 'coordinators',
  api: findCoordinatorApi,
  run: async (session, version) => {
    const ask = (label: string, key: string, keyType = 0, coordinatorKeys = [key]) =>
      session.ask(label, findCoordinatorApi, version, version < 4 ? { key, keyType } : { keyType, coordinatorKeys });
    await ask('of a group', session.named('group'));
    await ask('of a group without a name', '');
    await ask('of an unknown kind', 'x', 9);
    await ask('of a negative kind', 'x', -1);
    if (version < 4) return;
    await ask('of two groups', '', 0, [session.named('group'), session.named('other')]);
    await ask('of one group twice', '', 0, [session.named('group'), session.named('group')]);
    await ask('of no group', '', 0, []);
  },
};

export const clusterScenarios: readonly Scenario[] = [
  versions,
  unknownVersions,
  metadata,
  cluster,
  pages,
  logDirs,
  producerIds,
  coordinators,
];
