import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, describe, expect, it } from '@jest/globals';
import { describeOnEveryEngine } from '@headwater/testkit/engines';
import {
  encodeRequest,
  ErrorCode,
  findCoordinatorApi,
  initProducerIdApi,
  isRetriable,
  produceApi,
  ZERO_UUID,
} from '../protocol/index.ts';
import { batchOf, valuesIn } from './testing/batches.ts';
import { createTopic, fetch, listOffset, produce } from './testing/requests.ts';
import { TestBroker } from './testing/test-broker.ts';
import { WireClients } from './testing/wire-clients.ts';

describeOnEveryEngine('Produce', (engine) => {
  const kafka = new WireClients(engine);
  afterAll(() => kafka.close());

  it('appends in every version and gives the offsets', async () => {
    const client = await kafka.connect();
    const topicId = await createTopic(client, 'produce-versions');
    for (let version = produceApi.minVersion; version <= produceApi.maxVersion; version++) {
      const answer = await produce(client, 'produce-versions', batchOf([`v${version}`]), { version, topicId });
      expect(answer).toMatchObject({ index: 0, errorCode: 0, baseOffset: version - produceApi.minVersion });
    }
    const { responses } = await fetch(client, 'produce-versions', 0);
    expect(valuesIn(responses[0]!.partitions[0]!.records)).toEqual(
      Array.from({ length: 11 }, (_, index) => `v${index + 3}`),
    );
  });

  it('keeps the order of requests that are pipelined on one connection', async () => {
    const client = await kafka.connect();
    await createTopic(client, 'produce-pipelined');
    const values = Array.from({ length: 200 }, (_, index) => `value-${index}`);
    const answers = await Promise.all(values.map((value) => produce(client, 'produce-pipelined', batchOf([value]))));
    expect(answers.map(({ baseOffset }) => baseOffset)).toEqual(values.map((_, index) => index));
    const { responses } = await fetch(client, 'produce-pipelined', 0);
    expect(valuesIn(responses[0]!.partitions[0]!.records)).toEqual(values);
  });

  it('lets a request behind it on the same connection see its records', async () => {
    const client = await kafka.connect();
    await createTopic(client, 'produce-read-your-writes');
    const produced = produce(client, 'produce-read-your-writes', batchOf(['mine']));
    const fetched = fetch(client, 'produce-read-your-writes', 0);
    await produced;
    expect(valuesIn((await fetched).responses[0]!.partitions[0]!.records)).toEqual(['mine']);
  });

  it('gives no answer with acks=0, and appends', async () => {
    const client = await kafka.connect();
    await createTopic(client, 'produce-unanswered');
    const body = {
      acks: 0,
      timeoutMs: 1000,
      topicData: [{ name: 'produce-unanswered', partitionData: [{ index: 0, records: [batchOf(['quiet'])] }] }],
    };
    client.socket.write(Buffer.concat(encodeRequest(produceApi, 9, { correlationId: 999, clientId: null }, body)));
    // The next answer is that of the next request: the one before had none.
    expect(await listOffset(client, 'produce-unanswered', -1)).toMatchObject({ errorCode: 0, offset: 1 });
  });

  it('closes the connection of acks=0 on an error', async () => {
    const client = await kafka.connect();
    const body = {
      acks: 0,
      timeoutMs: 1000,
      topicData: [{ name: 'nowhere', partitionData: [{ index: 0, records: [batchOf(['lost'])] }] }],
    };
    client.socket.write(Buffer.concat(encodeRequest(produceApi, 9, { correlationId: 1, clientId: null }, body)));
    await client.closed;
  });

  it('says by error code what is wrong with a partition, and takes the others', async () => {
    const client = await kafka.connect();
    await createTopic(client, 'produce-partly');
    const answer = await client.send(produceApi, 9, {
      acks: -1,
      timeoutMs: 1000,
      topicData: [
        { name: 'missing', partitionData: [{ index: 0, records: [batchOf(['x'])] }] },
        {
          name: 'produce-partly',
          partitionData: [
            { index: 0, records: [batchOf(['fine'])] },
            { index: 7, records: [batchOf(['x'])] },
          ],
        },
      ],
    });
    const codesOf = (topic: string) =>
      answer.responses
        .filter(({ name }) => name === topic)
        .flatMap(({ partitionResponses }) => partitionResponses.map(({ index, errorCode }) => [index, errorCode]));
    const { UNKNOWN_TOPIC_OR_PARTITION, NONE } = ErrorCode;
    expect(codesOf('missing')).toEqual([[0, UNKNOWN_TOPIC_OR_PARTITION]]);
    expect(codesOf('produce-partly').sort()).toEqual([
      [0, NONE],
      [7, UNKNOWN_TOPIC_OR_PARTITION],
    ]);
  });

  it('refuses what is not exactly one whole batch', async () => {
    const client = await kafka.connect();
    await createTopic(client, 'produce-strict');
    const batch = batchOf(['x']);
    const damaged = Buffer.from(batch);
    damaged[damaged.length - 1]! ^= 1;
    expect((await produce(client, 'produce-strict', Buffer.alloc(0))).errorCode).toBe(ErrorCode.INVALID_RECORD);
    expect((await produce(client, 'produce-strict', Buffer.concat([batch, batch]))).errorCode).toBe(
      ErrorCode.INVALID_RECORD,
    );
    expect((await produce(client, 'produce-strict', damaged)).errorCode).toBe(ErrorCode.CORRUPT_MESSAGE);
    expect(await listOffset(client, 'produce-strict', -1)).toMatchObject({ offset: 0 });
  });

  it('refuses unknown acks, unknown topic ids, the broker own topics and records without a key on a compacted topic', async () => {
    const client = await kafka.connect();
    await createTopic(client, 'produce-acks');
    await createTopic(client, 'produce-compacted', { config: { 'cleanup.policy': 'compact' } });
    const { INVALID_REQUIRED_ACKS, UNKNOWN_TOPIC_ID, INVALID_RECORD } = ErrorCode;
    expect((await produce(client, 'produce-acks', batchOf(['x']), { acks: 2 })).errorCode).toBe(INVALID_REQUIRED_ACKS);
    expect((await produce(client, '', batchOf(['x']), { version: 13, topicId: ZERO_UUID })).errorCode).toBe(
      UNKNOWN_TOPIC_ID,
    );
    expect((await produce(client, 'produce-compacted', batchOf(['x'], { key: null }))).errorCode).toBe(INVALID_RECORD);
    expect((await produce(client, 'produce-compacted', batchOf(['x']))).errorCode).toBe(0);
    expect((await produce(client, '__cluster_metadata', batchOf(['x']))).errorCode).toBe(
      ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
    );
  });

  it('says MESSAGE_TOO_LARGE for a batch over max.message.bytes, and keeps the connection', async () => {
    const client = await kafka.connect();
    await createTopic(client, 'produce-small-only', { config: { 'max.message.bytes': '1000' } });
    expect((await produce(client, 'produce-small-only', batchOf(['x'.repeat(2000)]))).errorCode).toBe(
      ErrorCode.MESSAGE_TOO_LARGE,
    );
    expect((await produce(client, 'produce-small-only', batchOf(['x']))).errorCode).toBe(0);
  });

  it('gives every producer its own id, idempotent or transactional', async () => {
    const client = await kafka.connect();
    const ask = async (transactionalId: string | null) => {
      for (;;) {
        const answer = await client.send(initProducerIdApi, 4, { transactionalId, transactionTimeoutMs: 1000 });
        if (!isRetriable(answer.errorCode)) return answer;
      }
    };
    // Apache Kafka makes its coordinator when somebody looks for it, and may refuse to as yet.
    const find = () => client.send(findCoordinatorApi, 4, { keyType: 1, coordinatorKeys: ['produce-tx'] });
    while (isRetriable((await find()).coordinators[0]!.errorCode)) await delay(10);
    const [first, second] = [await ask(null), await ask(null)];
    expect(first.errorCode).toBe(0);
    expect(second.producerId).not.toBe(first.producerId);
    const transactional = await ask('produce-tx');
    expect(transactional.errorCode).toBe(0);
    expect([first.producerId, second.producerId]).not.toContain(transactional.producerId);
  });
});

describe('Produce, on this broker alone', () => {
  it('says in the log why it closed a connection that wants no answer', async () => {
    await using kafka = await TestBroker.start();
    const client = await kafka.connect();
    const topicData = [{ name: 'nowhere', partitionData: [{ index: 0, records: [batchOf(['lost'])] }] }];
    const body = { acks: 0, timeoutMs: 1000, topicData };
    client.socket.write(Buffer.concat(encodeRequest(produceApi, 9, { correlationId: 1, clientId: null }, body)));
    await client.closed;
    expect(kafka.logged.join('\n')).toContain('UNKNOWN_TOPIC_OR_PARTITION');
  });

  // Apache Kafka never answers null, and calls the others INVALID_RECORD: see docs/conformance.md.
  it('answers null records, and calls a batch that is cut off damaged', async () => {
    await using kafka = await TestBroker.start();
    const client = await kafka.connect();
    await createTopic(client, 'strict');
    const batch = batchOf(['x']);
    expect((await produce(client, 'strict', null)).errorCode).toBe(ErrorCode.INVALID_RECORD);
    expect((await produce(client, 'strict', batch.subarray(0, 30))).errorCode).toBe(ErrorCode.CORRUPT_MESSAGE);
    expect((await produce(client, 'strict', batch.subarray(0, -3))).errorCode).toBe(ErrorCode.CORRUPT_MESSAGE);
    expect(await listOffset(client, 'strict', -1)).toMatchObject({ offset: 0 });
  });
});
