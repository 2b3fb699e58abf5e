/** CreateTopics, DeleteTopics, CreatePartitions. */
import {
  createPartitionsApi,
  createTopicsApi,
  deleteTopicsApi,
  ZERO_UUID,
  type RequestInput,
} from '../../protocol/index.ts';
import type { Scenario } from '../session.ts';
import { NOWHERE } from './produce.ts';

type TopicInput = RequestInput<typeof createTopicsApi>['topics'][number];

const TOPIC: Omit<TopicInput, 'name'> = { numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] };

const creation: Scenario = {
  name: 'creation',
  api: createTopicsApi,
  run: async (session, version) => {
    const ask = (label: string, topics: readonly TopicInput[], validateOnly = false) =>
      session.ask(label, createTopicsApi, version, { topics: [...topics], timeoutMs: 30_000, validateOnly });
    const one = (name: string, changes: Partial<TopicInput> = {}) => [
      { name: session.named(name), ...TOPIC, ...changes },
    ];
    await ask('only validated', one('a'), true);
    await ask('created', one('a'));
    await ask('created again', one('a'));
    await ask('validated when it exists', one('a'), true);
    await ask('names of one request that differ by a dot', one('one.name').concat(one('one_name')));
    await ask('a name with a dot', one('dotted.name'));
    await ask('a name that collides', one('dotted_name'));
    await ask('no topics', []);
    await ask('a name twice', [...one('twice'), ...one('twice')]);
    for (const numPartitions of [0, -1, -2])
      await ask(`${numPartitions} partitions`, one(`p${numPartitions}`, { numPartitions }));
    for (const replicationFactor of [0, -1, -2, 2, 3])
      await ask(`replication factor ${replicationFactor}`, one(`r${replicationFactor}`, { replicationFactor }));
    await ask('two topics, one bad', [...one('good'), ...one('bad', { numPartitions: 0 })]);
    const invalid = [
      '',
      '.',
      '..',
      'white space',
      'slash/name',
      'ümlaut',
      'x'.repeat(250),
      '__consumer_offsets',
      '__cluster_metadata',
    ];
    for (const name of invalid) await ask(`the name '${name.slice(0, 30)}'`, [{ name, ...TOPIC }]);
    await ask('the longest name', [{ name: session.named('y').padEnd(249, 'y'), ...TOPIC }]);
  },
};

const assignments: Scenario = {
  name: 'assignments',
  api: createTopicsApi,
  run: async (session, version) => {
    const ask = (
      label: string,
      brokers: readonly (readonly number[])[],
      changes: Partial<TopicInput> = {},
      indexes?: readonly number[],
    ) =>
      session.ask(label, createTopicsApi, version, {
        topics: [
          {
            name: session.named(label.replaceAll(' ', '-')),
            numPartitions: -1,
            replicationFactor: -1,
            assignments: brokers.map((brokerIds, index) => ({
              partitionIndex: indexes?.[index] ?? index,
              brokerIds: [...brokerIds],
            })),
            configs: [],
            ...changes,
          },
        ],
        timeoutMs: 30_000,
      });
    await ask('two partitions', [[1], [1]]);
    await ask('an unknown broker', [[7]]);
    await ask('a negative broker', [[-3]]);
    await ask('no broker', [[]]);
    await ask('a broker twice', [[1, 1]]);
    await ask('uneven', [[1], [1, 1]]);
    await ask('a gap', [[1], [1]], {}, [0, 2]);
    await ask('an index twice', [[1], [1]], {}, [0, 0]);
    await ask('from one', [[1]], {}, [1]);
    await ask('with a count', [[1]], { numPartitions: 1 });
    await ask('with a factor', [[1]], { replicationFactor: 1 });
  },
};

export const TOPIC_CONFIGS: readonly (readonly [string, string | null])[] = [
  ['retention.ms', '1000'],
  ['retention.ms', '-1'],
  ['retention.ms', '-2'],
  ['retention.ms', 'soon'],
  ['retention.ms', ''],
  ['retention.ms', null],
  ['retention.ms', ' 5 '],
  ['retention.ms', '99999999999999999999'],
  ['retention.bytes', '-5'],
  ['segment.bytes', '1'],
  ['segment.bytes', '1048576'],
  ['segment.bytes', '4294967296'],
  ['segment.ms', '0'],
  ['cleanup.policy', 'compact'],
  ['cleanup.policy', 'compact,delete'],
  ['cleanup.policy', 'delete,delete'],
  ['cleanup.policy', 'shred'],
  ['cleanup.policy', ''],
  ['compression.type', 'zstd'],
  ['compression.type', 'zip'],
  ['compression.gzip.level', '10'],
  ['compression.lz4.level', '18'],
  ['compression.zstd.level', '99'],
  ['message.timestamp.type', 'LogAppendTime'],
  ['message.timestamp.type', 'Never'],
  ['message.timestamp.before.max.ms', '-1'],
  ['min.cleanable.dirty.ratio', '0.5'],
  ['min.cleanable.dirty.ratio', '1.5'],
  ['min.cleanable.dirty.ratio', 'half'],
  ['min.compaction.lag.ms', '-1'],
  ['max.compaction.lag.ms', '0'],
  ['delete.retention.ms', '-1'],
  ['file.delete.delay.ms', '-1'],
  ['flush.messages', '0'],
  ['flush.ms', '-1'],
  ['index.interval.bytes', '-1'],
  ['max.message.bytes', '-1'],
  ['min.insync.replicas', '0'],
  ['min.insync.replicas', '3'],
  ['preallocate', 'yes'],
  ['preallocate', 'TRUE'],
  ['segment.index.bytes', '3'],
  ['segment.jitter.ms', '-1'],
  ['unclean.leader.election.enable', 'false'],
  ['local.retention.ms', '5'],
  ['local.retention.bytes', '-3'],
  ['remote.storage.enable', 'true'],
  ['remote.log.copy.disable', 'true'],
  ['leader.replication.throttled.replicas', '0:1'],
  ['leader.replication.throttled.replicas', 'all'],
  ['follower.replication.throttled.replicas', '*'],
  ['message.format.version', '3.0'],
  ['message.downconversion.enable', 'false'],
  ['no.such.config', 'x'],
  ['', 'x'],
];

const configs: Scenario = {
  name: 'configurations',
  api: createTopicsApi,
  run: async (session, version) => {
    const ask = (label: string, name: string, given: readonly (readonly [string, string | null])[]) =>
      session.ask(label, createTopicsApi, version, {
        topics: [{ name: session.named(name), ...TOPIC, configs: given.map(([key, value]) => ({ name: key, value })) }],
        timeoutMs: 30_000,
      });
    for (const [index, [key, value]] of TOPIC_CONFIGS.entries())
      await ask(`${key}=${value}`, `c${index}`, [[key, value]]);
    await ask('a configuration twice', 'twice', [
      ['retention.ms', '5'],
      ['retention.ms', '6'],
    ]);
    await ask('good and bad', 'mixed', [
      ['retention.ms', '5'],
      ['no.such', 'x'],
    ]);
    await ask('lags that cross', 'lags', [
      ['min.compaction.lag.ms', '10'],
      ['max.compaction.lag.ms', '5'],
    ]);
    await ask('local above all', 'local', [
      ['retention.ms', '5'],
      ['local.retention.ms', '10'],
    ]);
  },
};

const deletion: Scenario = {
  name: 'deletion',
  api: deleteTopicsApi,
  run: async (session, version) => {
    const [first, second, third] = [
      await session.topic('one'),
      await session.topic('two'),
      await session.topic('three'),
    ];
    const byName = (label: string, ...names: string[]) =>
      session.ask(label, deleteTopicsApi, version, {
        topicNames: names,
        topics: names.map((name) => ({ name, topicId: ZERO_UUID })),
        timeoutMs: 30_000,
      });
    await byName('none');
    await byName('an unknown topic', NOWHERE.name);
    await byName('one', first.name);
    await byName('one again', first.name);
    await byName('a known and an unknown one', second.name, session.named('unknown'));
    await byName('one twice', third.name, third.name);
    await byName('an invalid name', 'not/a/topic');
    await byName('an empty name', '');
    if (version < 6) return;
    const byId = (label: string, ...topics: { name: string | null; topicId: string }[]) =>
      session.ask(label, deleteTopicsApi, version, { topics, timeoutMs: 30_000 });
    await byId('an unknown id', { name: null, topicId: NOWHERE.topicId });
    await byId('name and id', { name: third.name, topicId: third.topicId });
    await byId('neither', { name: null, topicId: ZERO_UUID });
    await byId('an id twice', { name: null, topicId: third.topicId }, { name: null, topicId: third.topicId });
    await byId('by its id', { name: null, topicId: third.topicId });
    await byId('by its id again', { name: null, topicId: third.topicId });
  },
};

const partitions: Scenario = {
  name: 'more partitions',
  api: createPartitionsApi,
  run: async (session, version) => {
    const topic = await session.topic('log', { partitions: 2 });
    const ask = (label: string, name: string, count: number, brokers: number[][] | null = null, validateOnly = false) =>
      session.ask(label, createPartitionsApi, version, {
        topics: [{ name, count, assignments: brokers === null ? null : brokers.map((brokerIds) => ({ brokerIds })) }],
        timeoutMs: 30_000,
        validateOnly,
      });
    await ask('only validated', topic.name, 3, null, true);
    await ask('a third', topic.name, 3);
    await ask('as many as there are', topic.name, 3);
    for (const count of [2, 0, -1]) await ask(`${count}`, topic.name, count);
    await ask('an unknown topic', NOWHERE.name, 2);
    await ask('an invalid topic', 'not/a/topic', 2);
    await ask('assigned', topic.name, 5, [[1], [1]]);
    await ask('too few assignments', topic.name, 8, [[1]]);
    await ask('too many assignments', topic.name, 6, [[1], [1]]);
    await ask('assigned to an unknown broker', topic.name, 6, [[9]]);
    await ask('assigned to nobody', topic.name, 6, [[]]);
    await ask('assigned to two', topic.name, 6, [[1, 2]]);
    await ask('assigned twice to one', topic.name, 6, [[1, 1]]);
    await ask('no assignments', topic.name, 6, []);
    await session.ask('no topics', createPartitionsApi, version, { topics: [], timeoutMs: 1000, validateOnly: false });
    const twice = [6, 7].map((count) => ({ name: topic.name, count, assignments: null }));
    await session.ask('a topic twice', createPartitionsApi, version, {
      topics: twice,
      timeoutMs: 1000,
      validateOnly: false,
    });
  },
};

export const topicScenarios: readonly Scenario[] = [creation, assignments, configs, deletion, partitions];
