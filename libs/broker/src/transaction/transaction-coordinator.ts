/**
 * All transactional ids of the broker, spread over the partitions of `__transaction_state` by the hash of the id. This file finds the
 * partition, and turns what was decided there, or thrown, into each API's answer; nothing expected is thrown.
 *
 * An answer to EndTxn leaves when the markers are written, so that the producer's next transaction finds this one over; when a
 * marker cannot be written at once, when the decision is durable. Kafka answers then always.
 */
import { ErrorCode, KafkaError } from '../protocol/index.ts';
import { coordinatorPartition } from '../state-machine/index.ts';
import { systemClock, type Clock, type PartitionLog, type Timer } from '../storage/index.ts';
import {
  describeTransaction,
  listFilter,
  listTransaction,
  refuseDescription,
  unknownStates,
} from './describe-transactions.ts';
import type {
  AddOffsetsToTxnRequest,
  AddOffsetsToTxnResponse,
  AddPartitionsToTxnRequest,
  AddPartitionsToTxnResponse,
  DescribeTransactionsRequest,
  DescribeTransactionsResponse,
  EndTxnRequest,
  EndTxnResponse,
  InitProducerIdRequest,
  InitProducerIdResponse,
  ListTransactionsRequest,
  ListTransactionsResponse,
} from './messages.ts';
import { addPartitions, verifyPartition, type ProducerName } from './operations/add-partitions.ts';
import { endTransaction } from './operations/end-transaction.ts';
import { initProducerId } from './operations/init-producer-id.ts';
import type { TransactionConfig } from './transaction-config.ts';
import { noEpoch, noProducerId, TransactionVersion, type TopicPartitions } from './transaction-metadata.ts';
import type { TransactionPorts } from './transaction-ports.ts';
import { TransactionShard } from './transaction-shard.ts';
import { TransactionState } from './transaction-state.ts';

export interface TransactionCoordinatorOptions {
  readonly config: TransactionConfig;
  readonly ports: TransactionPorts;
  /** Default: the machine's. */
  readonly clock?: Clock;
  /** What an operator should know: failed writes, reloads. */
  readonly onProblem?: (message: string, cause: unknown) => void;
}

type TopicRequest = AddPartitionsToTxnRequest['v3AndBelowTopics'][number];
/** What is answered for a partition. */
type ErrorOf = (topic: string, partition: number) => ErrorCode;
type TopicResult = NonNullable<AddPartitionsToTxnResponse['resultsByTopicV3AndBelow']>[number];

/** The first versions that know PRODUCER_FENCED (KIP-588). */
const fencedVersion = { initProducerId: 4, others: 2 } as const;
/** First version of AddPartitionsToTxn that holds several transactions. */
const batchedVersion = 4;
/** First version of EndTxn of transactions V2. */
const newerEndVersion = 5;

export class TransactionCoordinator {
  readonly #options: TransactionCoordinatorOptions;
  readonly #clock: Clock;
  #shards: readonly TransactionShard[] = [];
  #isActive = false;
  #isClosed = false;
  /** One of each kind that is repeated. */
  readonly #timers = new Map<object, Timer>();

  constructor(options: TransactionCoordinatorOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /**
   * Loads all partitions of the transactions topic, given in the order of their numbers, and ends what was decided. Before, requests
   * get COORDINATOR_NOT_AVAILABLE, while it runs COORDINATOR_LOAD_IN_PROGRESS. @throws Error when a log cannot be replayed.
   */
  async activate(logs: readonly PartitionLog[]): Promise<void> {
    if (this.#shards.length > 0) throw new Error('The transaction coordinator is active already');
    const { ports, onProblem } = this.#options;
    this.#shards = logs.map((log) => new TransactionShard({ log, clock: this.#clock, ports, onProblem }));
    try {
      await Promise.all(this.#shards.map((shard) => shard.load()));
    } catch (error) {
      const shards = this.#shards;
      this.#shards = [];
      await Promise.all(shards.map((shard) => shard.close()));
      throw error;
    }
    this.#isActive = true;
    const { abortCheckIntervalMs, expirationCheckIntervalMs, transactionalIdExpirationMs } = this.#options.config;
    this.#repeat(abortCheckIntervalMs, (shard) => shard.abortTimedOut());
    this.#repeat(expirationCheckIntervalMs, (shard) => shard.expire(transactionalIdExpirationMs));
  }

  /** Whether `activate` is done. */
  get active(): boolean {
    return this.#isActive;
  }

  async initProducerId(request: InitProducerIdRequest, apiVersion: number): Promise<InitProducerIdResponse> {
    const { transactionTimeoutMs: timeoutMs, producerId, producerEpoch } = request;
    const transactionalId = request.transactionalId ?? '';
    try {
      const shard = this.#shardOf(transactionalId);
      if (timeoutMs <= 0 || timeoutMs > this.#options.config.maxTimeoutMs)
        throw new KafkaError(ErrorCode.INVALID_TRANSACTION_TIMEOUT, `A transaction cannot last ${timeoutMs} ms.`);
      if ((producerId === noProducerId) !== (producerEpoch === noEpoch))
        throw new KafkaError(ErrorCode.INVALID_REQUEST, 'Producer id and epoch are both given or both left out.');
      const initRequest = { transactionalId, timeoutMs, producerId, producerEpoch };
      const metadata = await shard.decide(transactionalId, (known, newProducerId) => {
        if (known?.state === TransactionState.Ongoing && mayInterrupt(request, known)) throw new TransactionIsRunning();
        return initProducerId(known, initRequest, this.#clock.now(), newProducerId);
      });
      return { errorCode: ErrorCode.NONE, producerId: metadata.producerId, producerEpoch: metadata.producerEpoch };
    } catch (error) {
      const failure = error instanceof TransactionIsRunning ? await this.#interrupt(transactionalId) : codeOf(error);
      const errorCode = withoutFenced(failure, apiVersion < fencedVersion.initProducerId);
      return { errorCode, producerId: -1, producerEpoch: -1 };
    }
  }

  async addPartitionsToTxn(
    request: AddPartitionsToTxnRequest,
    apiVersion: number,
  ): Promise<AddPartitionsToTxnResponse> {
    if (apiVersion >= batchedVersion) return this.#addToSeveral(request);
    const topics = request.v3AndBelowTopics;
    const producer = { producerId: request.v3AndBelowProducerId, producerEpoch: request.v3AndBelowProducerEpoch };
    const errorOf =
      this.#unknownIn(topics) ?? (await this.#addTopics(request.v3AndBelowTransactionalId, producer, topics));
    const isOld = apiVersion < fencedVersion.others;
    const results = resultsOf(topics, (topic, partition) => withoutFenced(errorOf(topic, partition), isOld));
    return { resultsByTopicV3AndBelow: results };
  }

  /** Takes partitions into the producer's transaction. @throws KafkaError with why not, and PRODUCER_FENCED as it is. */
  async addPartitions(
    transactionalId: string,
    producer: ProducerName,
    partitions: TopicPartitions,
    clientVersion: TransactionVersion,
  ): Promise<void> {
    const shard = this.#shardOf(transactionalId);
    await shard.decide(transactionalId, (known) =>
      addPartitions(known, producer, partitions, clientVersion, this.#clock.now()),
    );
  }

  /** As a producer that uses transactions V2, which does not add its partitions itself. */
  addImplicitly(transactionalId: string, producer: ProducerName, topic: string, partition: number): Promise<void> {
    const partitions = new Map([[topic, new Set([partition])]]);
    return this.addPartitions(transactionalId, producer, partitions, TransactionVersion.v2);
  }

  /** Looks whether a partition is in the producer's running transaction. NONE, or what the producer is to be told. */
  verify(transactionalId: string, producer: ProducerName, topic: string, partition: number): ErrorCode {
    try {
      const shard = this.#shardOf(transactionalId);
      if (!shard.isLoaded) return ErrorCode.COORDINATOR_LOAD_IN_PROGRESS;
      return verifyPartition(shard.get(transactionalId), producer, topic, partition);
    } catch (error) {
      return codeOf(error);
    }
  }

  /** `partition` of `topic` is where the group keeps its offsets. */
  async addOffsetsToTxn(
    request: AddOffsetsToTxnRequest,
    apiVersion: number,
    place: { readonly topic: string; readonly partition: number },
  ): Promise<AddOffsetsToTxnResponse> {
    const partitions = new Map([[place.topic, new Set([place.partition])]]);
    try {
      await this.addPartitions(request.transactionalId, request, partitions, TransactionVersion.v0);
      return { errorCode: ErrorCode.NONE };
    } catch (error) {
      return { errorCode: withoutFenced(codeOf(error), apiVersion < fencedVersion.others) };
    }
  }

  async endTxn(request: EndTxnRequest, apiVersion: number): Promise<EndTxnResponse> {
    const { transactionalId, producerId, producerEpoch, committed: commit } = request;
    const clientVersion = apiVersion >= newerEndVersion ? TransactionVersion.v2 : TransactionVersion.v0;
    try {
      const shard = this.#shardOf(transactionalId);
      const decided = await shard.decide(transactionalId, (known, newProducerId) =>
        endTransaction(known, { producerId, producerEpoch, commit, clientVersion }, this.#clock.now(), newProducerId),
      );
      await shard.ended(transactionalId);
      const takesOver = decided.nextProducerId !== noProducerId;
      return {
        errorCode: ErrorCode.NONE,
        producerId: takesOver ? decided.nextProducerId : decided.producerId,
        producerEpoch: takesOver ? 0 : decided.producerEpoch,
      };
    } catch (error) {
      return { errorCode: withoutFenced(codeOf(error), apiVersion < fencedVersion.others) };
    }
  }

  async describeTransactions(request: DescribeTransactionsRequest): Promise<DescribeTransactionsResponse> {
    const describe = async (id: string): Promise<DescribeTransactionsResponse['transactionStates'][number]> => {
      try {
        const shard = this.#shardOf(id);
        const known = await shard.read(() => shard.get(id));
        return known ? describeTransaction(known) : refuseDescription(id, ErrorCode.TRANSACTIONAL_ID_NOT_FOUND);
      } catch (error) {
        return refuseDescription(id, codeOf(error));
      }
    };
    return { transactionStates: await Promise.all(request.transactionalIds.map(describe)) };
  }

  async listTransactions(request: ListTransactionsRequest): Promise<ListTransactionsResponse> {
    const transactionStates: ListTransactionsResponse['transactionStates'][number][] = [];
    try {
      const isWanted = listFilter(request, this.#clock.now(), this.#options.ports);
      for (const shard of this.#shards)
        for (const known of await shard.read(() => shard.all()))
          if (isWanted(known)) transactionStates.push(listTransaction(known));
    } catch (error) {
      return { errorCode: codeOf(error), unknownStateFilters: [], transactionStates: [] };
    }
    return { errorCode: ErrorCode.NONE, unknownStateFilters: unknownStates(request), transactionStates };
  }

  /** Lets writes in flight finish; what is decided and not ended goes on at the next start. May be called again. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const timer of this.#timers.values()) timer.cancel();
    await Promise.all(this.#shards.map((shard) => shard.close()));
  }

  async #addToSeveral(request: AddPartitionsToTxnRequest): Promise<AddPartitionsToTxnResponse> {
    const judge = async (
      transaction: AddPartitionsToTxnRequest['transactions'][number],
    ): Promise<NonNullable<AddPartitionsToTxnResponse['resultsByTransaction']>[number]> => {
      const { transactionalId, topics, verifyOnly } = transaction;
      const errorOf =
        this.#unknownIn(topics) ??
        (verifyOnly
          ? (topic: string, partition: number) => this.verify(transactionalId, transaction, topic, partition)
          : await this.#addTopics(transactionalId, transaction, topics));
      return { transactionalId, topicResults: resultsOf(topics, errorOf) };
    };
    return {
      errorCode: ErrorCode.NONE,
      resultsByTransaction: await Promise.all(request.transactions.map(judge)),
    };
  }

  /** When a partition is unknown, the others are not attempted. Undefined when all are known. */
  #unknownIn(topics: readonly TopicRequest[]): ErrorOf | undefined {
    const { ports } = this.#options;
    const isKnown = (topic: string, partition: number): boolean => ports.hasPartition(topic, partition);
    if (topics.every(({ name, partitions }) => partitions.every((partition) => isKnown(name, partition))))
      return undefined;
    return (topic, partition) =>
      isKnown(topic, partition) ? ErrorCode.OPERATION_NOT_ATTEMPTED : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
  }

  /** All of the partitions or none. */
  async #addTopics(transactionalId: string, producer: ProducerName, topics: readonly TopicRequest[]): Promise<ErrorOf> {
    const partitions = new Map(topics.map(({ name, partitions: numbers }) => [name, new Set(numbers)]));
    try {
      await this.addPartitions(transactionalId, producer, partitions, TransactionVersion.v0);
      return () => ErrorCode.NONE;
    } catch (error) {
      const errorCode = codeOf(error);
      return () => errorCode;
    }
  }

  /** Aborts what runs, for a new instance of its producer, which is to come again. */
  async #interrupt(transactionalId: string): Promise<ErrorCode> {
    try {
      const shard = this.#shardOf(transactionalId);
      await shard.abort(transactionalId);
      await shard.ended(transactionalId);
      return ErrorCode.CONCURRENT_TRANSACTIONS;
    } catch (error) {
      return codeOf(error);
    }
  }

  #repeat(intervalMs: number, work: (shard: TransactionShard) => Promise<void>): void {
    if (this.#isClosed) return;
    const run = (shard: TransactionShard): Promise<void> =>
      work(shard).catch((error: unknown) =>
        this.#options.onProblem?.('Timed-out or expired transactions could not be removed.', error),
      );
    const timer = this.#clock.schedule(intervalMs, () => {
      void Promise.all(this.#shards.map(run)).then(() => {
        this.#repeat(intervalMs, work);
      });
    });
    this.#timers.set(work, timer);
  }

  #shardOf(transactionalId: string): TransactionShard {
    if (transactionalId === '')
      throw new KafkaError(ErrorCode.INVALID_REQUEST, 'The transactional id must not be empty.');
    if (this.#shards.length === 0)
      throw new KafkaError(ErrorCode.COORDINATOR_NOT_AVAILABLE, 'The transactions topic is not there yet.');
    return this.#shards[coordinatorPartition(transactionalId, this.#shards.length)]!;
  }
}

/** The transaction that runs is aborted before its producer gets a new epoch. */
class TransactionIsRunning extends Error {}

/** Whether whoever initializes may end the running transaction: a new instance, or the producer itself. */
function mayInterrupt(
  request: InitProducerIdRequest,
  known: { readonly producerId: number; readonly previousProducerId: number },
): boolean {
  return request.producerId === noProducerId || request.producerId === known.producerId;
}

function resultsOf(topics: readonly TopicRequest[], errorOf: ErrorOf): TopicResult[] {
  return topics.map(({ name, partitions }) => ({
    name,
    resultsByPartition: partitions.map((partitionIndex) => ({
      partitionIndex,
      partitionErrorCode: errorOf(name, partitionIndex),
    })),
  }));
}

/** What the client is told of an expected failure; anything else is a bug and goes on. */
function codeOf(error: unknown): ErrorCode {
  if (error instanceof KafkaError) return error.code;
  throw error;
}

/** Old clients know one error for both. */
function withoutFenced(errorCode: ErrorCode, isOld: boolean): ErrorCode {
  return isOld && errorCode === ErrorCode.PRODUCER_FENCED ? ErrorCode.INVALID_PRODUCER_EPOCH : errorCode;
}
