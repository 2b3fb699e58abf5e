import { describe, expect, it } from '@jest/globals';
import { ErrorCode, KafkaError, ZERO_UUID } from '../protocol/index.ts';
import {
  createRequest,
  creationOf,
  NotingPartitionStore,
  openMetadata,
  type OpenMetadata,
} from './testing/open-metadata.ts';

const unknownId = '11111111-1111-1111-1111-111111111111';

/** The metadata as a broker finds it that starts on the disk after a power cut. */
function restarted(open: OpenMetadata, properties?: Readonly<Record<string, string>>): Promise<OpenMetadata> {
  return openMetadata(properties, open.fileSystem.crash(), open.store);
}

function grow(
  open: OpenMetadata,
  name: string,
  count: number,
  assignments: number[][] | null = null,
  validateOnly = false,
) {
  const topics = [{ name, count, assignments: assignments?.map((brokerIds) => ({ brokerIds })) ?? null }];
  return open.metadata.createPartitions({ topics, timeoutMs: 1, validateOnly }).then(({ results }) => results[0]!);
}

describe('the metadata after a restart', () => {
  it('comes back from a snapshot as from the whole log', async () => {
    const open = await openMetadata({ 'metadata.log.max.record.bytes.between.snapshots': '2000' });
    for (let round = 0; round < 30; round++) {
      await creationOf(open, `topic-${round}`, { numPartitions: 2, configs: { 'retention.ms': String(1000 + round) } });
      if (round % 3 === 0)
        await open.metadata.deleteTopics({ topics: [], topicNames: [`topic-${round}`], timeoutMs: 1 }, 5);
    }
    await grow(open, 'topic-1', 4);
    const producerId = await open.metadata.allocateProducerId();
    await open.metadata.close();
    const files = open.fileSystem.list('/data/__cluster_metadata-0').map(({ name }) => name);
    expect(files.filter((name) => name.endsWith('.checkpoint'))).toHaveLength(1);
    expect(open.storage.get('__cluster_metadata', 0)!.logStartOffset).toBeGreaterThan(50);

    const again = await restarted(open);
    expect(again.metadata.topics()).toEqual(open.metadata.topics());
    for (const { name } of open.metadata.topics()) {
      expect(again.metadata.topicConfig(name)).toEqual(open.metadata.topicConfig(name));
    }
    expect(await again.metadata.allocateProducerId()).toBeGreaterThan(producerId);
    expect((await creationOf(again, 'topic-1')).code).toBe(ErrorCode.TOPIC_ALREADY_EXISTS);
  });

  it('knows topics, partitions, settings and deletions', async () => {
    const open = await openMetadata();
    await creationOf(open, 'kept', { numPartitions: 2, configs: { 'cleanup.policy': 'compact' } });
    await creationOf(open, 'gone');
    await grow(open, 'kept', 5);
    await open.metadata.deleteTopics({ topics: [], topicNames: ['gone'], timeoutMs: 1 }, 5);
    const again = await restarted(open);
    expect(again.metadata.topics()).toEqual(open.metadata.topics());
    expect(again.metadata.topics()).toEqual([expect.objectContaining({ name: 'kept', partitionCount: 5 })]);
    expect(again.metadata.topicConfig('kept')?.log.cleanupCompact).toBe(true);
  });

  it('has the logs made that a crash left out', async () => {
    const open = await openMetadata();
    await creationOf(open, 'orders', { numPartitions: 2 });
    const store = new NotingPartitionStore();
    await openMetadata({}, open.fileSystem.crash(), store);
    expect([...store.logs]).toEqual([...open.store.logs]);
  });

  it('never gives a producer id a second time', async () => {
    const open = await openMetadata();
    const ids = await Promise.all(Array.from({ length: 1500 }, () => open.metadata.allocateProducerId()));
    const again = await restarted(open);
    ids.push(await again.metadata.allocateProducerId());
    expect(new Set(ids).size).toBe(1501);
    expect(Math.max(...ids)).toBe(2000);
  });
});

describe('a topic whose logs cannot be made', () => {
  const diskFull = new KafkaError(ErrorCode.KAFKA_STORAGE_ERROR, 'No space left on the disk.');
  const namesOf = ({ metadata }: OpenMetadata): string[] => metadata.topics().map(({ name }) => name);

  it('is not there, after a restart either, and is made by the next who asks for it', async () => {
    const open = await openMetadata();
    open.store.failure = diskFull;
    expect(await creationOf(open, 'orders')).toEqual({ code: diskFull.code, message: diskFull.message });
    expect(namesOf(open)).toEqual([]);
    open.store.failure = undefined;
    expect(namesOf(await restarted(open))).toEqual([]);
    expect(await creationOf(open, 'orders')).toMatchObject({ code: 0 });
    expect(namesOf(open)).toEqual(['orders']);
    expect([...open.store.logs.keys()]).toEqual(['orders-0']);
  });

  it('is taken back later when that cannot be recorded at once', async () => {
    const open = await openMetadata();
    open.store.failure = diskFull;
    let syncs = 0;
    // The creation is recorded, and nothing after it.
    open.fileSystem.fault = (operation) => (operation === 'sync' && ++syncs > 1 ? 'ENOSPC' : undefined);
    expect(await creationOf(open, 'orders')).toEqual({ code: diskFull.code, message: diskFull.message });
    open.store.failure = undefined;
    expect(namesOf(await restarted(open))).toEqual(['orders']);
    await open.clock.advance(5_000);
    open.fileSystem.fault = undefined;
    for (let round = 0; round < 3; round++) await open.clock.advance(5_000);
    expect(namesOf(await restarted(open))).toEqual([]);
    expect(namesOf(open)).toEqual([]);
  });

  it('is not taken back when another request completed it', async () => {
    const open = await openMetadata();
    open.store.failure = diskFull;
    let syncs = 0;
    open.fileSystem.fault = (operation) => (operation === 'sync' && ++syncs > 1 ? 'ENOSPC' : undefined);
    await creationOf(open, 'orders');
    open.store.failure = open.fileSystem.fault = undefined;
    let again = await creationOf(open, 'orders');
    // Until its state is loaded again.
    while (again.code === ErrorCode.KAFKA_STORAGE_ERROR) {
      await new Promise((resolve) => setImmediate(resolve));
      again = await creationOf(open, 'orders');
    }
    expect(again.code).toBe(ErrorCode.TOPIC_ALREADY_EXISTS);
    await open.clock.advance(5_000);
    expect(namesOf(open)).toEqual(['orders']);
    expect(namesOf(await restarted(open))).toEqual(['orders']);
  });
});

describe('a change that cannot be recorded', () => {
  it('is refused with a retriable error and leaves no trace', async () => {
    const open = await openMetadata();
    await creationOf(open, 'before');
    open.fileSystem.fault = (operation) => (operation === 'sync' ? 'EIO' : undefined);
    expect(await creationOf(open, 'orders')).toMatchObject({ code: ErrorCode.KAFKA_STORAGE_ERROR });
    open.fileSystem.fault = undefined;
    let retried = await creationOf(open, 'orders');
    while (retried.code === ErrorCode.KAFKA_STORAGE_ERROR) {
      await new Promise((resolve) => setImmediate(resolve));
      retried = await creationOf(open, 'orders');
    }
    expect(retried).toEqual({ code: 0, message: null });
    expect((await restarted(open)).metadata.topics().map(({ name }) => name)).toEqual(['before', 'orders']);
  });
});

describe('deleting topics', () => {
  const names = (...topicNames: string[]) => ({ topics: [], topicNames, timeoutMs: 1 });

  it('hides the topic and deletes its logs', async () => {
    const open = await openMetadata();
    await creationOf(open, 'orders', { numPartitions: 2 });
    const { topicId } = open.metadata.topic('orders')!;
    const { responses } = await open.metadata.deleteTopics(names('orders'), 5);
    expect(responses).toEqual([{ name: 'orders', topicId, errorCode: 0, errorMessage: null }]);
    expect(open.metadata.topic('orders')).toBeUndefined();
    expect(open.metadata.topicById(topicId)).toBeUndefined();
    expect(open.store.logs.size).toBe(0);
  });

  it('finds topics by id, and says which it does not know', async () => {
    const open = await openMetadata();
    await creationOf(open, 'orders');
    const { topicId } = open.metadata.topic('orders')!;
    const topics = [
      { name: null, topicId },
      { name: null, topicId: unknownId },
      { name: 'nope', topicId: ZERO_UUID },
      { name: 'orders', topicId },
      { name: null, topicId: ZERO_UUID },
    ];
    const { responses } = await open.metadata.deleteTopics({ topics, topicNames: [], timeoutMs: 1 }, 6);
    expect(responses.map(({ errorCode, errorMessage }) => [errorCode, errorMessage])).toEqual([
      [0, null],
      [ErrorCode.UNKNOWN_TOPIC_ID, 'This server does not host this topic ID.'],
      [ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, 'This server does not host this topic-partition.'],
      [ErrorCode.INVALID_REQUEST, 'You may not specify both topic name and topic id.'],
      [ErrorCode.INVALID_REQUEST, 'Neither topic name nor id were specified.'],
    ]);
  });

  it('can be switched off', async () => {
    const open = await openMetadata({ 'delete.topic.enable': 'false' });
    await creationOf(open, 'orders');
    const codeAt = async (version: number) =>
      (await open.metadata.deleteTopics(names('orders'), version)).responses[0]!.errorCode;
    expect(await codeAt(3)).toBe(ErrorCode.TOPIC_DELETION_DISABLED);
    expect(await codeAt(2)).toBe(ErrorCode.INVALID_REQUEST);
  });

  it('keeps the topics that hold the state of the broker', async () => {
    const open = await openMetadata();
    await open.metadata.ensureTopic('__consumer_offsets');
    const { responses } = await open.metadata.deleteTopics(names('__consumer_offsets'), 5);
    expect(responses[0]!.errorCode).toBe(ErrorCode.POLICY_VIOLATION);
  });
});

describe('adding partitions', () => {
  it('makes the new ones', async () => {
    const open = await openMetadata();
    await creationOf(open, 'orders');
    expect(await grow(open, 'orders', 3)).toEqual({ name: 'orders', errorCode: 0, errorMessage: null });
    expect([...open.store.logs.keys()]).toEqual(['orders-0', 'orders-1', 'orders-2']);
    expect(open.metadata.topic('orders')?.partitionCount).toBe(3);
  });

  it('changes nothing when it is only to validate', async () => {
    const open = await openMetadata();
    await creationOf(open, 'orders');
    expect(await grow(open, 'orders', 3, null, true)).toMatchObject({ errorCode: 0 });
    expect(open.metadata.topic('orders')?.partitionCount).toBe(1);
  });

  it.each([
    ['orders', 1, null, 37, 'Topic already has 1 partition(s).'],
    ['orders', 0, null, 37, 'The topic orders currently has 1 partition(s); 0 would not be an increase.'],
    ['orders', -1, null, 37, 'The topic orders currently has 1 partition(s); -1 would not be an increase.'],
    ['unknown', 3, null, 3, 'This server does not host this topic-partition.'],
    ['orders', 3, [[1]], 39, 'Attempted to add 2 additional partition(s), but only 1 assignment(s) were specified.'],
    ['orders', 2, [[5]], 39, 'The manual partition assignment includes broker 5, but no such broker is registered.'],
    ['orders', 20_000, null, 44, 'Excessively large number of partitions per request.'],
  ])('refuses %s with %i partitions assigned to %j', async (name, count, assignments, errorCode, errorMessage) => {
    const open = await openMetadata();
    await creationOf(open, 'orders');
    expect(await grow(open, name, count, assignments)).toEqual({ name, errorCode, errorMessage });
  });
});

describe('requests of nobody', () => {
  it('are answered with empty lists', async () => {
    const open = await openMetadata();
    expect(await open.metadata.createTopics({ ...createRequest('x'), topics: [] })).toEqual({ topics: [] });
    expect(await open.metadata.deleteTopics({ topics: [], topicNames: [], timeoutMs: 1 }, 5)).toEqual({
      responses: [],
    });
  });
});
