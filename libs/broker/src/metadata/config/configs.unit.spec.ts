import { describe, expect, it } from '@jest/globals';
import { ErrorCode } from '../../protocol/index.ts';
import { resourceType } from '../metadata-image.ts';
import { creationOf, openMetadata, type OpenMetadata } from '../testing/open-metadata.ts';

const operation = { set: 0, delete: 1, append: 2, subtract: 3 } as const;

async function open(properties: Readonly<Record<string, string>> = {}): Promise<OpenMetadata> {
  const opened = await openMetadata(properties);
  await creationOf(opened, 'orders');
  return opened;
}

/** What DescribeConfigs says of one entry. */
async function entry({ metadata }: OpenMetadata, type: number, resourceName: string, name: string) {
  const { results } = await metadata.describeConfigs({
    resources: [{ resourceType: type, resourceName, configurationKeys: [name] }],
    includeSynonyms: true,
    includeDocumentation: true,
  });
  expect(results[0]!.errorCode).toBe(0);
  return results[0]!.configs[0]!;
}

async function alter(
  { metadata }: OpenMetadata,
  type: number,
  resourceName: string,
  changes: readonly (readonly [name: string, op: number, value: string | null])[],
  validateOnly = false,
) {
  const configs = changes.map(([name, configOperation, value]) => ({ name, configOperation, value }));
  const request = { resources: [{ resourceType: type, resourceName, configs }], validateOnly };
  const { responses } = await metadata.incrementalAlterConfigs(request);
  return { code: responses[0]!.errorCode, message: responses[0]!.errorMessage };
}

const ok = { code: 0, message: null };

describe('describing configuration', () => {
  it('shows all entries of a topic with type, source and documentation', async () => {
    const opened = await open();
    const { results } = await opened.metadata.describeConfigs({
      resources: [{ resourceType: resourceType.topic, resourceName: 'orders', configurationKeys: null }],
      includeSynonyms: false,
      includeDocumentation: true,
    });
    const { configs } = results[0]!;
    expect(configs).toHaveLength(33);
    for (const config of configs) {
      expect(config).toMatchObject({ readOnly: false, isSensitive: false, configSource: 5, synonyms: [] });
      expect(config.documentation).toMatch(/\.$/);
    }
    const types = Object.fromEntries(configs.map(({ name, configType }) => [name, configType]));
    expect(types).toMatchObject({ 'cleanup.policy': 7, 'retention.ms': 5, 'segment.bytes': 3, preallocate: 1 });
    expect(types).toMatchObject({ 'compression.type': 2, 'min.cleanable.dirty.ratio': 6 });
  });

  it('leaves synonyms and documentation out unless they are asked for', async () => {
    const opened = await open();
    const { results } = await opened.metadata.describeConfigs({
      resources: [{ resourceType: resourceType.topic, resourceName: 'orders', configurationKeys: ['segment.bytes'] }],
      includeSynonyms: false,
      includeDocumentation: false,
    });
    expect(results[0]!.configs).toEqual([
      {
        name: 'segment.bytes',
        value: '1073741824',
        readOnly: false,
        configSource: 5,
        isSensitive: false,
        synonyms: [],
        configType: 3,
        documentation: null,
      },
    ]);
  });

  // As Apache Kafka 4.3.1 answered after the same changes.
  it('lists where a value comes from, the strongest first', async () => {
    const opened = await open();
    expect(await entry(opened, resourceType.topic, 'orders', 'segment.bytes')).toMatchObject({
      synonyms: [{ name: 'log.segment.bytes', value: '1073741824', source: 5 }],
    });
    expect(await entry(opened, resourceType.topic, 'orders', 'retention.ms')).toMatchObject({
      configSource: 5,
      synonyms: [],
    });
    await alter(opened, resourceType.broker, '1', [['log.retention.ms', operation.set, '-5']]);
    await alter(opened, resourceType.broker, '', [['log.retention.ms', operation.set, '5000']]);
    expect(await entry(opened, resourceType.topic, 'orders', 'retention.ms')).toMatchObject({
      value: '-1',
      configSource: 2,
      synonyms: [
        { name: 'log.retention.ms', value: '-5', source: 2 },
        { name: 'log.retention.ms', value: '5000', source: 3 },
        { name: 'log.retention.hours', value: '168', source: 5 },
      ],
    });
    await alter(opened, resourceType.topic, 'orders', [['retention.ms', operation.set, '7']]);
    expect(await entry(opened, resourceType.topic, 'orders', 'retention.ms')).toMatchObject({
      value: '7',
      configSource: 1,
    });
  });

  it('shows the broker, static settings and what can be changed', async () => {
    const opened = await open({ 'num.partitions': '4' });
    expect(await entry(opened, resourceType.broker, '1', 'num.partitions')).toMatchObject({
      value: '4',
      readOnly: true,
      configSource: 4,
      synonyms: [
        { name: 'num.partitions', value: '4', source: 4 },
        { name: 'num.partitions', value: '1', source: 5 },
      ],
    });
    expect(await entry(opened, resourceType.broker, '1', 'log.retention.ms')).toMatchObject({
      value: null,
      readOnly: false,
    });
  });

  it('shows every entry that Kafka has, heeded or not, and throttles only while they are set', async () => {
    const opened = await open({ 'num.io.threads': '3' });
    const names = async (): Promise<string[]> => {
      const { results } = await opened.metadata.describeConfigs({
        resources: [{ resourceType: resourceType.broker, resourceName: '1', configurationKeys: null }],
        includeSynonyms: false,
        includeDocumentation: false,
      });
      return results[0]!.configs.map(({ name }) => name);
    };
    expect((await names()).length).toBeGreaterThan(300);
    expect(await names()).toEqual((await names()).toSorted());
    expect(await names()).not.toContain('leader.replication.throttled.rate');
    expect(await entry(opened, resourceType.broker, '1', 'num.io.threads')).toMatchObject({
      value: '3',
      readOnly: false,
      synonyms: [
        { name: 'num.io.threads', value: '3', source: 4 },
        { name: 'num.io.threads', value: '8', source: 5 },
      ],
    });
    expect(await entry(opened, resourceType.broker, '1', 'ssl.keystore.password')).toMatchObject({
      value: null,
      readOnly: true,
      isSensitive: true,
    });
    await alter(opened, resourceType.broker, '1', [['leader.replication.throttled.rate', operation.set, '1000']]);
    expect(await names()).toContain('leader.replication.throttled.rate');
  });

  it.each<Record<string, string>>([{ 'node.id': '5' }, { 'broker.id': '5' }])(
    'shows the number of the node under both its names, given %j',
    async (properties) => {
      const opened = await open(properties);
      expect(opened.metadata.nodeId).toBe(5);
      for (const name of ['node.id', 'broker.id'])
        expect(await entry(opened, resourceType.broker, '5', name)).toMatchObject({ value: '5', configSource: 4 });
    },
  );

  it('shows for the default broker only what was set for all', async () => {
    const opened = await open();
    await alter(opened, resourceType.broker, '', [['message.max.bytes', operation.set, '5000']]);
    const { results } = await opened.metadata.describeConfigs({
      resources: [{ resourceType: resourceType.broker, resourceName: '', configurationKeys: null }],
      includeSynonyms: false,
      includeDocumentation: false,
    });
    expect(results[0]!.configs.map(({ name, value }) => [name, value])).toEqual([['message.max.bytes', '5000']]);
  });

  it.each([
    [resourceType.topic, 'unknown', ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "The topic 'unknown' does not exist."],
    [
      resourceType.topic,
      '',
      ErrorCode.INVALID_TOPIC_EXCEPTION,
      'Topic name is invalid: the empty string is not allowed',
    ],
    [
      resourceType.broker,
      '7',
      ErrorCode.INVALID_REQUEST,
      'Unexpected broker id, expected 1 or empty string, but received 7',
    ],
    [resourceType.broker, 'x', ErrorCode.INVALID_REQUEST, 'Broker id must be an integer, but it is: x'],
    [
      99,
      '',
      ErrorCode.INVALID_REQUEST,
      'Resources of type 99 cannot be described on this broker; topics (2), brokers (4) and groups (32) can.',
    ],
  ])('refuses a resource of type %i named "%s"', async (type, resourceName, errorCode, errorMessage) => {
    const { metadata } = await open();
    const resource = { resourceType: type, resourceName, configurationKeys: null };
    const request = { resources: [resource], includeSynonyms: false, includeDocumentation: false };
    const { results } = await metadata.describeConfigs(request);
    expect(results).toEqual([{ errorCode, errorMessage, resourceType: type, resourceName, configs: [] }]);
  });
});

describe('changing configuration', () => {
  it('takes effect at once, tells the store, and survives a restart', async () => {
    const opened = await open();
    expect(await alter(opened, resourceType.topic, 'orders', [['retention.ms', operation.set, '5000']])).toEqual(ok);
    expect(opened.metadata.topicConfig('orders')?.log.retentionMs).toBe(5000);
    expect(opened.store.configs.get('orders')?.log.retentionMs).toBe(5000);
    const again = await openMetadata({}, opened.fileSystem.crash());
    expect(again.metadata.topicConfig('orders')?.log.retentionMs).toBe(5000);
    await alter(again, resourceType.topic, 'orders', [['retention.ms', operation.delete, null]]);
    expect(again.metadata.topicConfig('orders')?.log.retentionMs).toBe(604800000);
  });

  it('adds to and takes from lists', async () => {
    const opened = await open();
    const policy = async () => (await entry(opened, resourceType.topic, 'orders', 'cleanup.policy')).value;
    await alter(opened, resourceType.topic, 'orders', [['cleanup.policy', operation.append, 'compact']]);
    expect(await policy()).toBe('delete,compact');
    await alter(opened, resourceType.topic, 'orders', [['cleanup.policy', operation.subtract, 'delete']]);
    expect(await policy()).toBe('compact');
  });

  it('of the broker reaches every topic that sets nothing itself', async () => {
    const opened = await open();
    await creationOf(opened, 'own', { configs: { 'max.message.bytes': '77' } });
    expect(await alter(opened, resourceType.broker, '', [['message.max.bytes', operation.set, '5000']])).toEqual(ok);
    expect(opened.store.configs.get('orders')?.log.maxMessageBytes).toBe(5000);
    expect(opened.store.configs.get('own')?.log.maxMessageBytes).toBe(77);
    expect(opened.metadata.brokerConfig.log.maxMessageBytes).toBe(5000);
  });

  it('changes nothing when it is only to validate', async () => {
    const opened = await open();
    expect(await alter(opened, resourceType.topic, 'orders', [['retention.ms', operation.set, '5']], true)).toEqual(ok);
    expect(opened.metadata.topicConfig('orders')?.log.retentionMs).toBe(604800000);
  });

  it('sets what the whole request leaves out back to its default, in the older API', async () => {
    const opened = await open();
    await alter(opened, resourceType.topic, 'orders', [
      ['retention.ms', operation.set, '5'],
      ['segment.ms', operation.set, '6'],
    ]);
    const configs = [{ name: 'segment.ms', value: '7' }];
    const resources = [{ resourceType: resourceType.topic, resourceName: 'orders', configs }];
    await opened.metadata.alterConfigs({ resources, validateOnly: false });
    expect(opened.metadata.topicConfig('orders')?.log).toMatchObject({ retentionMs: 604800000, segmentMs: 7 });
  });

  // Codes and words as Apache Kafka 4.3.1 answers them.
  it.each([
    [
      resourceType.topic,
      'orders',
      'retention.ms',
      operation.append,
      '5',
      40,
      "Can't APPEND to key retention.ms because its type is not LIST.",
    ],
    [resourceType.topic, 'orders', 'nope', operation.set, '1', 40, 'Unknown topic config name: nope'],
    [resourceType.topic, 'orders', 'nope', operation.delete, '', 0, null],
    [
      resourceType.topic,
      'orders',
      'retention.ms',
      operation.set,
      'abc',
      40,
      'Invalid value abc for configuration retention.ms: Not a number of type LONG',
    ],
    [
      resourceType.topic,
      'orders',
      'retention.ms',
      operation.set,
      null,
      42,
      'Null value not supported for : retention.ms',
    ],
    [resourceType.topic, 'orders', 'retention.ms', 9, '1', 42, 'Unknown operations type 9'],
    [resourceType.topic, 'unknown', 'retention.ms', operation.set, '1', 3, "The topic 'unknown' does not exist."],
    [resourceType.topic, '', 'retention.ms', operation.set, '', 42, 'Default topic resources are not allowed.'],
    [
      resourceType.broker,
      '1',
      'num.partitions',
      operation.set,
      '5',
      42,
      'Cannot update these configs dynamically: [num.partitions]',
    ],
    [
      resourceType.broker,
      '1',
      'log.retention.ms',
      operation.set,
      'abc',
      42,
      'Invalid value abc for configuration log.retention.ms: Not a number of type LONG',
    ],
    [
      resourceType.broker,
      '2',
      'log.retention.ms',
      operation.set,
      '1',
      42,
      'Unexpected broker id, expected 1, but received 2',
    ],
    [resourceType.group, 'g', 'x', operation.set, '1', 40, 'Unknown group config name: x'],
    [resourceType.group, '', 'x', operation.set, '1', 42, 'Default group resources are not allowed.'],
    [resourceType.clientMetrics, 'm', 'x', operation.set, '1', 42, 'Unknown resource type 16'],
  ])('of resource %i "%s": %s, operation %i with %s', async (type, resource, name, op, value, code, message) => {
    expect(await alter(await open(), type, resource, [[name, op, value]])).toEqual({ code, message });
  });

  it('refuses a key twice, and a resource twice', async () => {
    const opened = await open();
    const twice = [
      ['retention.ms', operation.set, '1'],
      ['retention.ms', operation.set, '2'],
    ] as const;
    expect(await alter(opened, resourceType.topic, 'orders', twice)).toEqual({
      code: 42,
      message: 'Error due to duplicate config keys',
    });
    const resource = { resourceType: resourceType.topic, resourceName: 'orders', configs: [] };
    const { responses } = await opened.metadata.incrementalAlterConfigs({
      resources: [resource, resource],
      validateOnly: false,
    });
    expect(responses.map(({ errorMessage }) => errorMessage)).toEqual(
      Array(2).fill('Each resource must appear at most once.'),
    );
  });
});

describe('settings of a group', () => {
  const name = 'consumer.session.timeout.ms';

  it('come from the broker until the group has its own, and go back to that', async () => {
    const opened = await open({ 'group.consumer.session.timeout.ms': '46000' });
    const fromBroker = [
      { name: 'group.consumer.session.timeout.ms', value: '46000', source: 4 },
      { name: 'group.consumer.session.timeout.ms', value: '45000', source: 5 },
    ];
    const shown = () => entry(opened, resourceType.group, 'readers', name);
    expect(await shown()).toMatchObject({ value: '46000', configSource: 4, readOnly: false, synonyms: fromBroker });
    expect(opened.metadata.groupsWithSettings()).toEqual([]);
    expect(await alter(opened, resourceType.group, 'readers', [[name, operation.set, '50000']])).toEqual(ok);
    const own = { name, value: '50000', source: 8 };
    expect(await shown()).toMatchObject({ value: '50000', configSource: 8, synonyms: [own, ...fromBroker] });
    expect(opened.metadata.groupsWithSettings()).toEqual(['readers']);
    expect([...opened.metadata.groupSettings('readers')]).toEqual([[name, '50000']]);
    expect(await alter(opened, resourceType.group, 'readers', [[name, operation.delete, null]])).toEqual(ok);
    expect(await shown()).toMatchObject({ value: '46000', synonyms: fromBroker });
    expect(opened.metadata.groupsWithSettings()).toEqual([]);
  });

  it.each([
    [[name, '1'], `${name} must be greater than or equal to group.consumer.min.session.timeout.ms`],
    [[name, '900000'], `${name} must be less than or equal to group.consumer.max.session.timeout.ms`],
    [[name, 'x'], `Invalid value x for configuration ${name}: Not a number of type INT`],
    [['share.auto.offset.reset', 'earliest'], 'Unknown group config name: share.auto.offset.reset'],
  ])('are refused with the reason: %j', async ([key = '', value = ''], message) => {
    const opened = await open();
    const answer = await alter(opened, resourceType.group, 'readers', [[key, operation.set, value]]);
    expect(answer).toEqual({ code: ErrorCode.INVALID_CONFIG, message });
    expect(opened.metadata.groupsWithSettings()).toEqual([]);
  });
});
