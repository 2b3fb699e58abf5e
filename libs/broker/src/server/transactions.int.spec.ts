/** What the broker lets into a partition of a transaction, and when a time is up; see `transactional-appends.ts`. */
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import {
  addPartitionsToTxnApi,
  describeTransactionsApi,
  encodeBatch,
  ErrorCode,
  initProducerIdApi,
  listTransactionsApi,
  produceApi,
} from '../protocol/index.ts';
import { MemoryFileSystem } from '../storage/index.ts';
import { readCommitted } from './testing/committed-reader.ts';
import { createTopic } from './testing/requests.ts';
import { TestBroker } from './testing/test-broker.ts';
import { TransactionalClient } from './testing/transactional-client.ts';
import type { WireClient } from './testing/wire-client.ts';

const transactionalId = 'tx';

interface Producer {
  readonly producerId: number;
  readonly producerEpoch: number;
}

async function initialize(client: WireClient): Promise<Producer> {
  const answer = await client.send(initProducerIdApi, 5, { transactionalId, transactionTimeoutMs: 60_000 });
  expect(answer.errorCode).toBe(0);
  return { producerId: answer.producerId, producerEpoch: answer.producerEpoch };
}

async function add(client: WireClient, { producerId, producerEpoch }: Producer): Promise<void> {
  const answer = await client.send(addPartitionsToTxnApi, 3, {
    v3AndBelowTransactionalId: transactionalId,
    v3AndBelowProducerId: producerId,
    v3AndBelowProducerEpoch: producerEpoch,
    v3AndBelowTopics: [{ name: 'log', partitions: [0] }],
  });
  expect(answer.resultsByTopicV3AndBelow[0]!.resultsByPartition[0]!.partitionErrorCode).toBe(0);
}

async function write(
  client: WireClient,
  producer: Producer,
  baseSequence: number,
  version: number,
  partition = 0,
): Promise<number> {
  const records = encodeBatch({
    ...producer,
    baseSequence,
    transactional: true,
    records: [{ key: null, value: Buffer.from(`value ${baseSequence}`), timestampMs: Date.now() }],
  });
  const { responses } = await client.send(produceApi, version, {
    transactionalId,
    acks: -1,
    timeoutMs: 10_000,
    topicData: [{ name: 'log', partitionData: [{ index: partition, records: [records] }] }],
  });
  return responses[0]!.partitionResponses[0]!.errorCode;
}

describe('a batch of a transaction', () => {
  it('is let in when its partition is in the transaction, and not behind one of its producer that was refused', async () => {
    await using broker = await TestBroker.start();
    const client = await broker.connect();
    await createTopic(client, 'log');
    const producer = await initialize(client);
    expect(await write(client, producer, 0, 10)).toBe(ErrorCode.INVALID_TXN_STATE);
    expect(await write(client, producer, 0, 11)).toBe(ErrorCode.TRANSACTION_ABORTABLE);
    await add(client, producer);
    expect(await write(client, producer, 1, 11)).toBe(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
    expect(await write(client, producer, 0, 11)).toBe(0);
    expect(await write(client, producer, 1, 11)).toBe(0);
  });

  it('begins at sequence 0 where the broker takes its partition into the transaction', async () => {
    await using broker = await TestBroker.start();
    const client = await broker.connect();
    await createTopic(client, 'log');
    const producer = await initialize(client);
    expect(await write(client, producer, 3, 12)).toBe(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
    expect(await write(client, producer, 0, 12)).toBe(0);
    expect(await write(client, producer, 1, 12)).toBe(0);
  });

  it('is let in unseen where the configuration says so', async () => {
    await using broker = await TestBroker.start({ config: { 'transaction.partition.verification.enable': 'false' } });
    const client = await broker.connect();
    await createTopic(client, 'log');
    expect(await write(client, await initialize(client), 0, 11)).toBe(0);
  });
});

describe('a transaction', () => {
  it('gets the answers of all that the broker had begun when it stops', async () => {
    const fileSystem = new MemoryFileSystem();
    await using broker = await TestBroker.start({ fileSystem, flush: 'fsync' });
    const client = await broker.connect();
    await createTopic(client, 'log', { partitions: 3 });
    const producer = await initialize(client);
    const isAtDisk = Promise.withResolvers<undefined>();
    const disk = Promise.withResolvers<undefined>();
    fileSystem.pause = async () => {
      isAtDisk.resolve(undefined);
      await disk.promise;
    };
    // The first waits until its partition is in the transaction, which is not durable yet; the others wait behind it.
    client.socket.cork();
    const answers = [0, 1, 2].map((partition) => write(client, producer, 0, 12, partition));
    client.socket.uncork();
    await isAtDisk.promise;
    const stopped = broker.broker.close();
    disk.resolve(undefined);
    expect(await Promise.all(answers)).toEqual([0, 0, 0]);
    await stopped;
  });

  it('whose time is up is aborted', async () => {
    const lookingEvery = (ms: number) => ({
      'transaction.abort.timed.out.transaction.cleanup.interval.ms': String(ms),
    });
    // Nobody looks for those whose time is up while the transaction is written, however long that takes.
    await using before = await TestBroker.start({ config: lookingEvery(3_600_000) });
    const writer = await before.connect();
    await createTopic(writer, 'log');
    const producer = new TransactionalClient(writer, transactionalId, 'v2');
    await producer.initialize(1);
    await producer.write('log', 0, ['late']);
    await before.stop();

    await using broker = await TestBroker.start({ dataDir: before.dataDir, config: lookingEvery(20) });
    const client = await broker.connect();
    const stateOf = async (): Promise<string | undefined> => {
      const { transactionStates } = await client.send(describeTransactionsApi, 0, { transactionalIds: ['tx'] });
      return transactionStates[0]?.transactionState;
    };
    while ((await stateOf()) === 'Ongoing') await delay(20);
    while ((await readCommitted(client, 'log', 0)).lastStableOffset === 0) await delay(5);
    expect((await readCommitted(client, 'log', 0)).values).toEqual([]);
  });

  it('whose id is not used for long is forgotten', async () => {
    await using broker = await TestBroker.start({
      config: {
        'transaction.remove.expired.transaction.cleanup.interval.ms': '20',
        'transactional.id.expiration.ms': '100',
      },
    });
    const client = await broker.connect();
    await initialize(client);
    for (;;) {
      const answer = await client.send(listTransactionsApi, 2, { stateFilters: [], producerIdFilters: [] });
      if (answer.errorCode === 0 && answer.transactionStates.length === 0) break;
      await delay(5);
    }
    const { transactionStates } = await client.send(describeTransactionsApi, 0, { transactionalIds: ['tx'] });
    expect(transactionStates[0]!.errorCode).toBe(ErrorCode.TRANSACTIONAL_ID_NOT_FOUND);
  });
});
