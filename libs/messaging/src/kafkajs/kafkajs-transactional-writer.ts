/**
 * A transactional producer of kafkajs.
 *
 * What kafkajs does and this file answers:
 * - it takes its producer id at the first transaction: `open` begins and ends an empty one, so that opening fences;
 * - CONCURRENT_TRANSACTIONS (the markers of the transaction before are being written) ends a call: it is tried again here, as Java's
 *   client does;
 * - a commit whose answer is lost cannot be asked again: the failure says `reopen`;
 * - its offsets carry no generation: see `group-fencing`.
 */
import type { CompressionTypes, Kafka, Producer, Transaction } from 'kafkajs';
import { pauseMs, type Clock } from '../clock/index.ts';
import {
  TransactionFailure,
  type GroupMembership,
  type RecordToWrite,
  type TransactionalWriter,
  type TransactionalWriterOptions,
} from '../client/index.ts';
import { compressionType, messageOf } from './kafkajs-message.ts';
import { rememberMembership } from './group-fencing.ts';
import { partitionerOf } from './kafkajs-partitioner.ts';
import { protocolErrorOf, reasonOf, refusals } from './kafkajs-failure.ts';

/** Another writer of the id, or another generation of the group, has taken over. */
const fencings: ReadonlySet<string | undefined> = new Set([
  'PRODUCER_FENCED',
  'INVALID_PRODUCER_EPOCH',
  'INVALID_PRODUCER_ID_MAPPING',
  'ILLEGAL_GENERATION',
  'UNKNOWN_MEMBER_ID',
  'FENCED_INSTANCE_ID',
  'REBALANCE_IN_PROGRESS',
]);

const concurrentBackoff = { firstMs: 5, maxMs: 200 };
const concurrentLimitMs = 30_000;

export class KafkajsTransactionalWriter implements TransactionalWriter {
  private current: Transaction | undefined;

  private constructor(
    readonly transactionalId: string,
    private readonly producer: Producer,
    private readonly compression: CompressionTypes,
    private readonly clock: Clock,
  ) {}

  static async open(
    kafka: Kafka,
    { transactionalId, transactionTimeoutMs, compression }: TransactionalWriterOptions,
    clock: Clock,
  ): Promise<KafkajsTransactionalWriter> {
    const producer = kafka.producer({
      transactionalId,
      transactionTimeout: transactionTimeoutMs,
      maxInFlightRequests: 1,
      // Transactions have an id of their own; an idempotent one beside it would only be one more request at the start.
      idempotent: false,
      allowAutoTopicCreation: false,
      createPartitioner: partitionerOf(undefined),
      retry: { initialRetryTime: 50, maxRetryTime: 1000, retries: 8 },
    });
    const writer = new KafkajsTransactionalWriter(transactionalId, producer, compressionType(compression), clock);
    try {
      await producer.connect();
      await writer.begin();
      await writer.abort();
      return writer;
    } catch (error) {
      await producer.disconnect().catch(() => undefined);
      throw error;
    }
  }

  async begin(): Promise<void> {
    this.current = await this.attempt('begin', () => this.producer.transaction());
  }

  async write(topic: string, records: readonly RecordToWrite[]): Promise<void> {
    if (records.length === 0) return;
    const messages = records.map(messageOf);
    await this.attempt(`write to ${topic}`, () =>
      this.open().sendBatch({ acks: -1, compression: this.compression, topicMessages: [{ topic, messages }] }),
    );
  }

  async sendOffsets(membership: GroupMembership, topic: string, offsets: ReadonlyMap<number, bigint>): Promise<void> {
    if (offsets.size === 0) return;
    rememberMembership(this.transactionalId, membership);
    const partitions = [...offsets].map(([partition, offset]) => ({ partition, offset: offset.toString() }));
    await this.attempt(`offsets of group ${membership.groupId}`, () =>
      this.open().sendOffsets({ consumerGroupId: membership.groupId, topics: [{ topic, partitions }] }),
    );
  }

  async commit(): Promise<void> {
    const transaction = this.open();
    try {
      await transaction.commit();
      this.current = undefined;
    } catch (error) {
      // Only an answer of the broker says that it was not committed.
      const failure = this.failureOf('commit', error);
      throw failure.then === 'abort' && protocolErrorOf(error) === undefined
        ? this.undecided('commit', error)
        : failure;
    }
  }

  async abort(): Promise<void> {
    const transaction = this.current;
    if (!transaction) return;
    this.current = undefined;
    try {
      await transaction.abort();
    } catch (error) {
      const failure = this.failureOf('abort', error);
      throw failure.then === 'fenced' ? failure : this.undecided('abort', error);
    }
  }

  async close(): Promise<void> {
    await this.abort().catch(() => undefined);
    rememberMembership(this.transactionalId, undefined);
    await this.producer.disconnect();
  }

  private open(): Transaction {
    if (!this.current) throw this.failure('no transaction is begun', 'abort', undefined);
    return this.current;
  }

  private async attempt<Result>(step: string, call: () => Promise<Result>): Promise<Result> {
    const deadlineMs = this.clock.nowMs() + concurrentLimitMs;
    for (let attempt = 1; ; attempt++) {
      try {
        return await call();
      } catch (error) {
        if (error instanceof TransactionFailure) throw error;
        const again = protocolErrorOf(error) === 'CONCURRENT_TRANSACTIONS' && this.clock.nowMs() < deadlineMs;
        if (!again) throw this.failureOf(step, error);
        await this.clock.sleep(pauseMs(concurrentBackoff, attempt));
      }
    }
  }

  private failureOf(step: string, error: unknown): TransactionFailure {
    const type = protocolErrorOf(error);
    if (fencings.has(type)) return this.failure(`${step}: ${reasonOf(error)}`, 'fenced', error);
    if (refusals.has(type)) return this.failure(`${step}: ${reasonOf(error)}`, 'refused', error);
    return this.failure(`${step}: ${reasonOf(error)}`, 'abort', error);
  }

  private undecided(step: string, error: unknown): TransactionFailure {
    return this.failure(`${step}: ${reasonOf(error)}; how it ended is not known`, 'reopen', error);
  }

  private failure(text: string, then: TransactionFailure['then'], cause: unknown): TransactionFailure {
    return new TransactionFailure(`transactional id ${this.transactionalId}: ${text}`, then, { cause });
  }
}
