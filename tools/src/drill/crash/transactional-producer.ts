/**
 * A producer that commits and aborts one transaction after another, over several partitions and a group's offsets.
 *
 * It speaks the protocol of transactions of one generation: the first adds partitions and offsets to its transaction by requests
 * of their own, the second (KIP-890) lets the broker do it, and takes a new epoch with each end.
 */
import {
  addOffsetsToTxnApi,
  addPartitionsToTxnApi,
  endTxnApi,
  ErrorCode,
  errorName,
  initProducerIdApi,
  txnOffsetCommitApi,
} from '@headwater/broker-core/protocol';
import { BrokerClient } from '../broker/broker-client.ts';
import { produce, type TopicPartition } from '../broker/requests.ts';
import type { Random } from '../random.ts';
import { Violation } from '../violation.ts';
import { pause, type Actor } from './actor.ts';
import type { BatchMaker } from './batch-maker.ts';
import { payload } from './payload.ts';
import type { Tolerance } from './tolerance.ts';
import type { Transaction, TransactionJournal } from './transaction-journal.ts';

export interface TransactionalProducerOptions {
  readonly random: Random;
  readonly batches: BatchMaker;
  readonly partitions: readonly TopicPartition[];
  readonly generation: 1 | 2;
  readonly tolerance: Tolerance;
}

const TRANSACTION_TIMEOUT_MS = 600_000;
const MOST_BATCHES = 4;
const MOST_ATTEMPTS = 4_000;

/** The coordinator is still busy with what was before. */
const RETRIED: ReadonlySet<number> = new Set([
  ErrorCode.CONCURRENT_TRANSACTIONS,
  ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
  ErrorCode.COORDINATOR_NOT_AVAILABLE,
  ErrorCode.NOT_COORDINATOR,
]);

export class TransactionalProducer implements Actor {
  readonly journal: TransactionJournal;
  readonly #options: TransactionalProducerOptions;
  /** For the message of a failure. */
  doing = 'nothing';
  #producerId = -1;
  #producerEpoch = -1;
  /** An InitProducerId was sent, answered or not: the transaction before it is not its producer's any more. */
  #isAnew = false;
  /** Next sequence by partition, within an epoch. */
  readonly #sequences = new Map<string, number>();

  constructor(journal: TransactionJournal, options: TransactionalProducerOptions) {
    this.journal = journal;
    this.#options = options;
  }

  /** Ends what the last broker left, so that all transactions are decided. */
  async settle(client: BrokerClient): Promise<void> {
    const { last } = this.journal;
    const isEnding = last?.outcome === 'committing' || last?.outcome === 'aborting';
    // As a client does that waits for the answer, or as one that was started anew.
    const endsItself = isEnding && !this.#isAnew && this.#options.random.chance(0.5);
    if (endsItself) await this.#end(client, last, last.outcome === 'committing');
    this.#isAnew = true;
    const answer = await this.#retried('InitProducerId', () =>
      client.send(initProducerIdApi, 4, {
        transactionalId: this.journal.name,
        transactionTimeoutMs: TRANSACTION_TIMEOUT_MS,
      }),
    );
    this.#take(answer);
    this.journal.settled();
  }

  async run(port: number, ending: AbortSignal): Promise<void> {
    const { random } = this.#options;
    const client = await BrokerClient.connect(port);
    try {
      while (!ending.aborted) {
        await this.#transact(client);
        if (random.chance(0.3)) await pause(random.below(10));
      }
    } finally {
      client.close();
    }
  }

  async #transact(client: BrokerClient): Promise<void> {
    const { random, partitions, generation, tolerance } = this.#options;
    const transaction = this.journal.begin();
    this.#isAnew = false;
    const chosen = partitions.filter(() => random.chance(0.6));
    if (chosen.length === 0) chosen.push(random.pick(partitions));
    if (generation === 1) await this.#addPartitions(client, chosen);
    const batches = Array.from({ length: 1 + random.below(MOST_BATCHES) }, () => random.pick(chosen));
    // A client that meets errors has to keep the order by itself.
    if (tolerance.isTolerant) for (const where of batches) await this.#produce(client, transaction, where);
    else await Promise.all(batches.map((where) => this.#produce(client, transaction, where)));
    if (random.chance(0.5)) await this.#commitOffsets(client, transaction);
    await this.#end(client, transaction, random.chance(0.65));
  }

  async #addPartitions(client: BrokerClient, partitions: readonly TopicPartition[]): Promise<void> {
    const byTopic = Map.groupBy(partitions, ({ topic }) => topic);
    await this.#retried('AddPartitionsToTxn', async () => {
      const answer = await client.send(addPartitionsToTxnApi, 3, {
        v3AndBelowTransactionalId: this.journal.name,
        v3AndBelowProducerId: this.#producerId,
        v3AndBelowProducerEpoch: this.#producerEpoch,
        v3AndBelowTopics: [...byTopic].map(([name, of]) => ({
          name,
          partitions: of.map(({ partition }) => partition),
        })),
      });
      const results = answer.resultsByTopicV3AndBelow.flatMap(({ resultsByPartition }) => resultsByPartition);
      const failed = results.find(({ partitionErrorCode }) => partitionErrorCode !== 0);
      return { errorCode: failed?.partitionErrorCode ?? 0 };
    });
  }

  async #produce(client: BrokerClient, transaction: Transaction, where: TopicPartition): Promise<void> {
    const { random, batches, generation } = this.#options;
    const place = `${where.topic}-${where.partition}`;
    const sequences = Array.from({ length: 1 + random.below(3) }, () => this.journal.addRecord(transaction, where));
    const baseSequence = this.#sequences.get(place) ?? 0;
    this.#sequences.set(place, baseSequence + sequences.length);
    const bytes = batches.make(
      sequences.map((sequence) => ({ key: null, value: payload(this.journal.name, sequence) })),
      { producerId: this.#producerId, producerEpoch: this.#producerEpoch, baseSequence, transactional: true },
    );
    const answer = await this.#retried('Produce', () =>
      produce(client, where, bytes, { transactionalId: this.journal.name, version: generation === 1 ? 11 : 12 }),
    );
    sequences.forEach((sequence, index) => transaction.acknowledged.set(sequence, answer.baseOffset + index));
  }

  async #commitOffsets(client: BrokerClient, transaction: Transaction): Promise<void> {
    const producer = {
      transactionalId: this.journal.name,
      producerId: this.#producerId,
      producerEpoch: this.#producerEpoch,
      groupId: this.journal.groupId,
    };
    if (this.#options.generation === 1)
      await this.#retried('AddOffsetsToTxn', () => client.send(addOffsetsToTxnApi, 3, producer));
    const [where] = this.#options.partitions;
    transaction.groupOffset = transaction.number + 1;
    await this.#retried('TxnOffsetCommit', async () => {
      const answer = await client.send(txnOffsetCommitApi, this.#options.generation === 1 ? 3 : 5, {
        ...producer,
        topics: [
          {
            name: where!.topic,
            partitions: [
              {
                partitionIndex: where!.partition,
                committedOffset: transaction.number + 1,
                committedMetadata: null,
              },
            ],
          },
        ],
      });
      return answer.topics[0]!.partitions[0]!;
    });
  }

  async #end(client: BrokerClient, transaction: Transaction, committed: boolean): Promise<void> {
    transaction.outcome = committed ? 'committing' : 'aborting';
    const answer = await this.#retried(committed ? 'EndTxn (commit)' : 'EndTxn (abort)', () =>
      client.send(endTxnApi, this.#options.generation === 1 ? 3 : 5, {
        transactionalId: this.journal.name,
        producerId: this.#producerId,
        producerEpoch: this.#producerEpoch,
        committed,
      }),
    );
    transaction.outcome = committed ? 'committed' : 'aborted';
    if (this.#options.generation === 2) this.#take(answer);
  }

  /** A new epoch numbers its batches from 0. */
  #take({ producerId, producerEpoch }: { readonly producerId: number; readonly producerEpoch: number }): void {
    if (producerId === this.#producerId && producerEpoch <= this.#producerEpoch)
      throw new Violation(
        'an epoch rises',
        `${this.journal.name}: ${producerId}/${producerEpoch} after ${this.#producerId}/${this.#producerEpoch}`,
      );
    this.#producerId = producerId;
    this.#producerEpoch = producerEpoch;
    this.#sequences.clear();
  }

  async #retried<T extends { readonly errorCode: number }>(what: string, send: () => Promise<T>): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      this.doing = `${what}, attempt ${attempt}, last ${this.doing.split(' ').at(-1)}`;
      const answer = await send();
      this.doing = `${what}, attempt ${attempt}: ${errorName(answer.errorCode)}`;
      const isBusy = RETRIED.has(answer.errorCode);
      if (!isBusy && this.#options.tolerance.served(answer.errorCode, `${what} of ${this.journal.name}`)) return answer;
      if (attempt > MOST_ATTEMPTS)
        throw new Violation('a transaction comes to its end', `${what}: ${errorName(answer.errorCode)}`);
      await pause(5);
    }
  }
}
