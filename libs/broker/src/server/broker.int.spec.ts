import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { describeOnEveryEngine } from '@headwater/testkit/engines';
import {
  apiVersionsApi,
  describeClusterApi,
  encodeRequest,
  ErrorCode,
  deleteRecordsApi,
  describeLogDirsApi,
  describeTopicPartitionsApi,
  findCoordinatorApi,
  isRetriable,
  listOffsetsApi,
  metadataApi,
  offsetForLeaderEpochApi,
  produceApi,
  ZERO_UUID,
} from '../protocol/index.ts';
import { Broker } from './broker.ts';
import { BrokerStartError } from './broker-start-error.ts';
import { handlers } from './handlers/index.ts';
import { batchOf, valuesIn } from './testing/batches.ts';
import { createTopic, fetch, listOffset, produce, untilLed } from './testing/requests.ts';
import { TestBroker } from './testing/test-broker.ts';
import { WireClients } from './testing/wire-clients.ts';

let kafka: TestBroker;
beforeAll(async () => {
  kafka = await TestBroker.start({ config: { 'socket.request.max.bytes': '2000000' } });
});
afterAll(() => kafka[Symbol.asyncDispose]());

describe('ApiVersions', () => {
  it('lists exactly what has a handler, in every version', async () => {
    const client = await kafka.connect();
    for (let version = 0; version <= apiVersionsApi.maxVersion; version++) {
      const answer = await client.send(apiVersionsApi, version, {
        clientSoftwareName: 'wire-client',
        clientSoftwareVersion: '1.0',
      });
      expect(answer.errorCode).toBe(0);
      expect(answer.apiKeys.map(({ apiKey }) => apiKey)).toEqual(handlers.map(({ api }) => api.key));
    }
  });

  it('advertises Produce from version 0, and closes the connection of a client that uses it', async () => {
    const client = await kafka.connect();
    const { apiKeys } = await client.send(apiVersionsApi, 0, {});
    expect(apiKeys.find(({ apiKey }) => apiKey === produceApi.key)).toMatchObject({ minVersion: 0, maxVersion: 13 });
    client.socket.write(
      Buffer.concat(
        encodeRequest(produceApi, 3, { correlationId: 1, clientId: null }, { acks: 1, timeoutMs: 1, topicData: [] }),
      ).fill(0, 6, 8),
    );
    await client.closed;
  });
});

describeOnEveryEngine('a request', (engine) => {
  const kafka = new WireClients(engine);
  afterAll(() => kafka.close());

  describe('ApiVersions', () => {
    it('answers an unknown version in version 0 with UNSUPPORTED_VERSION and the range', async () => {
      const client = await kafka.connect();
      const software = { clientSoftwareName: 'new', clientSoftwareVersion: '1' };
      const request = Buffer.concat(encodeRequest(apiVersionsApi, 3, { correlationId: 42, clientId: 'new' }, software));
      request.writeInt16BE(99, 6);
      const frame = await client.raw(request);
      expect(frame.readInt32BE(0)).toBe(42);
      expect(frame.readInt16BE(4)).toBe(ErrorCode.UNSUPPORTED_VERSION);
      expect(frame.readInt32BE(6)).toBe(1);
      expect([frame.readInt16BE(10), frame.readInt16BE(12), frame.readInt16BE(14)]).toEqual([18, 0, 4]);
      expect(frame.length).toBe(16);
      expect((await client.send(apiVersionsApi, 0, {})).errorCode).toBe(0);
    });

    it('refuses a client name that is none', async () => {
      const client = await kafka.connect();
      const answer = await client.send(apiVersionsApi, 3, { clientSoftwareName: '-', clientSoftwareVersion: '1' });
      expect(answer.errorCode).toBe(ErrorCode.INVALID_REQUEST);
    });
  });

  describe('Metadata', () => {
    it('takes an empty list for all topics in version 0 and for none later, where null stands for all', async () => {
      const client = await kafka.connect();
      await createTopic(client, 'listed');
      const namesIn = async (version: number, topics: [] | null) =>
        (await client.send(metadataApi, version, { topics })).topics.map(({ name }) => name);
      expect(await namesIn(0, [])).toContain('listed');
      for (let version = 1; version <= metadataApi.maxVersion; version++) {
        expect(await namesIn(version, [])).toEqual([]);
        expect(await namesIn(version, null)).toContain('listed');
      }
    });

    it('creates a topic that is asked for, if the client and the configuration allow it', async () => {
      const client = await kafka.connect();
      const ask = async (name: string, allowAutoTopicCreation: boolean) =>
        (await client.send(metadataApi, 9, { topics: [{ name }], allowAutoTopicCreation })).topics[0]!;
      expect((await ask('forbidden', false)).errorCode).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
      let created = await ask('automatic', true);
      // Apache Kafka says when it has begun to.
      while (isRetriable(created.errorCode)) created = await ask('automatic', true);
      expect(created).toMatchObject({ errorCode: 0, name: 'automatic' });
      expect(created.partitions).toHaveLength(2);
      expect((await ask('not/a/name', true)).errorCode).toBe(ErrorCode.INVALID_TOPIC_EXCEPTION);
      await untilLed(client, 'automatic', 2);
      expect((await produce(client, 'automatic', batchOf(['x']), { partition: 1 })).errorCode).toBe(0);
    });

    it('finds topics by id', async () => {
      const client = await kafka.connect();
      const topicId = await createTopic(client, 'by-id');
      const ask = async (id: string) =>
        (await client.send(metadataApi, 12, { topics: [{ topicId: id, name: null }] })).topics[0]!;
      expect(await ask(topicId)).toMatchObject({ errorCode: 0, name: 'by-id', topicId });
      expect((await ask('11111111-1111-4111-8111-111111111111')).errorCode).toBe(ErrorCode.UNKNOWN_TOPIC_ID);
    });

    it('names this broker, as DescribeCluster and FindCoordinator do', async () => {
      const client = await kafka.connect();
      const address = { host: engine.host, port: engine.port };
      const { brokers, clusterId, controllerId } = await client.send(metadataApi, 12, { topics: [] });
      expect(brokers).toMatchObject([{ ...address, nodeId: controllerId }]);
      const cluster = await client.send(describeClusterApi, 1, { includeClusterAuthorizedOperations: true });
      expect(cluster).toMatchObject({ clusterId, controllerId, brokers: [address] });
      const find = () => client.send(findCoordinatorApi, 4, { keyType: 0, coordinatorKeys: ['a', 'b'] });
      let { coordinators } = await find();
      while (coordinators.some(({ errorCode }) => isRetriable(errorCode))) ({ coordinators } = await find());
      expect(coordinators).toMatchObject([
        { key: 'a', errorCode: 0, ...address },
        { key: 'b', errorCode: 0, ...address },
      ]);
    });
  });

  describe('offsets', () => {
    it('are found at the ends, by time, and at the largest timestamp', async () => {
      const client = await kafka.connect();
      await createTopic(client, 'offsets');
      await produce(client, 'offsets', batchOf(['a', 'b']));
      expect(await listOffset(client, 'offsets', -1)).toMatchObject({ errorCode: 0, offset: 2 });
      expect(await listOffset(client, 'offsets', -2)).toMatchObject({ errorCode: 0, offset: 0 });
      expect(await listOffset(client, 'offsets', 0)).toMatchObject({ errorCode: 0, offset: 0 });
      expect((await listOffset(client, 'offsets', -3)).timestamp).toBeGreaterThan(0);
      expect(await listOffset(client, 'offsets', -4)).toMatchObject({ errorCode: 0, offset: 0 });
      expect(await listOffset(client, 'offsets', Date.now() + 3_600_000)).toMatchObject({ errorCode: 0, offset: -1 });
      expect((await listOffset(client, 'offsets', -3, 6)).errorCode).toBe(ErrorCode.UNSUPPORTED_VERSION);
      expect((await listOffset(client, 'offsets', -9)).errorCode).toBe(ErrorCode.UNSUPPORTED_VERSION);
      expect((await listOffset(client, 'missing', -1)).errorCode).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    });

    it('are refused for a partition that is named twice', async () => {
      const client = await kafka.connect();
      await createTopic(client, 'twice');
      const { topics } = await client.send(listOffsetsApi, 5, {
        replicaId: -1,
        topics: [{ name: 'twice', partitions: [0, 0].map((partitionIndex) => ({ partitionIndex, timestamp: -1 })) }],
      });
      expect(topics[0]!.partitions.map(({ errorCode }) => errorCode)).toEqual([42]);
    });

    it('move up when records are deleted', async () => {
      const client = await kafka.connect();
      await createTopic(client, 'trimmed');
      for (const value of ['a', 'b', 'c']) await produce(client, 'trimmed', batchOf([value]));
      const deleteBefore = async (offset: number) =>
        (
          await client.send(deleteRecordsApi, 2, {
            topics: [{ name: 'trimmed', partitions: [{ partitionIndex: 0, offset }] }],
            timeoutMs: 1000,
          })
        ).topics[0]!.partitions[0]!;
      expect(await deleteBefore(2)).toMatchObject({ errorCode: 0, lowWatermark: 2 });
      expect((await deleteBefore(9)).errorCode).toBe(ErrorCode.OFFSET_OUT_OF_RANGE);
      expect((await fetch(client, 'trimmed', 0)).responses[0]!.partitions[0]!.errorCode).toBe(
        ErrorCode.OFFSET_OUT_OF_RANGE,
      );
      const partition = (await fetch(client, 'trimmed', 2)).responses[0]!.partitions[0]!;
      expect(partition).toMatchObject({ logStartOffset: 2 });
      expect(valuesIn(partition.records)).toEqual(['c']);
      expect(await deleteBefore(-1)).toMatchObject({ errorCode: 0, lowWatermark: 3 });
    });

    it('of an epoch are answered to version 2', async () => {
      const client = await kafka.connect();
      await createTopic(client, 'epochs');
      await produce(client, 'epochs', batchOf(['a']));
      const { topics } = await client.send(offsetForLeaderEpochApi, 2, {
        topics: [{ topic: 'epochs', partitions: [{ partition: 0, leaderEpoch: 0 }] }],
      });
      expect(topics[0]!.partitions[0]).toEqual({ errorCode: 0, partition: 0, leaderEpoch: 0, endOffset: 1 });
    });
  });

  describe('descriptions', () => {
    it('give partitions page by page', async () => {
      const client = await kafka.connect();
      await createTopic(client, 'pages-1', { partitions: 3 });
      await createTopic(client, 'pages-2', { partitions: 2 });
      const ask = (cursor: { topicName: string; partitionIndex: number } | null) =>
        client.send(describeTopicPartitionsApi, 0, {
          topics: [{ name: 'pages-2' }, { name: 'pages-1' }, { name: 'absent' }],
          responsePartitionLimit: 2,
          cursor,
        });
      const seen: string[] = [];
      let cursor: { topicName: string; partitionIndex: number } | null = null;
      do {
        const { topics, nextCursor }: Awaited<ReturnType<typeof ask>> = await ask(cursor);
        for (const { name, partitions } of topics)
          seen.push(...partitions.map((one) => `${name}-${one.partitionIndex}`));
        cursor = nextCursor;
      } while (cursor !== null);
      expect(seen).toEqual(['pages-1-0', 'pages-1-1', 'pages-1-2', 'pages-2-0', 'pages-2-1']);
    });

    it('give the sizes of the logs and of the disk', async () => {
      const client = await kafka.connect();
      await createTopic(client, 'sized');
      const batch = batchOf(['x'.repeat(500)]);
      await produce(client, 'sized', batch);
      const { results } = await client.send(describeLogDirsApi, 4, { topics: [{ topic: 'sized', partitions: [0] }] });
      expect(results[0]!.topics).toMatchObject([{ name: 'sized', partitions: [{ partitionSize: batch.length }] }]);
      expect(results[0]!.totalBytes).toBeGreaterThan(0);
    });
  });

  describe('a connection', () => {
    it('closes the connection of an unknown API, and of one that it has no handler for', async () => {
      for (const apiKey of [4, 999, -1]) {
        const client = await kafka.connect();
        const request = Buffer.concat(encodeRequest(apiVersionsApi, 0, { correlationId: 1, clientId: null }, {}));
        request.writeInt16BE(apiKey, 4);
        client.socket.write(request);
        await client.closed;
      }
    });

    it('answers a request that comes byte by byte, and one that is cut anywhere', async () => {
      const client = await kafka.connect();
      const request = Buffer.concat(
        encodeRequest(
          metadataApi,
          12,
          { correlationId: 7, clientId: 'slow' },
          { topics: [{ name: 'none', topicId: ZERO_UUID }], allowAutoTopicCreation: false },
        ),
      );
      const whole = await client.raw(request);
      const { socket } = client;
      const written = (bytes: Buffer): Promise<void> =>
        new Promise((resolve) => socket.write(bytes, () => setImmediate(resolve)));
      for (let cut = 1; cut < request.length; cut++) {
        const answer = client.next();
        await written(request.subarray(0, cut));
        await written(request.subarray(cut));
        expect(await answer).toEqual(whole);
      }
      const answer = client.next();
      for (let at = 0; at < request.length; at++) await written(request.subarray(at, at + 1));
      expect(await answer).toEqual(whole);
    });
  });
});

describe('a broker', () => {
  it('refuses a frame over socket.request.max.bytes at its size', async () => {
    const client = await kafka.connect();
    const size = Buffer.alloc(4);
    size.writeInt32BE(2_000_001);
    client.socket.write(size);
    await client.closed;
  });

  it('keeps topics and records over a clean stop and start', async () => {
    await using own = await TestBroker.start();
    const before = await own.connect();
    const topicId = await createTopic(before, 'kept', { partitions: 2 });
    await produce(before, 'kept', batchOf(['a', 'b']), { partition: 1 });
    const { clusterId } = own.broker;
    await own.restart();
    expect(own.broker.clusterId).toBe(clusterId);
    const after = await own.connect();
    const answer = await fetch(after, 'kept', 0, { version: 13, topicId, partition: 1 });
    expect(valuesIn(answer.responses[0]!.partitions[0]!.records)).toEqual(['a', 'b']);
    expect((await produce(after, 'kept', batchOf(['c']), { partition: 1 })).baseOffset).toBe(2);
  });

  it('ends a long poll when it stops', async () => {
    await using own = await TestBroker.start();
    const client = await own.connect();
    await createTopic(client, 'polled');
    const answer = fetch(client, 'polled', 0, { minBytes: 1, maxWaitMs: 600_000 });
    // Once a second connection was served, the first one's request is under way.
    await (await own.connect()).send(apiVersionsApi, 0, {});
    const closing = own.broker.close();
    expect((await answer).responses[0]!.partitions[0]!.records).toEqual([]);
    await closing;
  });

  it('says in one line that its port is taken, its folder is held, its folder is none or a setting is wrong', async () => {
    const dataDir = await mkdtemp(path.join(tmpdir(), 'headwater-broker-test-'));
    const failure = async (options: Parameters<typeof Broker.start>[0]) => {
      const error: unknown = await Broker.start(options).then(
        (broker) => broker.close(),
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(BrokerStartError);
      expect((error as Error).message).not.toContain('\n');
      return error as BrokerStartError;
    };
    try {
      const taken = await failure({ dataDir, port: kafka.port });
      expect(taken).toMatchObject({ code: 'PORT_IN_USE' });
      expect(taken.message).toContain(String(kafka.port));
      expect(await failure({ dataDir: kafka.dataDir, port: 0 })).toMatchObject({ code: 'DATA_DIR_LOCKED' });
      expect(await failure({ dataDir: '/dev/null/x', port: 0 })).toMatchObject({ code: 'DATA_DIR_UNUSABLE' });
      expect(await failure({ dataDir, port: 0, config: { 'num.partitions': 'many' } })).toMatchObject({
        code: 'INVALID_CONFIG',
      });
      expect(await failure({ dataDir, port: 0, host: '203.0.113.1' })).toMatchObject({ code: 'ADDRESS_UNAVAILABLE' });
      // What failed left nothing behind that holds the folder.
      await (await Broker.start({ dataDir, port: 0 })).close();
    } finally {
      await rm(dataDir, { recursive: true, force: true });
    }
  });
});

describe('the client in the same process', () => {
  it('creates, appends, reads and hears of appends', async () => {
    const { local } = kafka.broker;
    await local.createTopic('local', { partitions: 1, config: { 'cleanup.policy': 'compact' } });
    await local.createTopic('local');
    let heard = 0;
    const unsubscribe = local.onAppend('local', 0, () => heard++);
    const key = Buffer.from('k');
    const { baseOffset } = await local.append('local', 0, [
      { key, value: Buffer.from('1') },
      { key, value: null, headers: [{ key: 'h', value: Buffer.from('v') }] },
    ]);
    expect(baseOffset).toBe(0);
    expect(heard).toBe(1);
    unsubscribe();
    const { records, nextOffset, highWatermark } = await local.read('local', 0, 1, 1000);
    expect([nextOffset, highWatermark]).toEqual([2, 2]);
    expect(records).toHaveLength(1);
    expect(records[0]).toMatchObject({ offset: 1, value: null, headers: [{ key: 'h', value: Buffer.from('v') }] });
    await expect(local.append('absent', 0, [{ key, value: null }])).rejects.toMatchObject({
      code: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
    });
  });
});
