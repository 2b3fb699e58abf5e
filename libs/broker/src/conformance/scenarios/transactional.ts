/** What scenarios of transactions share: producers, their batches, and waiting for a transaction's end. */
import { setTimeout as delay } from 'node:timers/promises';
import {
  addPartitionsToTxnApi,
  describeTransactionsApi,
  endTxnApi,
  ErrorCode,
  findCoordinatorApi,
  initProducerIdApi,
  produceApi,
  type RequestInput,
} from '../../protocol/index.ts';
import { batchOf } from '../batches.ts';
import type { Session, TopicReference } from '../session.ts';
import { produceTo } from './produce.ts';

/** A transactional producer, as its requests name it. */
export interface TransactionalProducer {
  readonly transactionalId: string;
  readonly producerId: number;
  readonly producerEpoch: number;
}

const LOOK_MS = 5;
const TRANSACTION_KEY = 1;
const INIT_VERSION = 5;
/** The last version of Produce before transactions V2. */
const EXPLICIT_VERSION = 11;

/** Initializes a transactional id; waits for the coordinator, and for a transaction that is being ended. */
export async function transactionalProducer(session: Session, name: string): Promise<TransactionalProducer> {
  const transactionalId = session.named(name);
  for (;;) {
    const answer = await session.prepare(initProducerIdApi, INIT_VERSION, {
      transactionalId,
      transactionTimeoutMs: 60_000,
    });
    const { errorCode, producerId, producerEpoch } = answer;
    if (errorCode === ErrorCode.NONE) return { transactionalId, producerId, producerEpoch };
    if (errorCode !== ErrorCode.CONCURRENT_TRANSACTIONS) {
      // Who looks for a coordinator makes Apache Kafka create the topic of transactions.
      await session.prepare(findCoordinatorApi, 4, { keyType: TRANSACTION_KEY, coordinatorKeys: [transactionalId] });
    }
    await delay(LOOK_MS);
  }
}

/** Waits until the markers of what was decided are written. */
export async function ended(session: Session, transactionalId: string): Promise<void> {
  for (;;) {
    const { transactionStates } = await session.prepare(describeTransactionsApi, 0, {
      transactionalIds: [transactionalId],
    });
    const [described] = transactionStates;
    if (described?.errorCode === ErrorCode.NONE && !described.transactionState.startsWith('Prepare')) return;
    await delay(LOOK_MS);
  }
}

/** What operators see of a transactional id now. */
export async function describeState(session: Session, label: string, transactionalId: string): Promise<void> {
  await session.ask(`state: ${label}`, describeTransactionsApi, 0, { transactionalIds: [transactionalId] });
}

type TopicInput = RequestInput<typeof addPartitionsToTxnApi>['v3AndBelowTopics'];

/** The request of a client, which adds partitions to its one transaction. */
export function adding(
  { transactionalId, producerId, producerEpoch }: TransactionalProducer,
  topics: NonNullable<TopicInput>,
): RequestInput<typeof addPartitionsToTxnApi> {
  return {
    v3AndBelowTransactionalId: transactionalId,
    v3AndBelowProducerId: producerId,
    v3AndBelowProducerEpoch: producerEpoch,
    v3AndBelowTopics: topics,
  };
}

/** Adds one partition, as part of a preparation. */
export async function add(session: Session, producer: TransactionalProducer, name: string, partition = 0) {
  for (;;) {
    const answer = await session.prepare(
      addPartitionsToTxnApi,
      3,
      adding(producer, [{ name, partitions: [partition] }]),
    );
    const errorCode = answer.resultsByTopicV3AndBelow[0]?.resultsByPartition[0]?.partitionErrorCode;
    if (errorCode === ErrorCode.NONE) return;
    if (errorCode !== ErrorCode.CONCURRENT_TRANSACTIONS)
      throw new Error(`${name}-${partition} was not added: error ${errorCode}`);
    await delay(LOOK_MS);
  }
}

/** Ends a transaction by the older rules, as part of a preparation, and waits for its markers. */
export async function end(session: Session, producer: TransactionalProducer, committed: boolean): Promise<void> {
  const { errorCode } = await session.prepare(endTxnApi, 4, { ...producer, committed });
  if (errorCode !== ErrorCode.NONE) throw new Error(`${producer.transactionalId} was not ended: error ${errorCode}`);
  await ended(session, producer.transactionalId);
}

/** A Produce request with a transactional batch. */
export function transactionalProduce(
  { transactionalId, producerId, producerEpoch }: TransactionalProducer,
  topic: TopicReference,
  values: readonly string[],
  baseSequence: number,
  partition = 0,
): RequestInput<typeof produceApi> {
  const records = batchOf(values, { producerId, producerEpoch, baseSequence, transactional: true });
  return { ...produceTo(topic, records, { partition }), transactionalId };
}

/** Writes records of a transaction that holds the partition already, as part of a preparation. */
export async function write(
  session: Session,
  producer: TransactionalProducer,
  topic: TopicReference,
  values: readonly string[],
  baseSequence = 0,
): Promise<void> {
  const { responses } = await session.prepare(
    produceApi,
    EXPLICIT_VERSION,
    transactionalProduce(producer, topic, values, baseSequence),
  );
  const errorCode = responses[0]?.partitionResponses[0]?.errorCode;
  if (errorCode !== ErrorCode.NONE) throw new Error(`${values.join()} was not written: error ${errorCode}`);
}
