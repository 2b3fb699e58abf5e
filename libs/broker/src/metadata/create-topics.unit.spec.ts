import { describe, expect, it } from '@jest/globals';
import { ErrorCode } from '../protocol/index.ts';
import { createRequest, creationOf, openMetadata } from './testing/open-metadata.ts';

const rangeOf = { partitionIndex: 0, brokerIds: [1] };

describe('creating topics', () => {
  it('makes the partitions before it answers, and shows the topic', async () => {
    const open = await openMetadata();
    const { topics } = await open.metadata.createTopics(createRequest('orders', { numPartitions: 3 }));
    expect(topics).toHaveLength(1);
    expect(topics[0]).toMatchObject({ name: 'orders', errorCode: 0, numPartitions: 3, replicationFactor: 1 });
    expect([...open.store.logs.keys()]).toEqual(['orders-0', 'orders-1', 'orders-2']);
    const image = open.metadata.topic('orders')!;
    expect(image).toEqual({ name: 'orders', topicId: topics[0]!.topicId, partitionCount: 3, isInternal: false });
    expect(open.metadata.topicById(image.topicId)).toBe(image);
  });

  it('answers with the effective configuration, by name', async () => {
    const open = await openMetadata({ 'log.segment.bytes': '2097152' });
    const { topics } = await open.metadata.createTopics(createRequest('a', { configs: { 'retention.ms': ' 5 ' } }));
    const configs = topics[0]!.configs!;
    expect(configs).toHaveLength(33);
    expect(configs.map(({ name }) => name)).toEqual([...configs.map(({ name }) => name)].sort());
    const expectations = {
      'retention.ms': ['5', 1],
      'segment.bytes': ['2097152', 4],
      'flush.ms': ['9223372036854775807', 5],
    };
    for (const [name, [value, configSource]] of Object.entries(expectations))
      expect(configs).toContainEqual({ name, value, configSource, readOnly: false, isSensitive: false });
  });

  it('gives a topic that names no number num.partitions partitions', async () => {
    const open = await openMetadata({ 'num.partitions': '4' });
    await open.metadata.createTopics(createRequest('orders'));
    expect(open.metadata.topic('orders')?.partitionCount).toBe(4);
  });

  it('takes a manual assignment to this node', async () => {
    const open = await openMetadata();
    const assignments = [rangeOf, { partitionIndex: 1, brokerIds: [1] }];
    expect(await creationOf(open, 'orders', { assignments })).toEqual({ code: 0, message: null });
    expect(open.metadata.topic('orders')?.partitionCount).toBe(2);
  });

  it('changes nothing when it is only to validate', async () => {
    const open = await openMetadata();
    expect(await creationOf(open, 'orders', { numPartitions: 3 }, true)).toEqual({ code: 0, message: null });
    expect(open.metadata.topics()).toEqual([]);
    expect(open.store.logs.size).toBe(0);
  });

  it('creates the good ones of several', async () => {
    const open = await openMetadata();
    const request = createRequest('good');
    const topics = [...request.topics, { ...request.topics[0]!, name: '..' }, { ...request.topics[0]!, name: 'fine' }];
    const response = await open.metadata.createTopics({ ...request, topics });
    expect(response.topics.map(({ errorCode }) => errorCode)).toEqual([0, ErrorCode.INVALID_TOPIC_EXCEPTION, 0]);
    expect(open.metadata.topics().map(({ name }) => name)).toEqual(['fine', 'good']);
  });

  it('refuses both of two topics with one name', async () => {
    const open = await openMetadata();
    const request = createRequest('twice');
    const response = await open.metadata.createTopics({ ...request, topics: [...request.topics, ...request.topics] });
    expect(response.topics.map(({ errorMessage }) => errorMessage)).toEqual(['Duplicate topic name.']);
    expect(open.metadata.topics()).toEqual([]);
  });
});

// Codes and words as Apache Kafka 4.3.1 answers them.
describe.each([
  ['an empty name', '', {}, 17, 'Topic name is invalid: the empty string is not allowed'],
  ['the name .', '.', {}, 17, "Topic name is invalid: '.' is not allowed"],
  [
    'a long name',
    'a'.repeat(250),
    {},
    17,
    `Topic name is invalid: the length of '${'a'.repeat(250)}' is longer than the max allowed length 249`,
  ],
  [
    'a name with other characters',
    'a b/ü',
    {},
    17,
    "Topic name is invalid: 'a b/ü' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'",
  ],
  ['the metadata log', '__cluster_metadata', {}, 42, 'Creation of internal topic __cluster_metadata is prohibited.'],
  ['no partitions', 't', { numPartitions: 0 }, 37, 'Number of partitions was set to an invalid non-positive value.'],
  [
    'a negative number of partitions',
    't',
    { numPartitions: -2 },
    37,
    'Number of partitions was set to an invalid non-positive value.',
  ],
  ['too many partitions', 't', { numPartitions: 10_001 }, 44, 'Excessively large number of partitions per request.'],
  [
    'two replicas',
    't',
    { replicationFactor: 2 },
    38,
    'Unable to replicate the partition 2 time(s): The target replication factor of 2 cannot be reached because only 1 broker(s) are registered or some brokers have all their log directories cordoned.',
  ],
  [
    'no replica',
    't',
    { replicationFactor: 0 },
    38,
    'Replication factor must be larger than 0, or -1 to use the default value.',
  ],
  [
    'an assignment with a number of partitions',
    't',
    { numPartitions: 1, assignments: [rangeOf] },
    42,
    'A manual partition assignment was specified, but numPartitions was not set to -1.',
  ],
  [
    'an assignment with a replication factor',
    't',
    { replicationFactor: 1, assignments: [rangeOf] },
    42,
    'A manual partition assignment was specified, but replication factor was not set to -1.',
  ],
  [
    'an assignment to another node',
    't',
    { assignments: [{ partitionIndex: 0, brokerIds: [7] }] },
    39,
    'The manual partition assignment includes broker 7, but no such broker is registered.',
  ],
  [
    'an assignment with a gap',
    't',
    { assignments: [{ partitionIndex: 1, brokerIds: [1] }] },
    39,
    'partitions should be a consecutive 0-based integer sequence',
  ],
  [
    'an assignment with a node twice',
    't',
    { assignments: [{ partitionIndex: 0, brokerIds: [1, 1] }] },
    39,
    'The manual partition assignment includes the broker 1 more than once.',
  ],
  [
    'an assignment to nobody',
    't',
    { assignments: [{ partitionIndex: 0, brokerIds: [] }] },
    39,
    'The manual partition assignment includes an empty replica list.',
  ],
  [
    'two assignments of a partition',
    't',
    { assignments: [rangeOf, rangeOf] },
    39,
    'Found multiple manual partition assignments for partition 0',
  ],
  ['an unknown setting', 't', { configs: { nope: '1' } }, 40, 'Unknown topic config name: nope'],
  [
    'a setting without a value',
    't',
    { configs: { 'retention.ms': null } },
    40,
    'Null value not supported for topic configs: retention.ms',
  ],
  [
    'a text for a number',
    't',
    { configs: { 'retention.ms': 'abc' } },
    40,
    'Invalid value abc for configuration retention.ms: Not a number of type LONG',
  ],
  [
    'a number below its range',
    't',
    { configs: { 'retention.ms': '-2' } },
    40,
    'Invalid value -2 for configuration retention.ms: Value must be at least -1',
  ],
  [
    'a number above its type',
    't',
    { configs: { 'segment.bytes': '9999999999' } },
    40,
    'Invalid value 9999999999 for configuration segment.bytes: Not a number of type INT',
  ],
  [
    'a small segment',
    't',
    { configs: { 'segment.bytes': '1' } },
    40,
    'Invalid value 1 for configuration segment.bytes: Value must be at least 1048576',
  ],
  [
    'an unknown word in a list',
    't',
    { configs: { 'cleanup.policy': 'compact,foo' } },
    40,
    'Invalid value foo for configuration cleanup.policy: String must be one of: compact, delete',
  ],
  [
    'an unknown word',
    't',
    { configs: { 'compression.type': 'brotli' } },
    40,
    'Invalid value brotli for configuration compression.type: String must be one of: uncompressed, zstd, lz4, snappy, gzip, producer',
  ],
  [
    'a ratio above 1',
    't',
    { configs: { 'min.cleanable.dirty.ratio': '1.5' } },
    40,
    'Invalid value 1.5 for configuration min.cleanable.dirty.ratio: Value must be no more than 1',
  ],
  [
    'a text for a ratio',
    't',
    { configs: { 'min.cleanable.dirty.ratio': 'x' } },
    40,
    'Invalid value x for configuration min.cleanable.dirty.ratio: Not a number of type DOUBLE',
  ],
  [
    'neither true nor false',
    't',
    { configs: { preallocate: 'maybe' } },
    40,
    'Invalid value maybe for configuration preallocate: Expected value to be either true or false',
  ],
  [
    'a level between ranges',
    't',
    { configs: { 'compression.gzip.level': '11' } },
    40,
    'Invalid value 11 for configuration compression.gzip.level: Value must be between 1 and 9 or equal to -1',
  ],
  [
    'replicas in another form',
    't',
    { configs: { 'leader.replication.throttled.replicas': 'zz' } },
    40,
    "Invalid value [zz] for configuration leader.replication.throttled.replicas: leader.replication.throttled.replicas must be the literal '*' or a list of replicas in the following format: [partitionId]:[brokerId],[partitionId]:[brokerId],...",
  ],
  [
    'tiered storage',
    't',
    { configs: { 'remote.storage.enable': 'true' } },
    40,
    'Tiered Storage functionality is disabled in the broker. Topic cannot be configured with remote log storage.',
  ],
  [
    'lags in conflict',
    't',
    { configs: { 'min.compaction.lag.ms': '10', 'max.compaction.lag.ms': '5' } },
    40,
    'conflict topic config setting min.compaction.lag.ms (10) > max.compaction.lag.ms (5)',
  ],
] as const)('a topic with %s', (_what, name, topic, code, message) => {
  it('is refused in the words of Apache Kafka', async () => {
    expect(await creationOf(await openMetadata(), name, topic)).toEqual({ code, message });
  });
});

describe('a topic whose name is taken', () => {
  it('is refused, the more when it differs only in dots and underscores', async () => {
    const open = await openMetadata();
    await creationOf(open, 'a.b');
    expect(await creationOf(open, 'a.b')).toEqual({ code: 36, message: "Topic 'a.b' already exists." });
    expect(await creationOf(open, 'a_b')).toEqual({
      code: 17,
      message: "Topic 'a_b' collides with existing topic: a.b",
    });
    expect(await creationOf(open, 'a-b')).toMatchObject({ code: 0 });
  });

  it('can be created again after it was deleted, with another id', async () => {
    const open = await openMetadata();
    await creationOf(open, 'a.b', { numPartitions: 2, configs: { 'retention.ms': '5' } });
    const first = open.metadata.topic('a.b')!.topicId;
    await open.metadata.deleteTopics({ topics: [], topicNames: ['a.b'], timeoutMs: 1 }, 5);
    expect(await creationOf(open, 'a_b')).toMatchObject({ code: 0 });
    await open.metadata.deleteTopics({ topics: [], topicNames: ['a_b'], timeoutMs: 1 }, 5);
    await creationOf(open, 'a.b');
    expect(open.metadata.topic('a.b')!.topicId).not.toBe(first);
    expect(open.metadata.topicConfig('a.b')?.log.retentionMs).toBe(604800000);
    expect([...open.store.logs.keys()]).toEqual(['a.b-0']);
  });
});

describe('ensuring that a topic exists', () => {
  it('creates it once for all who ask at the same time', async () => {
    const open = await openMetadata({ 'num.partitions': '2' });
    const images = await Promise.all([1, 2, 3].map(() => open.metadata.autoCreateTopic('events')));
    expect(new Set(images).size).toBe(1);
    expect(open.store.logs.size).toBe(2);
  });

  it('meets a request that creates it', async () => {
    const open = await openMetadata();
    const [created, image] = await Promise.all([creationOf(open, 'events'), open.metadata.autoCreateTopic('events')]);
    expect(created.code).toBe(0);
    expect(image.topicId).toBe(open.metadata.topic('events')!.topicId);
  });

  it('may create the topics of the broker, which no request may', async () => {
    const open = await openMetadata();
    expect(await creationOf(open, '__consumer_offsets')).toMatchObject({ code: ErrorCode.INVALID_REQUEST });
    const image = await open.metadata.ensureTopic('__consumer_offsets', {
      partitions: 5,
      config: { 'cleanup.policy': 'compact' },
    });
    expect(image).toMatchObject({ partitionCount: 5, isInternal: true });
    expect(open.metadata.topicConfig('__consumer_offsets')?.log).toMatchObject({
      cleanupCompact: true,
      cleanupDelete: false,
    });
  });

  it('says why it cannot', async () => {
    const open = await openMetadata();
    await expect(open.metadata.autoCreateTopic('a b')).rejects.toMatchObject({
      code: ErrorCode.INVALID_TOPIC_EXCEPTION,
    });
  });
});
