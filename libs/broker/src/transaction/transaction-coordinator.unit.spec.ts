import { describe, expect, it } from '@jest/globals';
import {
  batchesIn,
  decodeRecords,
  encodeBatch,
  ErrorCode,
  KafkaError,
  randomUuid,
  type TransactionMarker,
} from '../protocol/index.ts';
import { coordinatorPartition, ManualClock } from '../state-machine/index.ts';
import { defaultLogConfig, MemoryFileSystem, openLogStorage, type Clock } from '../storage/index.ts';
import { defaultTransactionConfig, TransactionCoordinator, transactionsTopicName } from './index.ts';
import { noPartitions } from './transaction-metadata.ts';
import { transactionRecordCodec } from './transaction-record.ts';
import { TransactionState } from './transaction-state.ts';

interface Written extends TransactionMarker {
  readonly place: string;
}

/** A coordinator on logs in memory; the markers are what is left of other partitions, and survive its crashes. */
async function open(
  fileSystem = new MemoryFileSystem(),
  markers: Written[] = [],
  clock = new ManualClock(),
  nextId = { value: 1000 },
) {
  const still: Clock = { now: () => clock.now(), schedule: () => ({ cancel: () => undefined }) };
  const storage = await openLogStorage({ directory: '/data', fileSystem, clock: still });
  const logs = [];
  for (let partition = 0; partition < 2; partition++)
    logs.push(
      storage.get(transactionsTopicName, partition) ??
        (await storage.create(transactionsTopicName, partition, { topicId: randomUuid(), config: defaultLogConfig })),
    );
  const faults = { markers: false };
  const coordinator = new TransactionCoordinator({
    config: defaultTransactionConfig,
    clock,
    ports: {
      writeMarker: (topic, partition, marker) => {
        if (faults.markers) return Promise.reject(new KafkaError(ErrorCode.NOT_LEADER_OR_FOLLOWER, 'not now'));
        markers.push({ ...marker, place: `${topic}-${partition}` });
        return Promise.resolve();
      },
      allocateProducerId: () => Promise.resolve(nextId.value++),
      compilePattern: () => ({ matches: () => true }),
      hasPartition: (topic, partition) => topic === 'orders' && partition < 3,
    },
  });
  await coordinator.activate(logs);
  return { coordinator, storage, fileSystem, markers, clock, nextId, faults };
}

type Opened = Awaited<ReturnType<typeof open>>;

/** A coordinator that has `name` in its log, without a transaction. */
async function openWith(name: { readonly producerId: number; readonly producerEpoch: number }): Promise<Opened> {
  const { storage, fileSystem } = await open();
  const metadata = {
    ...name,
    transactionalId: 'tx',
    previousProducerId: -1,
    nextProducerId: -1,
    lastProducerEpoch: -1,
    timeoutMs: 60_000,
    state: TransactionState.Empty,
    partitions: noPartitions,
    startMs: -1,
    updatedMs: 1_700_000_000_000,
    clientVersion: 0,
  };
  const record = { ...transactionRecordCodec.encode({ transactionalId: 'tx', metadata }), timestampMs: 0 };
  const log = storage.get(transactionsTopicName, coordinatorPartition('tx', 2))!;
  await log.append([encodeBatch({ records: [record] })], { origin: 'coordinator' }).durable;
  return open(fileSystem.crash());
}

function init({ coordinator }: Opened, version = 5, had = { producerId: -1, producerEpoch: -1 }) {
  return coordinator.initProducerId({ transactionalId: 'tx', transactionTimeoutMs: 60_000, ...had }, version);
}

async function producer(opened: Opened) {
  const { errorCode, producerId = -1, producerEpoch } = await init(opened);
  expect(errorCode).toBe(0);
  return { producerId, producerEpoch };
}

async function add({ coordinator }: Opened, name: { producerId: number; producerEpoch: number }, partition = 0) {
  const { resultsByTopicV3AndBelow } = await coordinator.addPartitionsToTxn(
    {
      transactions: [],
      v3AndBelowTransactionalId: 'tx',
      v3AndBelowProducerId: name.producerId,
      v3AndBelowProducerEpoch: name.producerEpoch,
      v3AndBelowTopics: [{ name: 'orders', partitions: [partition] }],
    },
    3,
  );
  return resultsByTopicV3AndBelow![0]!.resultsByPartition[0]!.partitionErrorCode;
}

function end(
  { coordinator }: Opened,
  name: { producerId: number; producerEpoch: number },
  committed: boolean,
  version = 4,
) {
  return coordinator.endTxn({ transactionalId: 'tx', ...name, committed }, version);
}

async function state({ coordinator }: Opened): Promise<string> {
  const { transactionStates } = await coordinator.describeTransactions({ transactionalIds: ['tx'] });
  return transactionStates[0]!.transactionState;
}

/** The states in the log, batch by batch. */
async function recorded({ storage }: Opened): Promise<TransactionState[][]> {
  const log = storage.get(transactionsTopicName, coordinatorPartition('tx', 2))!;
  const { records } = await log.read(0, 1_000_000);
  return [...batchesIn(records)].map((batch) =>
    [...decodeRecords(batch)].map((record) => transactionRecordCodec.decode(record)!.metadata!.state),
  );
}

describe('the transaction coordinator', () => {
  it('writes a marker to each partition of the transaction, and takes a repeated end for the same', async () => {
    const opened = await open();
    const name = await producer(opened);
    expect([await add(opened, name, 0), await add(opened, name, 2)]).toEqual([0, 0]);
    expect((await end(opened, name, true)).errorCode).toBe(0);
    expect(opened.markers.map(({ place, committed }) => [place, committed])).toEqual([
      ['orders-0', true],
      ['orders-2', true],
    ]);
    expect((await end(opened, name, true)).errorCode).toBe(0);
    expect((await end(opened, name, false)).errorCode).toBe(ErrorCode.INVALID_TXN_STATE);
    expect(await state(opened)).toBe('CompleteCommit');
  });

  it('refuses partitions that do not exist, and attempts none of the others', async () => {
    const opened = await open();
    expect(await add(opened, await producer(opened), 7)).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    expect(await state(opened)).toBe('Empty');
  });

  it('fences a producer by the next epoch, and aborts what it had begun', async () => {
    const opened = await open();
    const zombie = await producer(opened);
    await add(opened, zombie);
    expect((await init(opened)).errorCode).toBe(ErrorCode.CONCURRENT_TRANSACTIONS);
    const heir = await producer(opened);
    expect(heir).toEqual({ producerId: zombie.producerId, producerEpoch: zombie.producerEpoch + 2 });
    expect(opened.markers.map(({ committed, producerEpoch }) => [committed, producerEpoch])).toEqual([[false, 1]]);
    expect((await end(opened, zombie, true)).errorCode).toBe(ErrorCode.PRODUCER_FENCED);
    expect((await end(opened, zombie, true, 1)).errorCode).toBe(ErrorCode.INVALID_PRODUCER_EPOCH);
    expect((await init(opened, 4, zombie)).errorCode).toBe(ErrorCode.PRODUCER_FENCED);
  });

  it('gives each transaction of the newer kind its own epoch', async () => {
    const opened = await open();
    let name = await producer(opened);
    const first = name;
    await opened.coordinator.addImplicitly('tx', name, 'orders', 0);
    const ended = await end(opened, name, true, 5);
    expect(ended).toMatchObject({ errorCode: 0, producerId: name.producerId, producerEpoch: 1 });
    expect(await end(opened, name, true, 5)).toEqual(ended);
    name = { producerId: ended.producerId!, producerEpoch: ended.producerEpoch! };
    expect(opened.coordinator.verify('tx', first, 'orders', 0)).toBe(ErrorCode.PRODUCER_FENCED);
    expect(await end(opened, name, false, 5)).toMatchObject({ errorCode: 0, producerEpoch: 2 });
  });

  it('aborts a transaction whose time is up, and forgets ids that are not used', async () => {
    const opened = await open();
    const name = await producer(opened);
    await add(opened, name);
    await opened.clock.advance(75_000);
    expect(opened.markers.map(({ committed }) => committed)).toEqual([false]);
    expect((await end(opened, name, true)).errorCode).toBe(ErrorCode.PRODUCER_FENCED);
    await opened.clock.advance(defaultTransactionConfig.transactionalIdExpirationMs + 2 * 60 * 60 * 1000);
    const { transactionStates } = await opened.coordinator.listTransactions({
      stateFilters: [],
      producerIdFilters: [],
      durationFilter: -1,
      transactionalIdPattern: null,
    });
    expect(transactionStates).toEqual([]);
  });

  it('lets a producer of the newer kind whose time was up abort and go on, and not commit', async () => {
    const opened = await open();
    const name = await producer(opened);
    await opened.coordinator.addImplicitly('tx', name, 'orders', 0);
    await opened.clock.advance(75_000);
    expect((await end(opened, name, true, 5)).errorCode).toBe(ErrorCode.INVALID_TXN_STATE);
    const aborted = await end(opened, name, false, 5);
    expect(aborted).toEqual({ errorCode: 0, producerId: name.producerId, producerEpoch: name.producerEpoch + 1 });
    await opened.coordinator.addImplicitly('tx', { ...name, producerEpoch: 1 }, 'orders', 0);
    expect((await end(opened, { ...name, producerEpoch: 1 }, true, 5)).errorCode).toBe(0);
    expect(opened.markers.map(({ committed, producerEpoch }) => [committed, producerEpoch])).toEqual([
      [false, 1],
      [true, 2],
    ]);
  });

  it('records the end of a transaction with the beginning of the next one, or a moment later, or when it is closed', async () => {
    const { Empty, Ongoing, PrepareCommit, CompleteCommit, PrepareAbort, CompleteAbort } = TransactionState;
    const opened = await open();
    const name = await producer(opened);
    await add(opened, name);
    await end(opened, name, true);
    expect(await state(opened)).toBe('CompleteCommit');
    const before = [[Empty], [Ongoing], [PrepareCommit]];
    expect(await recorded(opened)).toEqual(before);
    await add(opened, name);
    await end(opened, name, false);
    await opened.clock.advance(20);
    const next = [[CompleteCommit, Ongoing], [PrepareAbort], [CompleteAbort]];
    expect(await recorded(opened)).toEqual([...before, ...next]);
    await add(opened, name);
    await end(opened, name, true);
    await opened.coordinator.close();
    expect((await recorded(opened)).slice(6)).toEqual([[Ongoing], [PrepareCommit], [CompleteCommit]]);
  });

  it('gives a new producer id when the epochs of the last one are used up', async () => {
    const last = { producerId: 77, producerEpoch: 32_766 };
    const opened = await openWith(last);
    await opened.coordinator.addImplicitly('tx', last, 'orders', 0);
    const ended = await end(opened, last, true, 5);
    expect(ended).toEqual({ errorCode: 0, producerId: 1000, producerEpoch: 0 });
    expect(await end(opened, last, true, 5)).toEqual(ended);
    expect(opened.markers.at(-1)).toMatchObject({ producerId: 77, producerEpoch: 32_767 });
    const next = { producerId: 1000, producerEpoch: 0 };
    await opened.coordinator.addImplicitly('tx', next, 'orders', 0);
    expect(await end(opened, next, false, 5)).toMatchObject({ errorCode: 0, producerId: 1000, producerEpoch: 1 });
  });

  it('gives a new producer id, too, when a producer at the last epoch is fenced, or initialized', async () => {
    const last = { producerId: 77, producerEpoch: 32_766 };
    const opened = await openWith(last);
    await add(opened, last);
    expect((await init(opened)).errorCode).toBe(ErrorCode.CONCURRENT_TRANSACTIONS);
    expect(opened.markers.at(-1)).toMatchObject({ producerId: 77, producerEpoch: 32_767, committed: false });
    expect((await end(opened, last, true)).errorCode).toBe(ErrorCode.INVALID_PRODUCER_ID_MAPPING);
    expect(await producer(opened)).toEqual({ producerId: 1000, producerEpoch: 1 });
    expect(await producer(await openWith(last))).toEqual({ producerId: 1000, producerEpoch: 0 });
  });

  it.each([true, false])('ends after a crash what was decided before it (commit %s)', async (committed) => {
    const opened = await open();
    const name = await producer(opened);
    await add(opened, name);
    opened.faults.markers = true;
    expect((await end(opened, name, committed)).errorCode).toBe(0);
    expect(await add(opened, name)).toBe(ErrorCode.CONCURRENT_TRANSACTIONS);
    expect(opened.markers).toEqual([]);
    const again = await open(opened.fileSystem.crash(), opened.markers, opened.clock, opened.nextId);
    while ((await state(again)).startsWith('Prepare')) await again.clock.advance(0);
    expect(opened.markers.map((marker) => marker.committed)).toEqual([committed]);
    expect(await state(again)).toBe(committed ? 'CompleteCommit' : 'CompleteAbort');
  });

  it('leaves a transaction that was not decided before a crash to its producer', async () => {
    const opened = await open();
    const name = await producer(opened);
    await add(opened, name);
    const again = await open(opened.fileSystem.crash(), opened.markers, opened.clock, opened.nextId);
    expect(await state(again)).toBe('Ongoing');
    expect((await end(again, name, true)).errorCode).toBe(0);
    expect(opened.markers.map(({ place, committed }) => [place, committed])).toEqual([['orders-0', true]]);
  });
});
